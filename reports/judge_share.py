"""A claim about a proportion: the studies' counts pooled, every other analysis beside. Called by reports.compare."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reports import verdicts
from reports.bench import Bench
from reports.claim import Claim
from reports.cohorts import Target
from reports.evidence import choose_share
from reports.overlap import overlapping
from reports.pooling import leave_one_out, pool, pool_by_all
from reports.reproduce import reproduced_by
from reports.result import Analysis, ClaimResult, Estimate, StudyFigure
from reports.study import View, settings
from reports.verdicts import Stated, Verdict, stated

METHOD_NAMES = {"glmm": "GLMM", "logit": "REML", "exact": "exact", "clopper-pearson": "Clopper-Pearson"}


@dataclass(slots=True)
class Shares:
    """The proportions of one analysis: one figure a study, what was set aside, how many studies were looked at."""

    figures: list[StudyFigure]
    set_aside: list[StudyFigure]
    looked_at: int

    @property
    def pooled(self) -> list[StudyFigure]:
        """The figures with a count over people."""
        return [figure for figure in self.figures if figure.pooled]

    @property
    def events(self) -> list[int]:
        """Numerators of the pooled figures."""
        return [figure.numerator or 0 for figure in self.pooled]

    @property
    def totals(self) -> list[int]:
        """Denominators of the pooled figures."""
        return [figure.denominator or 0 for figure in self.pooled]


def judge_share(bench: Bench, claim: Claim) -> ClaimResult:
    """The verdict on the first of the claim's people at risk; the others, and the wider tier if thin, stand beside."""
    said, target = stated(claim), bench.target(claim)
    risks = claim.at_risk or ["all"]
    headline = _shares(bench, claim, target, risks[0])
    verdict, estimate = _verdict(said, headline)
    result = ClaimResult(
        claim,
        verdict.word,
        verdict.reason,
        estimate,
        headline.figures,
        headline.set_aside,
        k=len(headline.figures),
        K=headline.looked_at,
        n=sum(headline.totals) or None,
        at_risk=risks[0],
    )
    _methods(result, headline, said)
    _sensitivity(bench, result, headline)
    for risk in risks[1:]:
        _beside(result, said, _shares(bench, claim, target, risk), f"among those at risk: {risk}")
    wider = bench.wider()
    if len(headline.pooled) < settings()["verdicts"]["least_studies"] and target.core and wider is not None:
        more = _shares(bench, claim, wider, risks[0])
        if len(more.figures) > len(headline.figures):
            _beside(result, said, more, f"wider population: {wider.name}")
    result.notices += bench.notices(headline.figures)
    return result


def _shares(bench: Bench, claim: Claim, target: Target, risk: str) -> Shares:
    def look(view: View) -> list[StudyFigure]:
        figure = choose_share(claim, risk, view, bench.vocabulary).figure
        return [figure] if figure else []

    views, out = bench.eligible(claim, target, False, look)
    choices = [choose_share(claim, risk, view, bench.vocabulary) for view in views]
    figures = [choice.figure for choice in choices if choice.figure is not None]
    return Shares(figures, out + [figure for choice in choices for figure in choice.set_aside], len(views))


def _verdict(said: Stated, shares: Shares) -> tuple[Verdict, Estimate | None]:
    if not shares.figures:
        return Verdict(verdicts.SILENT, f"none of {shares.looked_at} studies reports it"), None
    if not shares.pooled:
        bare = len(shares.figures)
        text = f"{bare} {'study gives' if bare == 1 else 'studies give'} a percentage without its denominator"
        return Verdict(verdicts.THIN, f"{text}: shown, not pooled"), None
    pooled = pool(shares.events, shares.totals)
    low, middle, high = (100 * x for x in (pooled.low, pooled.estimate, pooled.high))
    return verdicts.judge_share(said, middle, low, high, pooled.k), Estimate.of(pooled, METHOD_NAMES[pooled.model])


def _methods(result: ClaimResult, shares: Shares, said: Stated) -> None:
    """What the other methods give, which of them reproduces the stated figure, and the estimate without each study."""
    if not shares.pooled:
        return
    pooled = pool_by_all(shares.events, shares.totals)
    # where a model was replaced by an exact interval, it has no figure of its own
    methods = [Estimate.of(one, name) for name, one in pooled.items() if name == "crude" or one.tau2 is not None]
    result.other_methods += [one for one in methods if one.method != "GLMM"]
    own = [100 * figure.share if figure.share is not None else figure.value for figure in shares.figures]
    result.reproduced_by = reproduced_by(said, methods, [figure for figure in own if figure is not None], 100)
    if len(shares.pooled) > 2:
        rest = leave_one_out(shares.events, shares.totals)
        for figure, without in zip(shares.pooled, rest, strict=True):
            result.leave_one_out.append(Estimate.of(without, f"without {figure.citation}"))


def _sensitivity(bench: Bench, result: ClaimResult, shares: Shares) -> None:
    notices, out = overlapping(shares.pooled, bench.by_id)
    result.notices += notices
    for label, dropped in (
        ("without overlapping cohorts", out),
        ("without counts that are a least number", {f.record_id for f in shares.pooled if "at-least" in f.flags}),
    ):
        rest = [figure for figure in shares.pooled if figure.record_id not in dropped]
        if dropped and rest:
            pooled = pool([f.numerator or 0 for f in rest], [f.denominator or 0 for f in rest])
            result.other_methods.append(Estimate.of(pooled, f"{METHOD_NAMES[pooled.model]} {label}"))


def _beside(result: ClaimResult, said: Stated, shares: Shares, label: str) -> None:
    """Another analysis of the same claim, shown and not the headline."""
    if not shares.figures:
        return
    verdict, estimate = _verdict(said, shares)
    figures = shares.figures
    result.analyses.append(Analysis(label, verdict.word, verdict.reason, estimate, figures, len(figures)))
    if estimate is not None:
        result.other_methods.append(replace(estimate, method=f"{estimate.method}, {label}"))
