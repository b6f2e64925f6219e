"""Claims against the studies: for each claim the evidence, the estimate, the verdict, and all that was set aside.

    results = compare(claims, records, findings, population)

In: claims, the records and findings frames, the review's population. Out: one `ClaimResult` a claim, in the claims'
order; the same input gives the same output, whatever the order of the frames' rows. Called by `pipeline.run`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from reports import verdicts
from reports.bench import Bench
from reports.causes import NamedCause, unlisted_causes
from reports.claim import Claim
from reports.cohorts import Population
from reports.cross_check import Conflict, cross_check
from reports.judge_mean import judge_extremes, judge_mean
from reports.judge_other import judge_cause, judge_one_study, judge_regimen, show_figures
from reports.judge_share import judge_share
from reports.measures import Vocabulary
from reports.result import Analysis, ClaimResult, Estimate, StudyFigure
from reports.study import read_studies, settings

__all__ = ["Analysis", "ClaimResult", "Conflict", "Estimate", "StudyFigure", "compare", "cross_check", "named_causes"]

REGIMENS = ("dose", "duration", "time", "measurement")


def compare(
    claims: Sequence[Claim],
    records: pd.DataFrame,
    findings: pd.DataFrame,
    population: Population,
    synonyms: Mapping[str, str] | None = None,
    cited: Mapping[str, str] | None = None,
) -> list[ClaimResult]:
    """Judge every claim.

    Parameters: `records`, `findings`: the frames described in the project's contracts; `population`: the review's terms
    (`core`, `loose`, `wider`, `others`); `synonyms`: the review's own names of measures (as printed -> measure);
    `cited`: claim id -> record id of the one study whose figure the claim quotes, where the documents do not tell.
    """
    vocabulary = _vocabulary(synonyms, population)
    bench = Bench(read_studies(records, findings, vocabulary), population, vocabulary, dict(cited or {}))
    results = [judge(bench, claim) for claim in claims]
    for conflict in cross_check(claims, vocabulary):
        if conflict.compatible:
            continue
        for result in results:
            if result.claim.id in (conflict.first, conflict.second):
                other = conflict.second if result.claim.id == conflict.first else conflict.first
                result.conflicts.append(other)
    return results


def named_causes(
    claims: Sequence[Claim], records: pd.DataFrame, findings: pd.DataFrame, synonyms: Mapping[str, str] | None = None
) -> list[NamedCause]:
    """Causes that the studies name and the claims do not list, most studies first."""
    vocabulary = _vocabulary(synonyms)
    return unlisted_causes(claims, read_studies(records, findings, vocabulary), vocabulary)


def judge(bench: Bench, claim: Claim) -> ClaimResult:
    """The row of the design's table that fits the claim's kind."""
    if claim.kind == "cause":
        return judge_cause(bench, claim)
    reason = _why_not_judged(claim)
    if reason is not None:
        result = _relevant(bench, claim)
        result.verdict, result.reason = verdicts.NOT_JUDGED, reason
        for analysis in result.analyses:
            analysis.verdict, analysis.reason = verdicts.NOT_JUDGED, reason
        return result
    if _quotes_one_study(bench, claim):
        return judge_one_study(bench, claim)
    return _relevant(bench, claim)


def _vocabulary(synonyms: Mapping[str, str] | None, population: Population | None = None) -> Vocabulary:
    own = {name.lower(): measure for name, measure in (synonyms or {}).items()}
    kinds = (population.core, population.loose, population.wider) if population is not None else ()
    people = [name for terms in kinds if terms is not None for name in (*terms.names, *terms.abbreviations)]
    return Vocabulary(own, tuple(dict.fromkeys(people)))


def _why_not_judged(claim: Claim) -> str | None:
    """Why a program must not judge the claim, or None."""
    if claim.kind == "qualitative" or not claim.numeric:
        return "a statement without a figure: read the relevant figures"
    if claim.checkable == "no" or claim.kind == "count":
        return "abstracts cannot decide this: read the relevant figures"
    if any(cue in (claim.condition or "").lower() for cue in settings()["thresholds"]):
        return "a threshold that goes with an outcome, not a distribution: read the relevant figures"
    if claim.checkable == "fulltext":
        return "abstracts seldom give this, it needs the full texts: read the relevant figures"
    return None


def _quotes_one_study(bench: Bench, claim: Claim) -> bool:
    """A rate, or a share among people outside the review's populations that cites a single study."""
    if claim.id in bench.cited or claim.kind == "rate":
        return True
    one = len(claim.cites) == 1 and claim.cites[0].isdigit()
    return one and claim.kind == "proportion" and bench.target(claim).kind == "named"


def _relevant(bench: Bench, claim: Claim) -> ClaimResult:
    """The evidence by the claim's kind of figure."""
    if not claim.numeric or claim.kind == "count":
        return show_figures(bench, claim)
    if claim.kind in REGIMENS:
        return judge_regimen(bench, claim)
    if claim.stat == "percent" or claim.kind == "proportion":
        return judge_share(bench, claim)
    if claim.kind == "rate":
        return judge_one_study(bench, claim)
    return judge_extremes(bench, claim) if claim.stat == "range" else judge_mean(bench, claim)
