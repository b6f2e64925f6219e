"""A mirror of PubMed's files: in order, each with its MD5, deleted records withdrawn; else nothing is taken."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import InputError
from tests.eutils.articles import Article
from tests.eutils.server import EutilsServer
from tests.pipeline.living import FIRST, Living, study


def put(folder: Path, number: int, *articles: Article, deleted: tuple[int, ...] = ()) -> Path:
    folder.mkdir(exist_ok=True)
    gone = "".join(f'<PMID Version="1">{FIRST + one}</PMID>' for one in deleted)
    body = "".join(article.to_xml() for article in articles)
    if gone:
        body += f"<DeleteCitation>{gone}</DeleteCitation>"
    path = folder / f"pubmed26n{number:04}.xml.gz"
    path.write_bytes(
        gzip.compress(f"<?xml version='1.0'?><PubmedArticleSet>{body}</PubmedArticleSet>".encode(), mtime=0)
    )
    digest = hashlib.md5(path.read_bytes()).hexdigest()
    path.with_name(path.name + ".md5").write_text(f"MD5({path.name})= {digest}\n", encoding="ascii")
    return path


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    yield Living(tmp_path, EutilsServer())


def used(living: Living) -> list[str]:
    rows = living.rows("SELECT record_id FROM screening WHERE until_run IS NULL AND decision = 'included' ORDER BY 1")
    return [row["record_id"].removeprefix("pmid:9000001") for row in rows]


def test_files_are_taken_in_order_and_once(living: Living, tmp_path: Path) -> None:
    folder = tmp_path / "mirror"
    put(folder, 1, study(1), study(2), Article("7", "Another made-up disease of the elm"))
    put(folder, 2, study(2, relapsed=45), study(3), deleted=(1,))
    living.night(mirror=folder)
    assert used(living) == ["02", "03"]
    assert "45 of the 60" in living.rows("SELECT body FROM records WHERE id = 'pmid:900000102'")[0]["body"]
    assert living.rows("SELECT id FROM records WHERE id = 'pmid:7'") == []
    put(folder, 3, study(1))  # PubMed has it again
    living.night(mirror=folder)
    assert used(living) == ["01", "02", "03"]
    assert [
        row["source"] for row in living.rows("SELECT source FROM searches WHERE source LIKE 'PubMed%' ORDER BY id")
    ] == [f"PubMed file pubmed26n000{number}.xml.gz" for number in (1, 2, 3)]


def test_a_wrong_md5_a_gap_or_a_cut_file_stops_before_anything_after_it(living: Living, tmp_path: Path) -> None:
    folder = tmp_path / "mirror"
    put(folder, 1, study(1))
    bad = put(folder, 2, study(2))
    put(folder, 3, study(3))
    whole = bad.read_bytes()
    bad.write_bytes(whole[:-9])
    with pytest.raises(InputError, match=r"n0002.*MD5"):
        living.night(mirror=folder)
    bad.unlink()
    with pytest.raises(InputError, match=r"n0002\.xml\.gz is missing"):
        living.night(mirror=folder)
    assert living.rows("SELECT id FROM records WHERE id = 'pmid:900000103'") == []
    bad.write_bytes(whole)
    living.night(mirror=folder)
    assert used(living) == ["01", "02", "03"]
