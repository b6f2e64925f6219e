"""Claims about a mean (pooled) or about an age range (smallest minimum, largest maximum). Called by reports.compare."""

from __future__ import annotations

from reports import verdicts
from reports.ages import Summary, summarise
from reports.bench import Bench
from reports.claim import Claim
from reports.cohorts import PART, WHOLE
from reports.means import extremes, pool_means
from reports.measures import SAME
from reports.reproduce import reproduced_by
from reports.result import ClaimResult, Estimate, StudyFigure
from reports.study import View
from reports.verdicts import stated

# what an Estimate takes over from a PooledMean
SHARED = ("k", "low", "high", "df", "prediction_low", "prediction_high", "tau2", "i2", "note")


def judge_mean(bench: Bench, claim: Claim) -> ClaimResult:
    """Raw means pooled by inverse variance (REML, Hartung-Knapp); a centre without spread is shown, not pooled."""
    said, unit = stated(claim), claim.unit or ""
    found, set_aside, views = _summaries(bench, claim, case_reports=False)
    figures = [s.figure for s in found if s.figure is not None and s.figure.value is not None]
    pooled = pool_means([s.moments for s in found if s.moments is not None])
    result = ClaimResult(claim, verdicts.SILENT, "", None, figures, set_aside, k=len(figures), K=len(views))
    result.notices = bench.notices(figures)
    if pooled is None:
        result.reason = f"none of {len(views)} studies reports it"
        if figures:
            result.verdict = verdicts.THIN
            result.reason = f"{len(figures)} give a centre, none with what pooling needs: shown, not pooled"
        return result
    verdict = verdicts.judge_mean(said, pooled.estimate, pooled.low, pooled.high, pooled.k, unit)
    result.verdict, result.reason, result.n = verdict.word, verdict.reason, pooled.total
    row = pooled.to_dict()
    result.estimate = Estimate(
        "REML, Hartung-Knapp",
        pooled.estimate,
        n=pooled.total,
        unit=unit,
        prediction_df=pooled.df if pooled.prediction_low is not None else None,
        **{key: row[key] for key in SHARED},
    )
    weighted = Estimate("mean weighted by people", pooled.weighted_by_people, k=pooled.k, n=pooled.total, unit=unit)
    result.other_methods = [weighted]
    if pooled.withheld:
        result.notices.append(f"{pooled.withheld} skewed summaries were withheld from pooling (Shi 2023)")
    centres = [figure.value for figure in figures if figure.value is not None]
    result.reproduced_by = reproduced_by(said, [result.estimate, weighted], centres)
    return result


def judge_extremes(bench: Bench, claim: Claim) -> ClaimResult:
    """All studies' extremes against the stated range; single patients count."""
    said = stated(claim)
    found, set_aside, views = _summaries(bench, claim, case_reports=True)
    ranges, figures = [], []
    for summary, view in zip(found, views, strict=True):
        figure = _extreme_figure(bench, claim, view) if summary.extremes is not None else None
        if figure is None or summary.extremes is None:
            continue
        low, high = summary.extremes
        figure.low, figure.high, figure.value, figure.unit = low, high, None, claim.unit
        figure.inside, figure.pooled = verdicts.is_inside(said, low, high), True
        ranges.append((low, high, view.study.citation))
        figures.append(figure)
    verdict = verdicts.judge_extremes(said, ranges, any(summary.figure is not None for summary in found))
    result = ClaimResult(claim, verdict.word, verdict.reason, None, figures, set_aside, k=len(figures), K=len(views))
    ends = extremes([(low, high) for low, high, _ in ranges])
    if ends is not None:
        method = "smallest minimum, largest maximum"
        result.estimate = Estimate(method, None, ends.low, ends.high, k=ends.k, unit=claim.unit)
        if said.range and (said.low, said.high) == (ends.low, ends.high):
            result.reproduced_by = ["range of the studies"]
    result.notices = bench.notices(figures)
    return result


def _summaries(bench: Bench, claim: Claim, case_reports: bool) -> tuple[list[Summary], list[StudyFigure], list[View]]:
    def look(view: View) -> list[StudyFigure]:
        figure = summarise(claim, view, bench.vocabulary).figure
        return [figure] if figure else []

    views, out = bench.eligible(claim, bench.target(claim), case_reports, look)
    found = [summarise(claim, view, bench.vocabulary) for view in views]
    return found, out + [figure for summary in found for figure in summary.set_aside], views


def _extreme_figure(bench: Bench, claim: Claim, view: View) -> StudyFigure | None:
    """The printed range, or the age of a single patient, that gives the study's extremes."""
    claimed = bench.vocabulary.name(claim.measure)
    same = [row for row in view.study.rows if bench.vocabulary.relation(claimed, row.name) == SAME]
    ours = [row for row in same if view.who(row).role in (WHOLE, PART)]
    ranges = [row for row in ours if row.low is not None and row.high is not None and row.stat != "iqr"]
    singles = [row for row in ours if row.value is not None and row.stat in ("value", "mean")]
    chosen = ranges or singles
    if not chosen:
        return None
    return view.study.figure(chosen[0], numerator=None, parts=[view.study.figure(row) for row in chosen[1:]])
