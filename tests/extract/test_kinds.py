"""What each figure is: the class it is given, and that lists and spreads go together."""

from __future__ import annotations

from extract import linear
from extract.kinds import classify, runs
from extract.reading import open_reader


def classes(text: str, label: str = "RESULTS") -> dict[str, str]:
    reader = open_reader(text, [(0, len(text), label)])
    kinds, beliefs = classify(reader, linear.load("figure"))
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
