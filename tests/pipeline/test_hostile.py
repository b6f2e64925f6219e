"""Hostile files and names through the whole way, from the command line to the pages: nothing executes or leaks."""

from __future__ import annotations

import csv
import http.server
import io
import json
import os
import re
import resource
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest
from lxml import html

from pipeline.cli import main
from pipeline.store import Store
from tests.pipeline.small_review import make, sentence

SECRET = "the-content-of-a-file-beside"
SQL = "'); DROP TABLE records; DELETE FROM findings; --"
SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(2)>"><svg onload=alert(3)>'
FORMULA = '=HYPERLINK("http://127.0.0.1:1/leak","x")'
LATEX = "{{ 7 * 7 }}{% for x in ().__class__.__base__.__subclasses__() %}"
EVIL = [
    SQL,
    SCRIPT,
    FORMULA,
    "+cmd|' /C calc'!A0",
    "@SUM(1)",
    "-1+1|cmd",
    LATEX,
    "../../../etc/passwd",
    "a\x1b[31mb\u202e",
]


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RETALLY_STORE", str(tmp_path / "s.sqlite"))
    monkeypatch.setenv("RETALLY_OUT", str(tmp_path / "out"))
    return make(tmp_path / "spruce")


def retally(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(words)
    return int(end.value.code or 0)


def xml(number: int, evil: str, title: str | None = None) -> str:
    """A PubMed record with `evil` in every field, counted by the review."""
    e = escape(evil.replace("\x1b", ""), {'"': "&quot;"})
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{910_000_000 + number}</PMID><Article><Journal><Title>{e}'
        f"</Title><JournalIssue><PubDate><Year>2004</Year></PubDate></JournalIssue></Journal><ArticleTitle>"
        f"{title or e} spruce fever: a cohort</ArticleTitle><Abstract><AbstractText Label={json.dumps(e)}>{e} "
        f"{sentence(60, 30 + number, 31)}</AbstractText></Abstract><AuthorList><Author><LastName>{e}</LastName>"
        f"<Initials>{e}</Initials></Author></AuthorList><Language>eng</Language><PublicationTypeList><PublicationType>"
        f'{e}</PublicationType></PublicationTypeList><ELocationID EIdType="doi">10.1000/{e}</ELocationID></Article>'
        f'<CommentsCorrectionsList><CommentsCorrections RefType="ErratumIn"><RefSource>{e}</RefSource><PMID>7</PMID>'
        f"</CommentsCorrections></CommentsCorrectionsList><MeshHeadingList><MeshHeading><DescriptorName>{e}"
        "</DescriptorName></MeshHeading></MeshHeadingList></MedlineCitation></PubmedArticle>"
    )


def ris(evil: str) -> str:
    flat = " ".join(evil.split())
    fields = f"AB  - {flat} {sentence(50, 25, 30)}\nAU  - {flat}\nJO  - {flat}\nPY  - 2003\nDO  - {flat}"
    return f"TY  - JOUR\nTI  - {flat} spruce fever\n{fields}\nER  - \n"


def medline(number: int, evil: str) -> str:
    flat = " ".join(evil.split())
    fields = f"AB  - {flat} {sentence(50, 25, 30)}\nFAU - {flat}\nJT  - {flat}\nDP  - 2003"
    return f"PMID- {920_000_000 + number}\nTI  - {flat} spruce fever\n{fields}\n\n"


def jsonl(number: int, evil: str) -> str:
    row = {
        "id": f"own:{number}{evil}",
        "title": f"{evil} spruce fever",
        "journal": evil,
        "authors": [evil],
        "doi": evil,
    }
    return json.dumps({**row, "sections": [{"label": evil, "text": f"{evil} {sentence(45, 20, 22)}"}]}) + "\n"


def files(folder: Path) -> list[str]:
    """All of EVIL in every field of every format."""
    body = "".join(xml(number, evil) for number, evil in enumerate(EVIL))
    made = {
        "a.xml": f"<PubmedArticleSet>{body}</PubmedArticleSet>",
        "b.ris": "".join(ris(evil) for evil in EVIL),
        "c.nbib": "".join(medline(number, evil) for number, evil in enumerate(EVIL)),
        "d.jsonl": "".join(jsonl(number, evil) for number, evil in enumerate(EVIL)),
    }
    for name, content in made.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [str(folder / name) for name in made]


def test_hostile_text_in_every_field_of_every_format_stays_text(
    review: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert retally("import", str(review), *files(tmp_path)) == 0
    assert retally("run", str(review), "--quiet") == 0
    for command in ("records", "runs", "report"):
        assert retally(command, "spruce") == 0
    assert "\x1b" not in (said := capsys.readouterr()).out + said.err
    assert retally("check") == 0
    with Store(tmp_path / "s.sqlite") as store:
        kept = store.rows("SELECT count(*) AS n FROM records")[0]["n"]
        assert kept == 4 + 4 * len(EVIL)
        counted = store.rows("SELECT count(*) AS n FROM screening WHERE decision = 'included' AND until_run IS NULL")
        assert counted[0]["n"] > len(EVIL)
    harmless_page((tmp_path / "out/spruce/report.html").read_text(encoding="utf-8"))
    markdown = (tmp_path / "out/spruce/report.md").read_text(encoding="utf-8")
    assert not re.search(r"<(?:script|img|svg)", markdown)
    assert "49" not in [part.strip() for part in markdown.split("|")]  # no template in a title was worked out
    for name in ("claims.csv", "studies.csv", "metafor.csv"):
        text = (tmp_path / "out/spruce" / name).read_text(encoding="utf-8-sig")
        for row in csv.reader(io.StringIO(text)):
            assert not [cell for cell in row if cell[:1] in "=+@" and cell[:1]], name
            assert not [cell for cell in row if re.match(r"-\d*[^\d.e-]", cell)], name
    workbook = openpyxl.load_workbook(tmp_path / "out/spruce/report.xlsx")
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert any(isinstance(cell.value, str) and FORMULA in cell.value for cell in cells)
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]


