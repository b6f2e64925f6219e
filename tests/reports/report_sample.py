"""A small report in made-up words: four studies of an invented review, one of them a restatement, one retracted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from extract.finding import Finding
from reports.claim import Claim
from reports.context import Change, Flow, Notice, ReportContext, ReviewInfo, RunInfo, SearchInfo, SourceDocument
from reports.intervals import clopper_pearson
from reports.pooling import pool
from reports.result import Analysis, ClaimResult, Estimate, StudyFigure

TEXTS = {
    "pmid:101": (
        "Marsh fever in the delta\nWe followed 40 people. The fever came back in 12 of 40 people within a year."
    ),
    "pmid:102": (
        "Marsh fever again\nOf 50 treated people, 20 (40%) had a second attack. Salt water was the cause in two."
    ),
    "restated:olmo2001": "Fever of the marsh\nIn this summary, 5 of 25 people fell ill a second time.",
    "pmid:104": "Marsh fever, withdrawn\nNobody of 30 relapsed.",
}


def figure(record: str, words: str, numerator: int | None, denominator: int | None, **more: Any) -> StudyFigure:
    """A study's figure with the sentence that `words` stands in."""
    text = TEXTS[record]
    start = text.index(words)
    first = max(text.rfind("\n", 0, start), text.rfind(". ", 0, start) + 1) + 1
    last = text.find(".", start) + 1
    low, high = clopper_pearson(numerator, denominator) if numerator is not None and denominator else (None, None)
    return StudyFigure(
        record, record, "outcome:relapse", "all", "count", numerator, denominator, interval_low=low,
        interval_high=high, pooled=numerator is not None, start=start, end=start + len(words),
        sentence=text[first:last], sentence_start=first, sentence_end=last, **more,
    )  # fmt: skip


def records(**changes: dict[str, Any]) -> pd.DataFrame:
    """The records frame; `changes` by the last part of a record's id, as `r101={"title": ...}`."""
    rows = [
        ("pmid:101", "Marsh fever in the delta", 1999, ["Abel CD", "Brook E"], "pubmed", False),
        ("pmid:102", "Marsh fever again", 2004, ["van der Veld F"], "pubmed", False),
        ("restated:olmo2001", "Fever of the marsh", 2001, ["Olmo, Gil"], "restatement", False),
        ("pmid:104", "Marsh fever, withdrawn", 2009, ["Quill H"], "pubmed", True),
    ]
    made = []
    for key, title, year, authors, source, retracted in rows:
        row = {
            "id": key, "title": title, "text": TEXTS[key], "journal": "J Marsh Med", "year": year, "authors": authors,
            "doi": "10.1000/olmo" if source == "restatement" else None, "pmid": key[5:] if source == "pubmed" else None,
            "source": source, "design": "series", "tier": 1, "retracted": retracted, "notices": [],
            "duplicate_of": None, "overlaps": [],
        }  # fmt: skip
        made.append(row | changes.get("r" + key[-3:], {}))
    return pd.DataFrame(made)


def relapse() -> ClaimResult:
    """A bound that the studies leave undecided, with another analysis, other methods and a figure set aside."""
    used = [
        figure("pmid:101", "12 of 40", 12, 40),
        figure("pmid:102", "20 (40%)", 20, 50, flags=["derived-numerator"]),
        figure("restated:olmo2001", "5 of 25", 5, 25),
    ]
    claim = Claim(
        "review.txt", "fever-relapse", "outcome:relapse", "all", "percent", value=25, cmp="<",
        condition="within a year", cites=["3", "6-11"], expr="fewer than a\nquarter", kind="proportion", start=10,
        end=30,
    )  # fmt: skip
    headline = Estimate.of(pool([12, 20, 5], [40, 50, 25]), "GLMM")
    return ClaimResult(
        claim, "undecided", "the interval holds the stated bound", headline, used,
        [figure("pmid:104", "Nobody of 30", 0, 30, reason="the paper was retracted")],
        [Estimate.of(pool([12, 20, 5], [40, 50, 25], model="crude"), "Crude sum")], ["crude sum of two studies"],
        k=3, K=4, n=115,
        analyses=[Analysis("treated patients", "thin", "one study only",
                           Estimate.of(pool([20], [50]), "GLMM"), [used[1]], 1)],
        leave_one_out=[Estimate("without Olmo 2001", 0.35, 0.2, 0.5, k=2, n=90)],
        conflicts=["other-relapse"], notices=["Abel 1999 and van der Veld 2004 may share patients."],
    )  # fmt: skip


def results() -> list[ClaimResult]:
    """One claim of every sort that the page treats in its own way."""
    age = Claim("review.txt", "fever-age", "age", stat="mean", low=30, high=40, unit="years", kind="age")
    other = Claim("leaflet.txt", "other-relapse", "outcome:relapse", stat="percent", value=60, kind="proportion")
    salt = Claim("review.txt", "cause-salt", "cause:salt water", kind="cause", expr="salt water", category="exposure")
    moon = Claim("review.txt", "cause-moon", "cause:moonlight", kind="cause", expr="moonlight", category="exposure")
    named = figure("pmid:102", "Salt water", None, None)
    same = relapse()
    return [
        same,
        ClaimResult(age, "silent", "no abstract gives an age", K=4),
        ClaimResult(other, "differs", "60% lies above the interval", same.estimate, same.studies, k=3, K=4, n=115,
                    conflicts=["fever-relapse"]),
        ClaimResult(salt, "agrees", "one study names it", studies=[named], k=1, K=4, n=2),
        ClaimResult(moon, "silent", "no study names it", K=4),
    ]  # fmt: skip


def findings() -> pd.DataFrame:
    """A cause that no document names."""
    text = TEXTS["pmid:101"]
    start = text.index("people.")
    first = text.index("We")
    found = Finding("cause:delta mud", stat="present", start=start, end=start + 6, sentence_start=first,
                    sentence_end=start + 7)  # fmt: skip
    return pd.DataFrame([{"record_id": "pmid:101"} | asdict(found)])


def context(**changes: Any) -> ReportContext:
    """The whole context; `changes` replace its parts."""
    review = ReviewInfo(
        "fever", "Marsh fever", "Do the stated figures hold?", "People with marsh fever",
        [SourceDocument("review.txt", "A review", "Marsh Rev 2020"), SourceDocument("leaflet.txt", "A leaflet")],
        ["Series of five or more"],
    )  # fmt: skip
    run = RunInfo("7", "2026-03-01T12:00:00+00:00", {"retally": "0.1.0", "engine": "0.1.0"}, "6",
                  [Change("fever-relapse", "thin", "undecided", "one study more")])  # fmt: skip
    parts: dict[str, Any] = {
        "review": review, "run": run, "results": results(), "records": records(), "findings": findings(),
        "flow": Flow({"PubMed": 12_000}, {"duplicates": 3}, 11_997, {"not the population": 11_993}, 4),
        "searches": [SearchInfo("PubMed", '"marsh fever"[tiab]', count=12_000, fetched=12_000, when="2026-02-28")],
        "notices": [Notice("Retracted, and set aside: Quill 2009", "warning")],
    }  # fmt: skip
    return ReportContext(**(parts | changes))
