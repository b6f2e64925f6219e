"""Doses: drug, amount, base, frequency, route, duration."""

from __future__ import annotations

import pytest

from extract.doses import Doses, is_drug
from extract.engine import Engine
from extract.finding import Finding
from extract.items import Expression
from tests.extract.figures import opened


def doses(text: str) -> list[Finding]:
    doc, figures = opened(text)
    reader, rows, previous = Doses(doc), [], None
    for e in figures:
        if e.unit is None or e.unit.kind not in ("mass", "activity"):
            continue
        sentence = doc.sentences[doc.sentence_of(e.first)]
        finding = Finding(
            "dose",
            value=e.value,
            low=e.low,
            high=e.high,
            cmp=e.cmp,
            sentence_start=sentence.start,
            sentence_end=sentence.end,
        )
        known: tuple[Expression, Finding] | None = (
            previous if previous and previous[1].sentence_start == sentence.start else None
        )
        reader.read(e, sentence, finding, known)
        previous = e, finding
        rows.append((finding, e))
    reader.share(rows)
    return [f for f, _ in rows]


@pytest.mark.parametrize(
    ("text", "unit", "per", "frequency"),
    [
        ("prednisone 0.75 mg/kg/day", "mg", "kg", "daily"),
        ("ibuprofen 500 mg b.d. for pain", "mg", None, "b.d."),
        ("cisplatin 80 mg/m2 every 3 weeks", "mg", "m2", "every 3 weeks"),
        ("irinotecan 80 mg m−2 once weekly", "mg", "m2", "weekly"),
        ("prednisone 30 mg every other day", "mg", None, "every other day"),
        ("miglustat 100 mg t.i.d.", "mg", None, "t.i.d."),
        ("voriconazole 4 mg/kg/12 h", "mg", "kg", "every 12 h"),
        ("etoposide 80 mg/m2 on days 1, 3 and 5 every 21 days", "mg", "m2", "days 1, 3 and 5 every 21 days"),
        ("once-daily linagliptin 5 mg", "mg", None, "daily"),
        ("sufentanil 0.5 microg/kg", "µg", "kg", None),
        ("digoxin 250 micrograms daily", "micrograms", None, "daily"),
        ("a daily dose of 282 mg clozapine", "mg", None, "daily"),
        ("propofol 4 mg/kg/hr", "mg", "kg", "per hour"),
    ],
)
def test_unit_base_and_frequency(text, unit, per, frequency):
    (f,) = doses(f"They received {text}.")
    assert (f.unit, f.per, f.frequency) == (unit, per, frequency)


def test_a_concentration_keeps_its_unit_whole():
    found = Engine().read(text="Patients in group I received 4 ng/ml remifentanil and 0.2 ng/ml sufentanil.")
    assert [(f.measure, f.unit, f.per) for f in found if f.how == "figure"] == [("dose", "ng/ml", None)] * 2


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Prednisone 40 mg was given.", "prednisone"),
        ("They took 50 mg of prednisone.", "prednisone"),
        ("Clozapine (300 mg daily) was stopped.", "clozapine"),
        ("They ate 500 g of raw banana.", "raw banana"),
        ("All had 8 mg oral melatonin.", "melatonin"),
        ("They received 50000 IU of vitamin D weekly.", "vitamin d"),
        ("The mean dose of propofol was 120 mg.", "propofol"),
        ("The breast received 50 Gy.", "radiotherapy"),
        ("The epidural dose of ropivacain was 40 mg with low acetylcholinesterase.", "ropivacain"),
        ("Ketamine was given as 10 mg diluted in 50 mL of saline.", "ketamine"),
        ("They had 200 mg of XYZ-4521 on an inhaler.", "xyz-4521"),
    ],
)
def test_drug(text, drug):
    assert doses(text)[0].drug == drug


def test_abbreviation_of_the_text_is_resolved():
    assert doses("Methylprednisolone (MP) was tried. Group 2 had 125 mg i.v. MP.")[0].drug == "methylprednisolone"


def test_each_dose_has_its_own_drug():
    assert [f.drug for f in doses("They had epirubicin 50 mg and oxaliplatin 130 mg.")] == ["epirubicin", "oxaliplatin"]


def test_steps_of_a_taper_share_the_drug():
    assert {f.drug for f in doses("Prednisone was cut to 25 mg, 20 mg, and 15 mg.")} == {"prednisone"}


def test_list_shares_the_frequency_behind_it():
    assert [f.frequency for f in doses("They took naproxen 1000 mg or ibuprofen 2400 mg daily.")] == ["daily", "daily"]


def test_list_with_sizes_and_placebo_shares_the_frequency_behind_it():
    text = "Esketamine 28 mg (n = 11), 56 mg (n = 12), or placebo, given intranasally twice weekly, was tried."
    assert [f.frequency for f in doses(text)] == ["twice weekly", "twice weekly"]


def test_route_and_duration():
    (f,) = doses("Cortisone 60 mg/day IV for 15 days was given.")
    assert (f.route, f.duration) == ("intravenous", "15 days")


def test_range_and_maximum():
    first, second = doses("Prednisone 20-40 mg was given, up to a maximum of 60 mg.")
    assert (first.low, first.high, second.cmp) == (20, 40, "<=")


@pytest.mark.parametrize("word", ["prednisone", "Cyclophosphamide", "pembrolizumab"])
def test_known_drugs(word):
    assert is_drug(word)


@pytest.mark.parametrize("word", ["placebo", "patient", "alone", "bone"])
def test_words_that_are_no_drugs(word):
    assert not is_drug(word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They were put on once-daily oral ibrutinib (560 mg) or on placebo.", [(560, "ibrutinib", "daily")]),
        (
            "They were put on 240, 370, 500, or 630 mg of once-daily oral vadadustat.",
            [(n, "vadadustat", "daily") for n in (240, 370, 500, 630)],
        ),
        ("Adalimumab 40 mg biweekly was given.", [(40, "adalimumab", "biweekly")]),
        ("They had a single intravenous infusion of zoledronate, 5 mg, in spring.", [(5, "zoledronate", "single")]),
    ],
)
def test_what_is_printed_once_holds_for_the_list(text: str, expected: list[tuple[float, str, str]]) -> None:
    found = [f for f in Engine().read(text=text) if f.measure == "dose"]
    assert [(f.value, f.drug, f.frequency) for f in found] == expected
