"""The whole engine: whatever the text, it answers, always the same, with offsets that hold."""

from __future__ import annotations

import json
import random
import re
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.engine import Engine
from extract.finding import Finding

ENGINE = Engine()
STATS = {"count", "percent", "mean", "median", "sd", "range", "iqr", "rate", "value", "present", "absent"}
# Pieces of abstracts, and of what damages them.
PIECES = [
    "We studied 120 patients with gout",
    "33 (17%)",
    "17% (33/197)",
    "mean age 61 ± 12 years (range 17-95)",
    "M:F 23:10",
    "respectively",
    "(n = 40)",
    "vs",
    "p < 0.001",
    "95% CI 1.2-3.4",
    "1,346",
    "100 000",
    "54. 55%",
    "16patients",
    "0·75 mg/kg/day",
    "prednisone 40 mg daily",
    "No patient died.",
    "None",
    "Both",
    "two thirds",
    "of whom",
    "the remaining",
    "A 54-year-old woman",
    "had neither fever nor cough",
    "attributed to",
    "secondary to",
    "causes were",
    "group A",
    "placebo",
    "(",
    ")",
    "[",
    "]",
    ";",
    ".",
    ",",
    "\n",
    "%",
    "±",
    "≥",
    "<",
    "½",
    "²",
    "İ",
    "ß",
    "65例",
    "\u200b",
    "\x00",
    "\ud7ff",
    "😀",
    "1" * 400,
    "9" * 30 + "%",
    "1/0",
    "0/0",
    "-5",
    "1e999",
    "5-1",
    "((((",
    "A case report",
]
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
)
EASY = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def check(findings: list[Finding], text: str) -> None:
    for f in findings:
        assert 0 <= f.start < f.end <= len(text)
        assert 0 <= f.sentence_start <= f.start and f.end <= f.sentence_end <= len(text)
        assert f.stat in STATS and f.measure and f.group
        assert (f.stat in ("present", "absent")) == all(v is None for v in (f.value, f.low, f.high))
        json.dumps(f.to_dict(), allow_nan=False)
    assert [f.start for f in findings] == sorted(f.start for f in findings)


@given(TEXTS)
@EASY
def test_any_text_is_read_without_an_exception_and_offsets_lie_inside(text: str) -> None:
    check(ENGINE.read(text=text), text)


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.sampled_from(["", "RESULTS", "CASE REPORT", "METHODS"]), TEXTS), max_size=4),
)
@EASY
def test_any_sections_are_read_and_offsets_count_from_the_title(title: str, sections: list[tuple[str, str]]) -> None:
    whole = "\n".join([title, *(text for _, text in sections)])
    check(ENGINE.read(title, sections), whole)


@given(TEXTS)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_same_text_gives_the_same_findings(text: str) -> None:
    first = ENGINE.read(text=text)
    assert [f.to_dict() for f in first] == [f.to_dict() for f in ENGINE.read(text=text)]


ABSTRACTS = [
    "We studied 120 patients with gout (80 men, 40 women; mean age 61 ± 12 years, range 17-95). "
    "Fever occurred in 33 (27.5%). No patient died.",
    "Sixty patients were given allopurinol (n = 30) or placebo (n = 30). "
    "Flares occurred in 5 (17%) and 11 (37%), respectively (p = 0.08).",
    "A 54-year-old woman presented with fever and without cough. "
    "Allopurinol was held responsible. She recovered completely.",
    "The dose was 300 mg daily (range, 100-600 mg). Median follow-up was 14 months (IQR 9-20).",
    "",
]


def test_the_order_and_the_size_of_the_batch_do_not_matter() -> None:
    alone = {text: [f.to_dict() for f in Engine().read(text=text)] for text in ABSTRACTS}
    shuffled = ABSTRACTS * 2
    random.Random(7).shuffle(shuffled)
    together = Engine().read_many((None, [], text) for text in shuffled)
    assert [[f.to_dict() for f in found] for found in together] == [alone[text] for text in shuffled]


def test_no_network_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the engine opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert any(Engine().read(text=text) for text in ABSTRACTS)


def test_the_span_of_a_figure_is_its_printed_number() -> None:
    for text in ABSTRACTS:
        for f in ENGINE.read(text=text):
            if f.how == "figure" and f.value:
                printed = text[f.start : f.end]
                number = f.numerator if f.numerator is not None and f.stat == "count" else f.value
                assert re.search(rf"(?<!\d){number:g}(?!\d)", printed) or not re.search(r"\d", printed)


def test_every_finding_names_the_engine_and_its_component() -> None:
    for text in ABSTRACTS:
        for f in ENGINE.read(text=text):
            assert f.engine == Engine.version and f.how and 0 <= f.confidence <= 1


def test_what_lies_right_beside_a_figure_is_its_group() -> None:
    text = "Mean stay was 5.2 days (SD 2.1) in the early group and 7.9 days (SD 3.4) in the late group."
    groups = {text[f.start : f.end]: f.group for f in ENGINE.read(text=text)}
    assert groups["5.2"] == "early group" and groups["7.9"] == "late group"


def test_a_group_may_be_called_by_one_capital() -> None:
    text = "In group A (n=45) 5 patients (11.1%) and in group B (n=47) 11 patients (23.4%) developed infection."
    shares = {f.group: (f.numerator, f.denominator) for f in ENGINE.read(text=text) if f.stat == "percent"}
    assert shares == {"group A": (5, 45), "group B": (11, 47)}


def test_a_spread_is_of_what_it_stands_behind() -> None:
    text = "Fifty women were seen twice: at baseline (follicular phase) and 16±3 days post intervention."
    assert len({f.measure for f in ENGINE.read(text=text) if f.start > 30}) == 1


def test_all_of_an_unknown_number_is_no_count() -> None:
    (finding,) = ENGINE.read(text="All patients improved.")
    assert (finding.stat, finding.value, finding.numerator) == ("percent", 100.0, None)


def test_who_did_not_are_not_counted_among_those_who_did() -> None:
    text = "Seven of 18 patients suffered a relapse and 11 did not."
    assert [f.measure for f in ENGINE.read(text=text)][:2] == ["outcome:relapse", "outcome:no relapse"]


def test_a_difference_is_a_change_in_what_was_measured_before_it() -> None:
    found = ENGINE.read(text="Death occurred in 12% of those on gel and in 7% of those on balm (difference 5%).")
    assert [(f.measure, f.stat, f.value) for f in found] == [
        ("outcome:death", "percent", 12.0),
        ("outcome:death", "percent", 7.0),
        ("measurement:change in death", "value", 5.0),
    ]


def test_respectively_gives_every_figure_its_own_name() -> None:
    found = ENGINE.read(text="Fever, cough and gout were seen in 12 (10%), 7 (6%) and 3 (2%) patients, respectively.")
    assert [f.measure.partition(":")[2] for f in found] == ["fever", "cough", "gout"]


def test_what_stands_in_the_bracket_of_a_number_of_people_is_out_of_them() -> None:
    text = "We compared 30 adults with gout and 20 healthy volunteers (9 men; mean age 50 years)."
    men = next(f for f in ENGINE.read(text=text) if f.measure == "sex:male")
    assert (men.numerator, men.denominator) == (9, 20)
