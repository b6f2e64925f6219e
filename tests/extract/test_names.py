"""Which phrase of a sentence names a figure: one sentence a pattern."""

import pytest

from extract.engine import Engine
from extract.layout import layout
from extract.names import Scene, name_candidates, squeeze
from extract.reading import open_reader
from extract.wording import is_name


def named(sentence: str, number: str, kind: str) -> str:
    found = [
        f
        for f in Engine().read(None, [("RESULTS", sentence)])
        if sentence[f.start - 1 : f.end].strip().startswith(number) and f.how == "figure"
    ]
    return found[0].measure.partition(":")[2]


@pytest.mark.parametrize(
    ("sentence", "number", "kind", "name"),
    [
        ("Common complaints were tinnitus (31%) and dizziness (14%).", "31", "symptom", "tinnitus"),
        ("Wound infection occurred in 9% of the operated patients.", "9", "outcome", "wound infection"),
        ("Among them, 17 patients developed pneumonia.", "17", "outcome", "pneumonia"),
        ("Mean serum ferritin was 312 ng/ml at entry.", "312", "measurement", "serum ferritin"),
        ("The overall mortality rate was 12%.", "12", "outcome", "death"),
        ("Women were randomized to receive 5 mg daily or placebo for 6 weeks.", "6", "duration", "treatment"),
    ],
)
def test_the_name_follows_the_clause(sentence: str, number: str, kind: str, name: str) -> None:
    assert named(sentence, number, kind) == name


def test_parallel_figures_keep_names_of_their_own() -> None:
    sentence = "At week 12, 46% of the patients on gel reached a clear skin and 32% reached no itch at all."
    assert [named(sentence, number, "outcome") for number in ("46", "32")] == ["clear skin", "no itch"]


def test_a_figure_is_not_named_by_its_group() -> None:
    text = "Relief was best with balm. Naproxen tablets (24.4 ± 2.0) and ibuprofen capsules (31.9 ± 2.1) gave relief."
    found = [f for f in Engine().read(text=text) if f.group != "all" and ":" in f.measure]
    assert found and all(f.measure.partition(":")[2] != f.group.lower() for f in found)


def test_a_short_form_alone_is_written_out() -> None:
    sentence = "Postoperative nausea and vomiting (PONV) were rare. PONV occurred in 12% of the patients on gel."
    assert named(sentence, "12", "symptom") == "postoperative nausea and vomiting"


@pytest.mark.parametrize("name", ["week 12", "first day", "mmol/mol", "received", "patient", "th month", "rate"])
def test_times_units_people_and_bare_verbs_are_no_names(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize("name", ["first stroke", "heart rate", "length of stay", "treated infection"])
def test_names(name: str) -> None:
    assert is_name(name)


def test_groups_and_people_are_left_out_between_a_figure_and_its_name() -> None:
    sentence = "Headache was seen in patients of the placebo group (12%)."
    reader = open_reader(sentence, [(0, len(sentence), "")])
    plan = layout(reader, 0)
    scene = Scene(reader, plan, 0, {})
    at = plan.place[0]
    assert squeeze(scene.path(1, at)).startswith("bO")


def test_a_scene_shared_by_figures_gives_the_same_features() -> None:
    sentence = "Nausea (19%) and vomiting (13%) were the main symptoms."
    reader = open_reader(sentence, [(0, len(sentence), "")])
    plan = layout(reader, 0)
    scene = Scene(reader, plan, 0, {})
    for figure in range(2):
        assert name_candidates(reader, plan, figure, "symptom", {}, scene) == name_candidates(
            reader, plan, figure, "symptom", {}
        )