def harmless_page(source: str) -> None:
    page = html.fromstring(source)
    assert not page.xpath("//script | //iframe | //object | //embed | //img | //link[@rel='stylesheet'] | //base")
    assert not [name for element in page.iter() for name in element.attrib if name.lower().startswith("on")]
    links = page.xpath("//a/@href")
    assert all(re.match(r"(#|https://(pubmed\.ncbi\.nlm\.nih\.gov|doi\.org)/)", link) for link in links)
    assert not page.xpath("//@src")


class Watched(http.server.BaseHTTPRequestHandler):
    """A server that nobody may visit."""

    def do_GET(self) -> None:
        self.server.visits.append(self.path)  # type: ignore[attr-defined]
        self.send_error(404)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def watched() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Watched) as server:
        server.visits = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def test_entities_are_not_expanded_no_file_is_read_and_no_address_visited(
    review: Path, tmp_path: Path, watched: http.server.ThreadingHTTPServer
) -> None:
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    address = f"http://127.0.0.1:{watched.server_address[1]}"
    secret = (tmp_path / "secret.txt").as_uri()
    doctype = (
        f'<!DOCTYPE PubmedArticleSet SYSTEM "{address}/x.dtd" [<!ENTITY l0 "lol">{laughs}<!ENTITY f SYSTEM "{secret}">'
        f'<!ENTITY w SYSTEM "{address}/w"><!ENTITY % p SYSTEM "{address}/p"> %p;]>'
    )
    record = xml(1, "LAUGH", "LAUGH &f; &w; &quot;").replace("LAUGH", "&l12;")
    bomb = tmp_path / "bomb.xml"
    bomb.write_text(f'<?xml version="1.0"?>{doctype}<PubmedArticleSet>{record}</PubmedArticleSet>', encoding="utf-8")
    assert bounded("import", str(review), str(bomb)).returncode == 0
    assert bounded("run", str(review), "--quiet").returncode == 0
    assert bounded("extract", str(bomb)).returncode == 0
    assert watched.visits == []  # type: ignore[attr-defined]
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.name != "secret.txt":
            content = path.read_bytes()
            assert SECRET.encode() not in content and b"lollol" not in content, path


def bounded(*words: str, memory: int = 3 * 2**30, seconds: int = 60) -> subprocess.CompletedProcess[str]:
    """A command as a process of its own that may use so much memory and time and no more."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        capture_output=True,
        text=True,
        timeout=seconds,
        preexec_fn=limit,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        cwd=Path(__file__).parents[2],
        check=False,
    )


def test_huge_fields_are_read_or_reported_within_bounds(review: Path, tmp_path: Path) -> None:
    huge = tmp_path / "huge.xml"
    with huge.open("w", encoding="utf-8") as file:
        file.write("<PubmedArticleSet>")
        file.write(xml(1, "a", "word " * 200_000))  # a title of a million characters
        file.write(xml(2, "b").replace("<MeshHeadingList>", "<MeshHeadingList>" + "<MeshHeading/>" * 100_000))
        file.write(xml(3, "c", "x" * (33 * 2**20)))  # above the largest record
        file.write(xml(4, "d"))
        file.write("</PubmedArticleSet>")
    ended = bounded("import", str(review), str(huge))
    assert (ended.returncode, ended.stderr.count("larger than 32 MB")) == (1, 1)
    with Store(tmp_path / "s.sqlite") as store:
        ids = [row["id"] for row in store.rows("SELECT id FROM records ORDER BY id")]
    assert ids == ["pmid:910000001", "pmid:910000002", "pmid:910000004"]
    assert bounded("run", str(review), "--quiet").returncode == 0


@pytest.mark.parametrize(
    "name",
    ["../spruce", "/etc/passwd", "..", "spruce/../../etc", "a\nb", "$(id)", "`id`", "-rf", "CON", "a;b", "é", "."],
)
def test_a_name_is_no_path_and_no_command(
    review: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    assert retally("new", "--", name) in (1, 2)
    assert retally("report", "--", name) in (1, 2)
    if retally("cron", "--", name) == 0:  # a path will do there: it is one word of one line
        line = capsys.readouterr().out.splitlines()[-1]
        assert shlex.split(line.replace("\\%", "%"))[shlex.split(line).index("update") + 1] == name
    toml = review / "review.toml"
    toml.write_text(toml.read_text().replace('id = "spruce"', f"id = {json.dumps(name)}"), encoding="utf-8")
    assert retally("run", str(review)) in (1, 2)
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before
