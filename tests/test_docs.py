"""The documents are kept true: generated parts are current, links lead somewhere, and the README's commands work."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.contracts import CONTRACTS, generated
from tests.eutils.articles import Article
from tests.eutils.server import EutilsServer
from tests.pipeline.small_review import sentence

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def steps() -> list[tuple[str, str]]:
    """Every command that the README shows and every file that it has the reader write, in order."""
    out: list[tuple[str, str]] = []
    for kind, block in re.findall(r"```(console|toml)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        if kind == "toml":
            out.append((block.splitlines()[0].removeprefix("# "), block))
        else:
            out += [("", line[2:]) for line in block.splitlines() if line.startswith("$ ")]
    return out


def test_the_generated_parts_of_the_contracts_are_current() -> None:
    text = CONTRACTS.read_text(encoding="utf-8")
    assert text == generated(text), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_pages_name_are_there(page: Path) -> None:
    """Paths in backticks that begin with a folder of this repository."""
    for name in re.findall(r"`((?:pipeline|extract|reports|corpora|tests|docs)/[\w./-]*)`", page.read_text("utf-8")):
        if name.isupper() or any(part.isupper() for part in re.split(r"[/.]", name)):
            continue  # a placeholder, such as corpora/NAME
        assert (ROOT / name).exists(), f"{page.name}: {name}"


def test_every_table_column_of_the_contracts_is_explained() -> None:
    tables = CONTRACTS.read_text(encoding="utf-8").split("<!-- generated: tables -->")[1]
    assert not re.findall(r"^\| `\w+` \| \w+ \|  ?\|$", tables, re.MULTILINE)


def test_every_key_of_a_review_is_explained() -> None:
    explained = (ROOT / "docs" / "add-a-review.md").read_text(encoding="utf-8")
    template = (ROOT / "pipeline" / "template_review.toml").read_text(encoding="utf-8")
    keys = {key for line in re.findall(r"^(?:# )?\[+([\w.]+)\]+", template, re.MULTILINE) for key in line.split(".")}
    assert {key for key in keys if key not in explained} == set()


def test_every_command_of_the_readme_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In an empty folder with the files that the README names; PubMed is a server on this machine."""
    if not shutil.which("make"):
        pytest.skip("no make on this machine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NCBI_API_KEY", "made-up")
    record = {"pmid": "1", "title": "Made-up test record", "sections": [{"label": "", "text": sentence(40, 10, 30)}]}
    (tmp_path / "records.jsonl").write_text(json.dumps(record), encoding="utf-8")
    (tmp_path / "review.txt").write_text("Cough is seen in 71% of cases.", encoding="utf-8")
    (tmp_path / "export.ris").write_text("TY  - JOUR\nTI  - Made-up\nPY  - 2001\nER  - \n", encoding="utf-8")
    expected = {"retally review ./sarcoid": 1}  # it says what is still to be filled in
    with EutilsServer([Article("900000001", "Made-up record on organizing pneumonia")]) as server:
        monkeypatch.setenv("RETALLY_BASE_URL", server.base_url)
        for file, command in steps():
            if file:
                (tmp_path / file).write_text(command, encoding="utf-8")
                expected = {}
                continue
            words = command.removeprefix(".venv/bin/").split()
            if words[0] == "make":  # what it would do; CI's own `make test` shows that it does it
                said = subprocess.run([*words, "-n"], cwd=ROOT, capture_output=True, text=True, check=True)
                assert "retally run cop" in said.stdout
                words = ["retally", "run", "cop", "--quiet"]
            with pytest.raises(SystemExit) as end:
                main(words[1:])
            assert (end.value.code or 0) == expected.get(command, 0), f"{command}: {capfd.readouterr().err}"
