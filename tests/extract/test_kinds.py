"""What each figure is: the class it is given, and that lists and spreads go together."""

from __future__ import annotations

import pytest

from extract import linear
from extract.abreast import runs
from extract.engine import Engine
from extract.kinds import classify
from extract.network import load_network
from extract.reading import open_reader
from extract.sequence import sequence


def classes(text: str, label: str = "RESULTS") -> dict[str, str]:
    reader = open_reader(text, [(0, len(text), label)])
    network = load_network()
    seen = network.read(sequence(reader, network.words))
    kinds, beliefs = classify(reader, linear.load("figure"), seen.kinds, network.classes)
    assert all(0 <= b <= 1 for b in beliefs.values())
    return {text[reader.figures[i].start : reader.figures[i].end]: kind for i, kind in kinds.items()}


def test_age_with_its_spread():
    found = classes("The mean age was 61 ± 12 years.")
    assert found["61"] == "age" and found["12"] == "age"


def test_study_size():
    assert "participants" in classes("A total of 240 patients were enrolled in this study.", "METHODS").values()


def test_dose_and_follow_up():
    found = classes("Patients received prednisone 40 mg daily and were followed for a median of 24 months.")
    assert "dose" in found.values() and "follow-up" in found.values()


def test_p_value_has_no_class():
    assert not any("0.03" in span for span in classes("Relapse was rarer (12% vs 30%, p = 0.03)."))


def test_list_is_one_run():
    text = "Relapse was seen in 12%, 4% and 22% of them."
    reader = open_reader(text, [(0, len(text), "RESULTS")])
    assert runs(reader, [0, 1, 2]) == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("The male-to-female ratio was 2.5:1.", [("sex:male", "value", 2.5), ("sex:female", "value", 1.0)]),
        ("We followed 30 people with gout; F/M 18:12.", [("sex:female", "count", 18.0), ("sex:male", "count", 12.0)]),
        ("Gout was found in 41 people, and 21 (51%) were men.", [("sex:male", "percent", 51.0)]),
        ("They were 54% female, with gout of long standing.", [("sex:female", "percent", 54.0)]),
    ],
)
def test_sex_by_its_wording_alone(text: str, measures: list[tuple[str, str, float]]) -> None:
    found = [(f.measure, f.stat, f.value) for f in Engine().read(text=text) if f.measure.startswith("sex:")]
    assert [m for m in found if m in measures] == measures


def test_of_fractions_side_by_side_all_are_findings() -> None:
    found = classes("Bleeding was seen in 4/25, 3/24 and 0/26 patients of groups A, B and C.")
    assert set(found) >= {"4/25", "3/24", "0/26"}


def test_a_list_of_figures_with_names_of_their_own_is_of_one_kind() -> None:
    found = classes("Cough (70%), fever (52%), dyspnoea (61%) and weight loss (38%) were common.")
    assert set(found.values()) <= {"symptom", "sign", "finding", "outcome", "proportion"} and len(found) == 4
