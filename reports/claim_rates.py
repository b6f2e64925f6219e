"""Claims of rates (incidence, prevalence) and of the ratio of the sexes. Called by `reports.claims`."""

from __future__ import annotations

import re

from reports.claim import Claim
from reports.claim_figure import Figure


def rate_claim(doc: str, sentence: str, figure: Figure, group: str) -> Claim:
    """The claim of a rate: incidence or prevalence, its unit naming what it is over."""
    before = sentence[: figure.start]
    words = re.findall(r"\b(prevalence|incidence|mortality|death rate|annual|per year)\b", before, re.I)
    after = sentence[figure.end : figure.end + 30]
    prevalence = bool(words) and [w.lower() for w in words if w.lower() in ("prevalence", "incidence", "mortality")][
        -1:
    ] == ["prevalence"]
    measure = (
        "prevalence"
        if prevalence
        else "outcome:death"
        if words and words[-1].lower() in ("mortality", "death rate")
        else "incidence"
    )
    people = figure.noun
    if not prevalence and (
        not people
        or re.fullmatch(r"persons?|people|population|inhabitants|individuals", people)
        or re.search(r"years?$", people)
    ):
        people = "person-years"
    unit = f"{figure.unit} {people}".strip() if people or not prevalence else figure.unit
    yearly = re.match(r"\s*(?:persons?\s+)?(?:per year|annually|each year|a year|/year)", after)
    if yearly:
        figure.end += yearly.end()
    return Claim(
        doc,
        "",
        measure,
        group=group,
        stat="rate",
        value=figure.value,
        low=figure.low,
        high=figure.high,
        cmp=figure.cmp,
        unit=unit,
        kind="rate",
    )


def ratio_claims(doc: str, sentence: str, figure: Figure, group: str) -> list[Claim] | None:
    """The two claims of a ratio of the sexes, or None where a ratio is of something else."""
    before = sentence[max(0, figure.start - 80) : figure.start].lower()
    sexes = re.findall(r"\b(wom[ae]n|females?|m[ae]n|males?|f|m)\b", before)
    if not sexes:
        return None
    first = "female" if sexes[-2 if len(sexes) > 1 else -1][0] in "wf" else "male"
    second = "male" if first == "female" else "female"
    return [
        Claim(doc, "", f"sex:{sex}", group=group, stat="value", value=value, cmp=figure.cmp, kind="proportion")
        for sex, value in ((first, figure.low), (second, figure.high))
    ]
