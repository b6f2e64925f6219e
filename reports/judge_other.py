"""Claims about regimens, causes, the figure of one cited study, and what is only shown. Called by reports.compare."""

from __future__ import annotations

from reports import verdicts
from reports.bench import Bench
from reports.causes import studies_of
from reports.cited import cited_study, figures_there
from reports.claim import Claim
from reports.cohorts import WHOLE, Target
from reports.measures import SAME
from reports.regimens import choose_regimen, is_dose
from reports.result import Analysis, ClaimResult, StudyFigure
from reports.study import View, settings
from reports.verdicts import Stated, Verdict, stated


def judge_regimen(bench: Bench, claim: Claim) -> ClaimResult:
    """A dose, duration or time: how many figures lie inside what is stated; the wider tier beside if few."""
    said, target = stated(claim), bench.target(claim)
    figures, set_aside, looked_at = _regimens(bench, claim, said, target)
    verdict = _regimen_verdict(claim, said, figures, looked_at)
    reason = verdict.reason
    if said.reversed and said.bound and figures:
        reason += f" ({claim.qualifier} {claim.cmp} {claim.value:g} read as usually {said.cmp} {said.value:g})"
    result = ClaimResult(
        claim,
        verdict.word,
        reason,
        None,
        figures,
        set_aside,
        k=len(figures),
        K=looked_at,
        at_risk=(claim.at_risk or ["all"])[0],
        notices=bench.notices(figures),
    )
    wider = bench.wider()
    if len(figures) < settings()["verdicts"]["least_studies"] and target.core and wider is not None:
        more, _, of = _regimens(bench, claim, said, wider)
        if len(more) > len(figures):
            beside = _regimen_verdict(claim, said, more, of)
            label = f"wider population: {wider.name}"
            result.analyses.append(Analysis(label, beside.word, beside.reason, None, more, len(more)))
    return result


def _regimens(
    bench: Bench, claim: Claim, said: Stated, target: Target
) -> tuple[list[StudyFigure], list[StudyFigure], int]:
    def look(view: View) -> list[StudyFigure]:
        figure = choose_regimen(claim, said, view, bench.vocabulary).figure
        return [figure] if figure else []

    views, out = bench.eligible(claim, target, True, look)
    found = [choose_regimen(claim, said, view, bench.vocabulary) for view in views]
    figures = [choice.figure for choice in found if choice.figure is not None]
    return figures, out + [figure for choice in found for figure in choice.set_aside], len(views)


def _regimen_verdict(claim: Claim, said: Stated, figures: list[StudyFigure], looked_at: int) -> Verdict:
    unit = "/".join(filter(None, (claim.unit, claim.per, "day" if is_dose(claim) else None)))
    verdict = verdicts.judge_figures([bool(figure.inside) for figure in figures], said.text(unit))
    if verdict.word == verdicts.SILENT:
        return Verdict(verdicts.SILENT, f"none of {looked_at} studies reports it")
    return verdict


def judge_cause(bench: Bench, claim: Claim) -> ClaimResult:
    """Whether any study attributes a case to the cause, and how many."""
    with_patients = [study for study in bench.studies if study.has_patients]
    usable = [study for study in with_patients if bench.out(claim, study) is None]
    figures = studies_of(claim, usable, bench.vocabulary)
    set_aside = studies_of(claim, [s for s in with_patients if bench.out(claim, s) is not None], bench.vocabulary)
    for figure in set_aside:
        figure.reason, figure.pooled = bench.out(claim, bench.by_id[figure.record_id]) or "", False
    cases = sum(figure.numerator or 0 for figure in figures)
    verdict = verdicts.judge_cause(cases, len(figures))
    return ClaimResult(
        claim,
        verdict.word,
        verdict.reason,
        None,
        figures,
        set_aside,
        k=len(figures),
        K=len(usable),
        n=cases or None,
        notices=bench.notices(figures),
    )


def judge_one_study(bench: Bench, claim: Claim) -> ClaimResult:
    """The figure of the one study that the claim cites; the same measure elsewhere is set aside."""
    candidates = [study for study in bench.studies if study.has_patients and not study.duplicate_of]
    given = bench.by_id.get(bench.cited.get(claim.id, ""))
    study = cited_study(claim, candidates, given, bench.vocabulary)
    figures = figures_there(claim, study, bench.vocabulary) if study else []
    if study is not None and study.retracted:
        reason = f"the cited study: {bench.out(claim, study)}"
        return ClaimResult(claim, verdicts.UNDECIDED, reason, set_aside=figures, K=1)
    said = stated(claim)
    verdict = verdicts.judge_cited(
        said, [f.value for f in figures if f.value is not None], claim.unit or "%", study is not None
    )
    for figure in figures:
        figure.inside = figure.value is not None and verdicts.same_figure(said, figure.value)
    elsewhere = [other for other in candidates if other is not study and not other.retracted]
    near = [figure for other in elsewhere for figure in figures_there(claim, other, bench.vocabulary)]
    for figure in near:
        figure.reason = "another study than the one cited"
    return ClaimResult(
        claim,
        verdict.word,
        verdict.reason,
        None,
        figures,
        near,
        k=int(bool(figures)),
        K=int(study is not None),
        notices=bench.notices(figures[:1]),
    )


def show_figures(bench: Bench, claim: Claim) -> ClaimResult:
    """Every finding of the claim's measure on its people as a whole, without a verdict."""
    claimed = bench.vocabulary.name(claim.measure)

    def look(view: View) -> list[StudyFigure]:
        same = [row for row in view.study.rows if bench.vocabulary.relation(claimed, row.name) == SAME]
        return [view.study.figure(row) for row in same if view.who(row).role == WHOLE]

    views, out = bench.eligible(claim, bench.target(claim), claim.measure != "participants", look)
    figures = [figure for view in views for figure in look(view)]
    k = len({figure.record_id for figure in figures})
    return ClaimResult(claim, verdicts.NOT_JUDGED, "", None, figures, out, k=k, K=len(views))
