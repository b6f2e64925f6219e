"""The command line: data on standard output, messages on standard error, exit codes 0, 1, 2, and no traceback."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.cli import COMMANDS, main
from tests.pipeline.small_review import make, sentence


class Said:
    """What a command left: its exit code, standard output and standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def retally(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(int(end.value.code or 0), said.out, said.err)

    return call


def lines(path: Path, *rows: object) -> str:
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return str(path)


def test_help_is_quick_and_names_every_command() -> None:
    started = time.perf_counter()
    said = subprocess.run([sys.executable, "-m", "pipeline", "--help"], capture_output=True, text=True, check=True)
    # 0.3 s is the aim on an idle machine; the bound here leaves room for a busy one
    assert time.perf_counter() - started < 1.5
    assert all(f"\n  {name} " in said.stdout for name in COMMANDS)


def test_help_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys\nfrom pipeline.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'spacy', 'pandas', 'numpy', 'rich', 'sqlite_utils'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"


def test_wrong_usage_ends_with_2(retally) -> None:
    assert retally("run").code == 2
    assert retally("nonsense").code == 2
    assert retally("review", "nowhere").code == 2
    assert "Known: cop" in retally("run", "nowhere").err


def test_reviews_are_listed_as_a_table_and_as_json(retally) -> None:
    assert "cop" in retally("review").out
    assert [row["review"] for row in json.loads(retally("review", "--format", "json").out)] == ["cop"]
    shown = json.loads(retally("review", "cop", "--format", "json").out)
    assert shown["claims"] > 100


def test_a_malformed_review_is_one_line_with_file_key_and_cure(retally, tmp_path: Path) -> None:
    folder = make(tmp_path / "spruce")
    (folder / "review.toml").write_text('id = "spruce"\n', encoding="utf-8")
    said = retally("run", str(folder))
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "review.toml: search: missing; expected a table [search]. Add" in said.err


def test_names_that_lead_nowhere_are_pointed_out(retally, tmp_path: Path) -> None:
    folder = make(tmp_path / "spruce")
    claims = (folder / "claims.toml").read_text(encoding="utf-8").replace("review.txt", "reveiw.txt", 1)
    (folder / "claims.toml").write_text(
        claims.replace("value = 90", 'value = 90\nexclude_studies = {"restated:x" = "r"}')
    )
    with (folder / "review.toml").open("a", encoding="utf-8") as file:
        file.write('[cited]\nrelapses = "restated:spruce1"\n')
    said = retally("review", str(folder))
    assert said.code == 0
    assert said.err.splitlines() == [
        "claims.toml: claim 'relapse': no document 'reveiw.txt' in review.toml",
        "review.toml: cited.relapses: no such claim",
        "claims.toml: claim 'men': no bundled record 'restated:x'",
    ]


def test_a_missing_claims_file_is_named(retally, tmp_path: Path) -> None:
    folder = make(tmp_path / "spruce")
    (folder / "claims.toml").unlink()
    said = retally("run", str(folder))
    assert said.code == 1
    assert "claims.toml" in said.err
    assert not (tmp_path / "retally.sqlite").exists()


def test_a_file_that_is_no_store_ends_with_1_and_is_left_alone(retally, tmp_path: Path) -> None:
    folder = make(tmp_path / "spruce")
    (tmp_path / "s.sqlite").write_text("some other file, long enough to be looked at\n" * 50)
    before = (tmp_path / "s.sqlite").read_bytes()
    said = retally("run", str(folder), "--store", "s.sqlite")
    assert said.code == 1
    assert "not an SQLite store" in said.err
    assert (tmp_path / "s.sqlite").read_bytes() == before


def test_looking_where_there_is_no_store_says_so(retally) -> None:
    for command in ("runs", "records", "report"):
        said = retally(command, "cop")
        assert said.code == 1
        assert "there is no store here" in said.err


def test_a_new_review_is_made_and_checked(retally) -> None:
    said = retally("new", "larch")
    assert (said.code, said.out.split()) == (0, ["larch/review.toml", "larch/claims.toml"])
    assert "title: empty" in retally("review", "./larch").err
    assert retally("new", "larch").code == 2


# With the engine -------------------------------------------------------------------------------------------------

RECORD = {"pmid": 17, "title": "Made-up test record", "sections": [{"label": "", "text": sentence(40, 10, 30)}]}


def test_a_run_lists_its_files_and_the_runs_are_kept(retally, tmp_path: Path) -> None:
    folder = str(make(tmp_path / "spruce"))
    said = retally("run", folder)
    assert said.code == 0, said.err
    assert all(Path(line).is_file() for line in said.out.splitlines())
    assert "What the review states" in said.err
    assert retally("run", folder, "--quiet").err == ""
    runs = json.loads(retally("runs", "spruce", "--format", "json").out)
    assert [(row["id"], row["status"], row["same_as"]) for row in runs] == [(1, "complete", None), (2, "complete", 1)]
    records = json.loads(retally("records", "spruce", "--format", "json").out)
    assert {row["decision"] for row in records} == {"included"}
    assert retally("report", "spruce", "--run", "9").code == 2
    assert "no complete run 9" in retally("report", "spruce", "--run", "9").err
    assert all(Path(line).is_file() for line in retally("report", "spruce", "--run", "1").out.splitlines())


def test_extract_gives_a_line_for_each_record_with_its_key_as_given(retally, tmp_path: Path) -> None:
    file = lines(
        tmp_path / "r.jsonl",
        RECORD,
        {"pmcid": "PMC12", "text": sentence(40, 10, 30)},
        {"id": "mine", "title": "Nothing", "sections": []},
    )
    said = retally("extract", file)
    assert (said.code, said.err) == (0, "")
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert [{**row, "findings": None} for row in rows] == [
        {"pmid": 17, "findings": None}, {"pmcid": "PMC12", "findings": None}, {"id": "mine", "findings": None},
    ]  # fmt: skip
    text = f"{RECORD['title']}\n{sentence(40, 10, 30)}"
    relapse = [one for one in rows[0]["findings"] if one["measure"] == "outcome:relapse"]
    assert [(one["numerator"], one["denominator"]) for one in relapse] == [(10, 40)]
    assert text[relapse[0]["start"] : relapse[0]["end"]].startswith("10 of the 40")
    assert rows[2]["findings"] == []


def test_extract_names_a_bad_line_reads_the_rest_and_ends_with_1(retally, tmp_path: Path) -> None:
    file = lines(tmp_path / "r.jsonl", RECORD, "{not json", '["a list"]', {"title": "no key"}, {**RECORD, "pmid": "18"})
    said = retally("extract", file)
    assert said.code == 1
    assert [json.loads(line)["pmid"] for line in said.out.splitlines()] == [17, "18"]
    assert [f"line {number}" in line for number, line in zip((2, 3, 4), said.err.splitlines(), strict=True)] == [
        True
    ] * 3


def test_extract_reads_gzip_and_says_what_is_not_there(retally, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(RECORD).encode()))
    assert json.loads(retally("extract", str(path)).out)["pmid"] == 17
    missing = retally("extract", "nowhere.jsonl")
    assert missing.code == 1
    assert "cannot read nowhere.jsonl" in missing.err


