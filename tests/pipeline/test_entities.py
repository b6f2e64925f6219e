"""`--model NAME`: another model's entities beside the findings, the model named in the run's report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import spacy

from extract.model import ModelError
from pipeline.cli import main
from pipeline.models import open_model
from tests.pipeline.small_review import make

RECORD = {"pmid": 7, "title": "A made-up record", "text": "Of 40 patients with spruce fever, 10 (25%) had cough."}


@pytest.fixture(autouse=True)
def no_model_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETALLY_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("RETALLY_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Install a model as pip would lay it out; returns its name."""

    def install(name: str, **labels: str) -> str:
        nlp = spacy.blank("en")
        ruler = nlp.add_pipe("entity_ruler")
        ruler.add_patterns(  # type: ignore[attr-defined]
            [{"label": label, "pattern": [{"LOWER": word}]} for word, label in labels.items()]
        )
        nlp.meta.update(name=name.removeprefix("en_"), version="9.8.7")
        site = tmp_path / "site"
        (site / name).mkdir(parents=True)
        nlp.to_disk(site / name / f"{name}-9.8.7")
        (site / name / "__init__.py").write_text("")
        info = site / f"{name}-9.8.7.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.8.7\n")
        (info / "top_level.txt").write_text(name + "\n")
        monkeypatch.syspath_prepend(site)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return install


@pytest.fixture
def retally(capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(end.value.code or 0), said.out, said.err

    return call


@pytest.fixture
def records(tmp_path: Path) -> str:
    (tmp_path / "records.jsonl").write_text(json.dumps(RECORD) + "\n", encoding="utf-8")
    return str(tmp_path / "records.jsonl")


def test_extract_adds_what_the_named_model_marks(retally, package, records: str) -> None:
    code, out, _ = retally("extract", records, "--model", package("en_ner_bc5cdr_md", fever="DISEASE"))
    row = json.loads(out)
    assert code == 0
    assert [(one["text"], one["label"], one["head"]) for one in row["entities"]] == [
        ("fever", "DISEASE", "en_ner_bc5cdr_md")
    ]
    assert row["findings"] == json.loads(retally("extract", records)[1])["findings"]


def test_without_a_model_nothing_is_marked(retally, records: str) -> None:
    assert set(json.loads(retally("extract", records)[1])) == {"pmid", "findings"}


def test_the_model_may_come_from_the_environment(
    retally, package, records: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETALLY_MODEL", package("en_ner_bc5cdr_md", fever="DISEASE"))
    assert json.loads(retally("extract", records)[1])["entities"]


@pytest.mark.parametrize(
    ("name", "label", "meaning"),
    [
        ("en_ner_bc5cdr_md", "DISEASE", "DISEASE"),
        ("en_ner_bc5cdr_md", "CHEMICAL", "CHEMICAL"),
        ("en_core_sci_sm", "ENTITY", "ENTITY"),
        ("en_core_sci_md", "ENTITY", "ENTITY"),
        ("en_core_sci_lg", "ENTITY", "ENTITY"),
        ("en_core_sci_scibert", "ENTITY", "ENTITY"),
        ("en_ner_bionlp13cg_md", "CANCER", "DISEASE"),
        ("en_ner_bionlp13cg_md", "SIMPLE_CHEMICAL", "CHEMICAL"),
        ("en_ner_craft_md", "CHEBI", "CHEMICAL"),
    ],
)
def test_the_labels_of_scispacys_models_come_out_in_the_engines_names(
    package, name: str, label: str, meaning: str
) -> None:
    (found,) = open_model(package(name, fever=label), load=True).entities(["She had fever."])
    assert [(one.text, one.label) for one in found] == [("fever", meaning)]


def test_a_users_label_map_gives_strange_labels_a_meaning(retally, package, records: str, tmp_path: Path) -> None:
    name = package("en_somebodys_ner", fever="MALADY")
    code, _, err = retally("extract", records, "--model", name)
    assert code == 1
    assert "none of the labels of en_somebodys_ner has a meaning here (MALADY): give --labels FILE" in err
    (tmp_path / "map.toml").write_text('[labels]\nMALADY = "DISEASE"\n')
    _, out, _ = retally("extract", records, "--model", name, "--labels", str(tmp_path / "map.toml"))
    assert json.loads(out)["entities"][0]["label"] == "DISEASE"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('[labels]\nMALADY = "ILLNESS"\n', "maps MALADY to 'ILLNESS', which is no label: ADVERSE_EVENT"),
        ("labels = 3\n", "labels in .* is no table"),
        ("[other]\n", r"has no table \[labels\]"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_malformed_label_map_is_told_with_its_cure(package, tmp_path: Path, body: str, said: str) -> None:
    (tmp_path / "map.toml").write_text(body)
    with pytest.raises(ModelError, match=said):
        open_model(package("en_somebodys_ner", fever="MALADY"), labels=tmp_path / "map.toml", load=True)


def test_a_missing_model_is_one_line_before_anything_is_done(retally, tmp_path: Path) -> None:
    folder = make(tmp_path / "spruce")
    code, out, err = retally("run", str(folder), "--model", "en_ner_bc5cdr_md")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "retally model install en_ner_bc5cdr_md" in err
    assert not (tmp_path / "retally.sqlite").exists()


def test_a_run_writes_what_the_model_marks_and_its_report_names_the_model(retally, package, tmp_path: Path) -> None:
    folder = make(tmp_path / "spruce")
    plain = tmp_path / "plain"
    assert retally("run", str(folder), "--store", "plain.sqlite", "--out", str(plain))[0] == 0
    name = package("en_ner_bc5cdr_md", fever="DISEASE")
    code, out, _ = retally("run", str(folder), "--model", name)
    assert code == 0
    file = tmp_path / "out" / "spruce" / "entities.jsonl"
    assert str(file.relative_to(tmp_path)) in out
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["record"] for row in rows] == sorted(row["record"] for row in rows)
    assert rows[0]["model"] == "en_ner_bc5cdr_md 9.8.7"
    assert all(one["text"].lower() == "fever" for row in rows for one in row["entities"])
    page = (tmp_path / "out" / "spruce" / "report.html").read_text(encoding="utf-8")
    assert "marked by the model en_ner_bc5cdr_md 9.8.7; no figure rests on them" in page
    figures = (tmp_path / "out" / "spruce").glob("*.csv")
    assert all(one.read_bytes() == (plain / "spruce" / one.name).read_bytes() for one in figures)
    assert not (plain / "spruce" / "entities.jsonl").exists()


@pytest.mark.parametrize("target", ["found.parquet", "folder"])
def test_parquet_is_refused_where_a_model_marks(retally, package, records: str, tmp_path: Path, target: str) -> None:
    name = package("en_ner_bc5cdr_md", fever="DISEASE")
    (tmp_path / "folder").mkdir()
    code, out, err = retally("extract", records, "--model", name, "--output", str(tmp_path / target))
    assert (code, out) == (2, "")
    assert "Parquet has no place for what a model marks" in err
    assert "--format jsonl" in err
    assert not (tmp_path / "found.parquet").exists()
    code, _, _ = retally("extract", records, "--model", name, "--output", str(tmp_path / "folder"), "--format", "jsonl")
    assert code == 0
    (file,) = (tmp_path / "folder").glob("*.jsonl")
    assert json.loads(file.read_text())["entities"][0]["label"] == "DISEASE"
