"""The model's one interface: entities by sentence, other models through a label map, clear messages where it fails."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest
import spacy

import extract.model
from extract.model import SHIPPED, WEIGHTS, ClinicalModel, Entity, ModelError, checksum, label_map


@pytest.fixture(scope="module")
def shipped() -> ClinicalModel:
    return ClinicalModel()


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A saved spaCy pipeline with the labels of en_ner_bc5cdr_md, and one that the engine has no use for."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]
        [
            {"label": "DISEASE", "pattern": "sarcoidosis"},
            {"label": "CHEMICAL", "pattern": "prednisone"},
            {"label": "GENE", "pattern": "BRCA1"},
        ]
    )
    nlp.meta.update(name="ner_bc5cdr_md", version="0.5.4")
    nlp.to_disk(tmp_path / "en_ner_bc5cdr_md")
    return tmp_path / "en_ner_bc5cdr_md"


def found(entities: list[Entity], label: str) -> list[str]:
    return [entity.text for entity in entities if entity.label == label]


def test_the_shipped_model_names_drugs_doses_and_diseases(shipped: ClinicalModel) -> None:
    (entities,) = shipped.entities(["Sarcoidosis was treated with oral prednisone 40 mg daily for 6 months."])
    assert "prednisone" in found(entities, "CHEMICAL") + found(entities, "DRUG")
    assert "Sarcoidosis" in found(entities, "DISEASE")
    assert any("40 mg" in text for text in found(entities, "DOSAGE"))


def test_offsets_are_those_of_the_sentence(shipped: ClinicalModel) -> None:
    sentences = ["A 45-year-old woman had fever.", "Her father had cyclosporine-induced hypertension."]
    for sentence, entities in zip(sentences, shipped.entities(sentences), strict=True):
        assert entities
        assert all(sentence[entity.start : entity.end] == entity.text for entity in entities)
        assert entities == sorted(entities, key=lambda entity: (entity.start, entity.end, entity.label, entity.head))


def test_many_sentences_give_what_each_gives_alone(shipped: ClinicalModel) -> None:
    sentences = ["Cough was frequent.", "Patients took 5 mg of tacrolimus.", "Relapse occurred in 10 of 40 patients."]
    assert shipped.entities(sentences) == [shipped.entities([sentence])[0] for sentence in sentences]


def test_only_the_labels_asked_for_are_given(shipped: ClinicalModel) -> None:
    sentence = "Ten patients with asthma took 5 mg of prednisone."
    (entities,) = shipped.entities([sentence], labels=["DOSAGE"])
    assert {entity.label for entity in entities} <= {"DOSAGE"}
    assert entities == [entity for entity in shipped.entities([sentence])[0] if entity.label == "DOSAGE"]


def test_empty_sentences_and_odd_characters_are_no_problem(shipped: ClinicalModel) -> None:
    answers = shipped.entities(["", "   ", "\n", "µg/m² — ≥5 %", "a" * 5000, "🙂"])
    assert len(answers) == 6
    assert answers[:3] == [[], [], []]
    assert shipped.entities([]) == []


def test_the_shipped_model_covers_what_evidence_extraction_needs(shipped: ClinicalModel) -> None:
    needed = (
        "DISEASE CHEMICAL DRUG SIGN_SYMPTOM PROCEDURE THERAPY LAB_VALUE DOSAGE FREQUENCY DURATION ROUTE AGE SEX "
        "POPULATION OUTCOME ADVERSE_EVENT"
    )
    assert set(needed.split()) <= shipped.labels


def test_the_model_says_what_it_is(shipped: ClinicalModel) -> None:
    info = shipped.info
    assert info.name == SHIPPED
    assert info.version.count(".") == 2
    assert len(info.checksum) == 64
    assert info.ignored == ()


def test_the_shipped_model_stays_under_forty_megabytes_and_the_reader_under_ten() -> None:
    assert sum(path.stat().st_size for path in (WEIGHTS / "clinical").rglob("*") if path.is_file()) < 40_000_000
    assert sum(path.stat().st_size for path in WEIGHTS.glob("*.npz")) < 10_000_000


def test_loading_touches_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the model opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert ClinicalModel().entities(["Fever was common."])


def test_nothing_is_loaded_before_the_first_use() -> None:
    ClinicalModel("a_model_that_does_not_exist")


def test_another_model_is_read_through_the_label_map(foreign: Path) -> None:
    model = ClinicalModel(foreign)
    (entities,) = model.entities(["BRCA1 carriers with sarcoidosis took prednisone."])
    assert [(entity.text, entity.label, entity.head) for entity in entities] == [
        ("sarcoidosis", "DISEASE", "en_ner_bc5cdr_md"),
        ("prednisone", "CHEMICAL", "en_ner_bc5cdr_md"),
    ]
    assert model.info.ignored == ("GENE",)
    assert model.info.version == "0.5.4"


@pytest.mark.parametrize(
    ("name", "label", "meaning"),
    [
        ("en_ner_bc5cdr_md", "DISEASE", "DISEASE"),
        ("en_ner_bc5cdr_md", "CHEMICAL", "CHEMICAL"),
        ("en_core_sci_sm", "ENTITY", "ENTITY"),
        ("en_core_sci_lg", "ENTITY", "ENTITY"),
        ("en_ner_bionlp13cg_md", "CANCER", "DISEASE"),
        ("en_ner_bionlp13cg_md", "ORGAN", "ANATOMY"),
        ("en_ner_craft_md", "CHEBI", "CHEMICAL"),
        ("en_core_web_sm", "DATE", "DATE"),
        ("somebodys_model", "MEDICATION", "DRUG"),
    ],
)
def test_labels_of_known_models_have_a_meaning(name: str, label: str, meaning: str) -> None:
    assert label_map(name)[label] == meaning


def test_a_model_without_useful_labels_has_an_empty_map() -> None:
    assert label_map("en_ner_jnlpba_md") == {}


def test_every_label_of_the_shipped_model_is_listed(shipped: ClinicalModel) -> None:
    from extract import resources

    assert shipped.labels <= set(resources.load("labels")["labels"])


def test_a_missing_model_names_the_cure() -> None:
    with pytest.raises(ModelError, match="retally model install en_ner_bc5cdr_md"):
        ClinicalModel("en_ner_bc5cdr_md").entities(["Fever."])


def test_missing_weights_name_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(extract.model, "WEIGHTS", tmp_path)
    with pytest.raises(ModelError, match=r"missing.*reinstall"):
        ClinicalModel().entities(["Fever."])


def test_damaged_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, foreign: Path) -> None:
    shutil.copytree(foreign, tmp_path / "weights" / SHIPPED)
    record = tmp_path / "weights" / f"{SHIPPED}.toml"
    record.write_text(f'sha256 = "{checksum(foreign)}"\n')
    monkeypatch.setattr(extract.model, "WEIGHTS", tmp_path / "weights")
    assert extract.model.checksum(tmp_path / "weights" / SHIPPED) == checksum(foreign)
    (tmp_path / "weights" / SHIPPED / "config.cfg").write_text("[nlp]\n")
    with pytest.raises(ModelError, match=r"damaged.*reinstall"):
        ClinicalModel().entities(["Fever."])


def test_a_model_for_another_spacy_is_refused_with_the_cure(foreign: Path) -> None:
    meta = json.loads((foreign / "meta.json").read_text())
    (foreign / "meta.json").write_text(json.dumps(meta | {"spacy_version": ">=3.4.1,<3.5.0"}))
    with pytest.raises(ModelError, match=r"made for spaCy >=3\.4\.1,<3\.5\.0.*--any-spacy"):
        ClinicalModel(foreign).entities(["Fever."])
    assert ClinicalModel(foreign, any_spacy=True).entities(["sarcoidosis"])[0]


@pytest.mark.parametrize("file", ["config.cfg", "meta.json", "tokenizer"])
def test_a_damaged_other_model_gives_one_line(foreign: Path, file: str) -> None:
    (foreign / file).write_bytes(b"\x00 not what it was")
    with pytest.raises(ModelError) as raised:
        ClinicalModel(foreign).entities(["Fever."])
    assert "\n" not in str(raised.value)
    assert "install it again" in str(raised.value)