def test_claims_are_listed_with_their_document_and_place(retally, tmp_path: Path) -> None:
    text = "Spruce fever is rare. A dry cough (in 71% of reported cases) is the most common symptom.\n"
    (tmp_path / "review.txt").write_text(text, encoding="utf-8")
    rows = [json.loads(line) for line in retally("claims", "review.txt").out.splitlines()]
    assert [(row["doc"], row["value"]) for row in rows] == [("review.txt", 71)]
    assert text[rows[0]["start"] : rows[0]["end"]] == "71%"
    assert retally("claims", "nowhere.txt").code == 1


def test_saved_claims_leave_those_of_people_alone(retally, tmp_path: Path) -> None:
    folder = make(tmp_path / "spruce")
    edited = (folder / "claims.toml").read_bytes()
    (tmp_path / "review.txt").write_text("Spruce fever brings a dry cough (in 71% of reported cases).\n", "utf-8")
    assert retally("claims", "review.txt", "--save", str(folder)).code == 0
    assert (folder / "claims.toml").read_bytes() == edited
    assert json.loads(retally("review", str(folder), "--format", "json").out)["claims"] == 3


def test_import_names_what_it_cannot_read(retally, tmp_path: Path) -> None:
    folder = str(make(tmp_path / "spruce"))
    file = lines(tmp_path / "more.jsonl", {**RECORD, "title": "Spruce fever again"}, "{")
    said = retally("import", folder, file)
    assert said.code == 1
    assert "line 2" in said.err
    assert "1 new, 0 changed, 0 known" in said.err


def test_doctor_finds_nothing_wrong_here_and_a_damaged_offset_there(retally, tmp_path: Path) -> None:
    retally("run", str(make(tmp_path / "spruce")), "-q")
    said = retally("doctor")
    assert said.code == 0, said.out
    import sqlite3

    db = sqlite3.connect(tmp_path / "retally.sqlite")
    db.execute('UPDATE findings SET "end" = 100000 WHERE id = 1')
    db.commit()
    db.close()
    said = retally("doctor", "--format", "json")
    assert said.code == 1
    wrong = [row["check"] for row in json.loads(said.out) if row["state"] != "ok"]
    assert wrong == ["store: offsets"]


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    file = lines(tmp_path / "r.jsonl", *[{**RECORD, "pmid": number} for number in range(1, 400)])
    command = f"{sys.executable} -m pipeline extract {file} | head -n 1"
    said = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert said.returncode == 0
    assert said.stderr == ""
    assert json.loads(said.stdout)["pmid"] == 1
