"""`retally update` as cron meets it: exit codes, one line on a quiet night, and nothing secret anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline import update
from pipeline.cli import main
from tests.eutils.server import EutilsServer
from tests.pipeline.living import Living, quick_entrez, study
from tests.pipeline.test_entities import package  # noqa: F401 (a fixture)
from tests.pipeline.test_mail import Smtp, smtp  # noqa: F401 (a fixture)

KEY = "a-made-up-key-that-is-secret"


@pytest.fixture
def living(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Living]:
    monkeypatch.setattr(update, "entrez_client", quick_entrez)
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    with EutilsServer([study(number) for number in range(3)]) as server:
        yield Living(tmp_path, server)


def retally(living: Living, *words: str) -> int:
    given = ["--store", str(living.settings.store), "--out", str(living.settings.out)]
    if "update" in words:
        given += ["--email", "test@example.org", "--base-url", living.server.base_url]
    with pytest.raises(SystemExit) as end:
        main([*words, *given])
    return int(end.value.code or 0)


def test_exit_codes_and_what_a_night_prints(living: Living, capsys: pytest.CaptureFixture[str], smtp: Smtp) -> None:  # noqa: F811
    name = str(living.review.folder)
    assert retally(living, "update", name) == 0
    assert "counted for the first time" in capsys.readouterr().out
    assert retally(living, "update", "--all") == 0
    said = capsys.readouterr()
    assert said.out.startswith("spruce: nothing changed (run 2")
    assert (said.out.count("\n"), said.err) == (1, "")
    assert smtp.messages == []
    living.server.add(*(study(number, relapsed=2, created=date(2025, 1, 1)) for number in range(10, 16)))
    assert retally(living, "update", "--all") == 3
    assert "agrees -> differs" in capsys.readouterr().out
    assert b"1 verdict changed" in smtp.messages[0][1]
    assert retally(living, "update", "--all") == 0
    assert len(smtp.messages) == 1


def test_a_night_without_a_log_is_quiet_after_one_with(living: Living, capsys: pytest.CaptureFixture[str]) -> None:
    name = str(living.review.folder)
    assert retally(living, "update", name, "--log", "log/update.log") == 0
    capsys.readouterr()
    assert retally(living, "update", name) == 0
    assert capsys.readouterr().err == ""


def test_an_update_writes_what_another_model_marks(living: Living, package: Callable[..., str]) -> None:  # noqa: F811
    name = package("en_ner_bc5cdr_md", organizing="DISEASE")
    assert retally(living, "update", str(living.review.folder), "--model", name) == 0
    file = living.settings.out / living.review.id / "entities.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert rows and {row["model"] for row in rows} == {"en_ner_bc5cdr_md 9.8.7"}


def test_a_review_that_fails_does_not_stop_the_others(living: Living, capsys: pytest.CaptureFixture[str]) -> None:
    assert retally(living, "update", "no-such-review", str(living.review.folder)) == 1
    said = capsys.readouterr()
    assert "counted for the first time" in said.out
    assert "no-such-review" in said.err


def test_wrong_usage(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETALLY_EMAIL", raising=False)
    with pytest.raises(SystemExit) as end:
        main(["update", str(living.review.folder), "--store", str(living.settings.store)])
    assert end.value.code == 2  # nobody to name to NCBI
    assert retally(living, "update") == 2
    assert retally(living, "update", "--all", str(living.review.folder)) == 2


def test_the_api_key_is_in_no_file_that_an_update_leaves(living: Living, capsys: pytest.CaptureFixture[str]) -> None:
    living.server.fail("efetch", "error", times=99)
    name = str(living.review.folder)
    assert retally(living, "--debug", "update", name, "--log", "log/update.log") == 1
    living.server._faults.clear()
    assert retally(living, "update", name, "--log", "log/update.log") == 0
    said = capsys.readouterr()
    assert KEY not in said.out + said.err
    for path in living.folder.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_hostile_fields_do_nothing(living: Living, capsys: pytest.CaptureFixture[str]) -> None:
    evil = '\'); DROP TABLE records; -- <script>alert(1)</script> =HYPERLINK("x") ../../etc/passwd spruce fever cohort'
    retally(living, "update", str(living.review.folder))
    living.server.add(study(9, title=evil, created=date(2025, 1, 1), mesh=[evil], publication_types=[evil]))
    assert retally(living, "update", str(living.review.folder)) in (0, 3)
    assert len(living.rows("SELECT id FROM records")) == 4
    html = (living.settings.out / "spruce" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in html
    with pytest.raises(SystemExit) as end:
        main(["update", "../../etc", "--store", str(living.settings.store)])
    assert end.value.code in (1, 2)


def test_schedulers_get_absolute_paths(living: Living, capsys: pytest.CaptureFixture[str]) -> None:
    retally(living, "cron")
    line = capsys.readouterr().out.splitlines()[-1]
    assert f"--store {living.settings.store}" in line
    assert " update --all " in line
    retally(living, "systemd", "spruce")
    assert '"update" "spruce" "--store"' in capsys.readouterr().out
