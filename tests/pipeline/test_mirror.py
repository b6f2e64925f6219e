"""A mirror of PubMed's files: in order, each with its MD5, deleted records withdrawn; else nothing is taken."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import InputError
from tests.eutils.articles import Article
from tests.eutils.server import EutilsServer
from tests.pipeline.living import FIRST, Living, study


def put(folder: Path, number: int, *articles: Article, deleted: tuple[int, ...] = (), year: int = 26) -> Path:
    folder.mkdir(exist_ok=True)
    gone = "".join(f'<PMID Version="1">{FIRST + one}</PMID>' for one in deleted)
    body = "".join(article.to_xml() for article in articles)
    if gone:
        body += f"<DeleteCitation>{gone}</DeleteCitation>"
    path = folder / f"pubmed{year}n{number:04}.xml.gz"
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


def marked(living: Living) -> list[dict[str, str]]:
    rows = living.rows("SELECT body FROM changes ORDER BY run_id")
    return [study for row in rows for study in json.loads(row["body"])["marked"]]


def test_a_paper_that_a_new_baseline_leaves_out_is_kept_counted_and_told_once(living: Living, tmp_path: Path) -> None:
    old, new = tmp_path / "2026", tmp_path / "2027"
    put(old, 1, study(1), study(2), study(3))
    living.night(mirror=old)
    put(new, 1, study(1), year=27)
    put(new, 2, study(3), year=27)
    for _ in range(2):
        living.night(mirror=new)
        assert used(living) == ["01", "02", "03"]
    assert [(one["record_id"], one["what"]) for one in marked(living)] == [
        (f"pmid:{FIRST + 2}", "not in PubMed's baseline of 2027; kept and counted")
    ]
    put(new, 3, study(2, relapsed=50), year=27)  # it was being worked on
    living.night(mirror=new)
    assert len(marked(living)) == 1
    assert living.rows("SELECT pmid FROM mirror_seen WHERE year < 27 OR told IS NOT NULL") == []


def test_what_nlm_lists_as_deleted_is_withdrawn_unless_a_file_of_this_year_holds_it(
    living: Living, tmp_path: Path
) -> None:
    old, new = tmp_path / "2026", tmp_path / "2027"
    put(old, 1, study(1), study(2), study(3))
    living.night(mirror=old)
    put(new, 1, study(1), study(3), year=27)
    (new / "deleted.pmids.gz").write_bytes(gzip.compress(f"{FIRST + 2}\n{FIRST + 3}\n17\n".encode()))
    living.night(mirror=new)
    assert used(living) == ["01", "03"]
    assert marked(living) == []
    (new / "deleted.pmids.gz").write_bytes(b"\x1f\x8bcut")
    with pytest.raises(InputError, match="Fetch it again"):
        living.night(mirror=new)


def test_a_baseline_of_which_most_is_not_there_yet_says_so_and_names_no_paper(
    living: Living, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = tmp_path / "2026", tmp_path / "2027"
    put(old, 1, *(study(number) for number in range(1, 25)))
    living.night(mirror=old)
    put(new, 1, study(1), year=27)
    living.night(mirror=new)
    assert "not all of it is there" in caplog.text
    assert marked(living) == []
