"""Claims against the studies: for each claim the evidence, the estimate, the verdict, and all that was set aside.

    results = compare(claims, records, findings, population)

In: claims, the records and findings frames, the review's population. Out: one `ClaimResult` a claim, in the claims'
order; the same input gives the same output, whatever the order of the frames' rows. Called by `pipeline.run`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from reports import verdicts
from reports.ages import Summary, summarise
from reports.causes import NamedCause, studies_of, unlisted_causes
from reports.cited import cited_study, figures_there
from reports.claim import Claim
from reports.cohorts import Population, Target
from reports.cross_check import Conflict, cross_check
from reports.evidence import Choice, choose_share
from reports.means import extremes, pool_means
from reports.measures import Vocabulary
from reports.overlap import overlapping
from reports.pooling import leave_one_out, pool, pool_by_all
from reports.regimens import choose_regimen
from reports.reproduce import reproduced_by
from reports.result import Analysis, ClaimResult, Estimate, StudyFigure
from reports.study import Study, View, read_studies, settings
from reports.verdicts import Stated, Verdict, stated

__all__ = ["Analysis", "ClaimResult", "Conflict", "Estimate", "StudyFigure", "compare", "cross_check", "named_causes"]

# claims that a proportion's or mean's row of the table does not fit, by kind
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
    vocabulary = Vocabulary({key.lower(): value for key, value in (synonyms or {}).items()})
    bench = _Bench(read_studies(records, findings, vocabulary), population, vocabulary, dict(cited or {}))
    results = [bench.judge(claim) for claim in claims]
    for conflict in cross_check(claims, vocabulary):
        for result in results:
            if result.claim.id in (conflict.first, conflict.second):
                other = conflict.second if result.claim.id == conflict.first else conflict.first
                result.conflicts.append(other)
    return results


def named_causes(
    claims: Sequence[Claim], records: pd.DataFrame, findings: pd.DataFrame, synonyms: Mapping[str, str] | None = None
) -> list[NamedCause]:
    """Causes that the studies name and the claims do not list, most studies first."""
    vocabulary = Vocabulary({key.lower(): value for key, value in (synonyms or {}).items()})
    return unlisted_causes(claims, read_studies(records, findings, vocabulary), vocabulary)


@dataclass(slots=True)
class _Shares:
    """The proportions of one analysis."""

    figures: list[StudyFigure]
    set_aside: list[StudyFigure]
    looked_at: int

    @property
    def pooled(self) -> list[StudyFigure]:
        return [figure for figure in self.figures if figure.pooled]

    @property
    def events(self) -> list[int]:
        return [figure.numerator or 0 for figure in self.pooled]

    @property
    def totals(self) -> list[int]:
        return [figure.denominator or 0 for figure in self.pooled]


@dataclass
class _Bench:
    """Everything a claim is held against."""

    studies: list[Study]
    population: Population
    vocabulary: Vocabulary
    cited: dict[str, str]

    @cached_property
    def by_id(self) -> dict[str, Study]:
        return {study.id: study for study in self.studies}

    def judge(self, claim: Claim) -> ClaimResult:
        """The row of the design's table that fits the claim."""
        if claim.kind == "qualitative" or not (claim.numeric or claim.kind == "cause"):
            return self._not_judged(claim, "a statement without a figure: read the relevant figures")
        if claim.kind == "cause":
            return self._cause(claim)
        if claim.checkable == "no" or claim.kind == "count":
            return self._not_judged(claim, "abstracts cannot decide this: read the relevant figures")
        if any(cue in (claim.condition or "").lower() for cue in settings()["thresholds"]):
            return self._not_judged(
                claim, "a threshold that goes with an outcome, not a distribution: read the figures"
            )
        if claim.checkable == "fulltext":
            return self._not_judged(claim, "abstracts seldom give this; it needs the full texts: read the figures")
        if self._quotes_one_study(claim):
            return self._one_study(claim)
        if claim.kind in REGIMENS:
            return self._regimen(claim)
        if claim.stat == "percent" or claim.kind == "proportion":
            return self._share(claim)
        if claim.stat == "range":
            return self._extremes(claim)
        return self._mean(claim)

    def _quotes_one_study(self, claim: Claim) -> bool:
        """A rate, or any claim about people outside the review's populations that cites one study."""
        if claim.id in self.cited or claim.kind == "rate":
            return True
        one = len(claim.cites) == 1 and claim.cites[0].isdigit()
        return one and claim.kind == "proportion" and Target(self.population, claim.population).kind == "named"

    # --- which studies

    def _eligible(
        self, claim: Claim, target: Target, case_reports: bool, look: Callable[[View], list[StudyFigure]]
    ) -> tuple[list[View], list[StudyFigure]]:
        """The studies to look at, and the figures of those that are out for a reason of their own."""
        views, out = [], []
        for study in self.studies:
            if not study.has_patients or (study.case_report and not case_reports):
                continue
            view = View.of(study, target)
            if not view.relevant:
                continue
            reason = self._out(claim, study)
            if reason is None:
                views.append(view)
                continue
            for figure in look(view):
                figure.reason, figure.pooled = reason, False
                out.append(figure)
        return views, out

    @staticmethod
    def _out(claim: Claim, study: Study) -> str | None:
        if study.retracted:
            return "; ".join(["retracted", *(notice for notice in study.notices if notice != "retracted")])
        if study.duplicate_of:
            return f"the same report as {study.duplicate_of}"
        for record, reason in claim.exclude_studies.items():
            if record in study.ids or record.lower() in study.ids:
                return f"left out of this claim: {reason}"
        return None

    # --- proportions

    def _share(self, claim: Claim) -> ClaimResult:
        said, target = stated(claim), Target(self.population, claim.population)
        risks = claim.at_risk or ["all"]
        headline = self._shares(claim, target, risks[0])
        verdict, estimate = self._share_verdict(said, headline)
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
        self._methods(result, headline, said)
        self._sensitivity(result, headline)
        for risk in risks[1:]:
            self._beside(result, said, self._shares(claim, target, risk), f"among those at risk: {risk}")
        thin = len(headline.pooled) < settings()["verdicts"]["least_studies"]
        if thin and target.core and self.population.wider is not None:
            wider = Target(self.population, self.population.wider.label)
            label = f"wider population: {self.population.wider.label}"
            self._beside(result, said, self._shares(claim, wider, risks[0]), label)
        result.notices += self._notices(headline.figures)
        return result

    def _shares(self, claim: Claim, target: Target, risk: str) -> _Shares:
        def look(view: View) -> list[StudyFigure]:
            figure = choose_share(claim, risk, view, self.vocabulary).figure
            return [figure] if figure else []

        views, out = self._eligible(claim, target, False, look)
        choices: list[Choice] = [choose_share(claim, risk, view, self.vocabulary) for view in views]
        figures = [choice.figure for choice in choices if choice.figure is not None]
        return _Shares(figures, out + [f for choice in choices for f in choice.set_aside], len(views))

    @staticmethod
    def _share_verdict(said: Stated, shares: _Shares) -> tuple[Verdict, Estimate | None]:
        if not shares.figures:
            return Verdict(verdicts.SILENT, f"none of {shares.looked_at} studies reports it"), None
        if not shares.pooled:
            bare = len(shares.figures)
            text = f"{bare} {'study gives' if bare == 1 else 'studies give'} a percentage without its denominator"
            return Verdict(verdicts.THIN, f"{text}: shown, not pooled"), None
        pooled = pool(shares.events, shares.totals)
        estimate = Estimate.of(pooled, _name(pooled.model))
        figures = [100 * x for x in (pooled.estimate, pooled.low, pooled.high)]
        return verdicts.judge_share(said, figures[0], figures[1], figures[2], pooled.k), estimate

    @staticmethod
    def _methods(result: ClaimResult, shares: _Shares, said: Stated) -> None:
        if not shares.pooled:
            return
        pooled = pool_by_all(shares.events, shares.totals)
        methods = [Estimate.of(p, name) for name, p in pooled.items() if name == "crude" or p.tau2 is not None]
        headline = result.estimate.method if result.estimate else ""
        result.other_methods += [one for one in methods if one.method not in (headline, "GLMM")]
        own = [100 * figure.share if figure.share is not None else figure.value for figure in shares.figures]
        result.reproduced_by = reproduced_by(said, methods, [figure for figure in own if figure is not None], 100)
        if len(shares.pooled) > 2:
            for figure, rest in zip(shares.pooled, leave_one_out(shares.events, shares.totals), strict=True):
                result.leave_one_out.append(Estimate.of(rest, f"without {figure.citation}"))

    def _sensitivity(self, result: ClaimResult, shares: _Shares) -> None:
        notices, out = overlapping(shares.pooled, self.by_id)
        result.notices += notices
        for label, dropped in (
            ("without overlapping cohorts", {figure.record_id for figure in shares.pooled} & out),
            ("without counts that are a least number", {f.record_id for f in shares.pooled if "at-least" in f.flags}),
        ):
            rest = [figure for figure in shares.pooled if figure.record_id not in dropped]
            if dropped and rest:
                pooled = pool([f.numerator or 0 for f in rest], [f.denominator or 0 for f in rest])
                result.other_methods.append(Estimate.of(pooled, f"{_name(pooled.model)} {label}"))

    def _beside(self, result: ClaimResult, said: Stated, shares: _Shares, label: str) -> None:
        """Another analysis of the same claim, shown and not the headline."""
        if not shares.figures:
            return
        verdict, estimate = self._share_verdict(said, shares)
        result.analyses.append(
            Analysis(label, verdict.word, verdict.reason, estimate, shares.figures, len(shares.figures))
        )
        if estimate is not None:
            line = Estimate(**{name: getattr(estimate, name) for name in Estimate.__dataclass_fields__})
            line.method = f"{estimate.method}, {label}"
            result.other_methods.append(line)

    def _notices(self, figures: Sequence[StudyFigure]) -> list[str]:
        """Corrections and expressions of concern on the studies used."""
        used = [self.by_id[figure.record_id] for figure in figures]
        return [f"{study.citation}: {notice}" for study in used for notice in study.notices]

    # --- means and extremes

    def _summaries(self, claim: Claim, case_reports: bool) -> tuple[list[Summary], list[StudyFigure], list[View]]:
        target = Target(self.population, claim.population)

        def look(view: View) -> list[StudyFigure]:
            figure = summarise(claim, view, self.vocabulary).figure
            return [figure] if figure else []

        views, out = self._eligible(claim, target, case_reports, look)
        found = [summarise(claim, view, self.vocabulary) for view in views]
        return found, out + [figure for summary in found for figure in summary.set_aside], views

    def _mean(self, claim: Claim) -> ClaimResult:
        said, unit = stated(claim), claim.unit or ""
        found, set_aside, views = self._summaries(claim, case_reports=False)
        figures = [s.figure for s in found if s.figure is not None and s.figure.value is not None]
        moments = [s.moments for s in found if s.moments is not None]
        pooled = pool_means(moments)
        result = ClaimResult(
            claim, verdicts.SILENT, "", studies=figures, set_aside=set_aside, k=len(figures), K=len(views)
        )
        if pooled is None:
            if figures:
                reason = f"{len(figures)} studies give a centre, none with what pooling needs: shown, not pooled"
                result.verdict, result.reason = verdicts.THIN, reason
            else:
                result.reason = f"none of {len(views)} studies reports it"
            return result
        verdict = verdicts.judge_mean(said, pooled.estimate, pooled.low, pooled.high, pooled.k, unit)
        result.verdict, result.reason, result.n = verdict.word, verdict.reason, pooled.total
        row = pooled.to_dict()
        shared = {
            key: row[key]
            for key in ("k", "low", "high", "df", "prediction_low", "prediction_high", "tau2", "i2", "note")
        }
        result.estimate = Estimate(
            "REML, Hartung-Knapp", pooled.estimate, n=pooled.total, unit=unit, prediction_df=pooled.df, **shared
        )
        weighted = Estimate("mean weighted by people", pooled.weighted_by_people, k=pooled.k, n=pooled.total, unit=unit)
        result.other_methods = [weighted]
        if pooled.withheld:
            result.notices.append(f"{pooled.withheld} skewed summaries were withheld from pooling (Shi 2023)")
        centres = [figure.value for figure in figures if figure.value is not None]
        result.reproduced_by = reproduced_by(said, [result.estimate, weighted], centres)
        result.notices += self._notices(figures)
        return result

    def _extremes(self, claim: Claim) -> ClaimResult:
        said = stated(claim)
        found, set_aside, views = self._summaries(claim, case_reports=True)
        ranges, figures, reported = [], [], False
        for summary, view in zip(found, views, strict=True):
            reported = reported or summary.figure is not None
            if summary.extremes is None:
                continue
            low, high = summary.extremes
            ranges.append((low, high, view.study.citation))
            figure = self._extreme_figure(claim, view)
            if figure is not None:
                figure.low, figure.high, figure.value, figure.unit = low, high, None, claim.unit
                figure.inside, figure.pooled = verdicts.is_inside(said, low, high), True
                figures.append(figure)
        verdict = verdicts.judge_extremes(said, ranges, reported)
        ends = extremes([(low, high) for low, high, _ in ranges])
        result = ClaimResult(
            claim, verdict.word, verdict.reason, None, figures, set_aside, k=len(figures), K=len(views)
        )
        if ends is not None:
            method = "smallest minimum, largest maximum"
            result.estimate = Estimate(method, None, ends.low, ends.high, k=ends.k, unit=claim.unit)
            if said.range and said.low == ends.low and said.high == ends.high:
                result.reproduced_by = ["range of the studies"]
        result.notices += self._notices(figures)
        return result

    def _extreme_figure(self, claim: Claim, view: View) -> StudyFigure | None:
        """The printed range (or a single patient's age) that gives the study's extremes."""
        claimed = self.vocabulary.name(claim.measure)
        rows = [row for row in view.study.rows if self.vocabulary.relation(claimed, row.name) == "same"]
        rows = [row for row in rows if view.who(row).role in ("whole", "part")]
        ranges = [row for row in rows if row.low is not None and row.high is not None and row.stat != "iqr"]
        singles = [row for row in rows if row.value is not None and row.stat in ("value", "mean")]
        chosen = (ranges or singles)[:1]
        return (
            view.study.figure(chosen[0], numerator=None, parts=[view.study.figure(r) for r in ranges[1:]])
            if chosen
            else None
        )

    # --- regimens, causes, one study, and what is only shown

    def _regimen(self, claim: Claim, judged: bool = True) -> ClaimResult:
        said, target = stated(claim), Target(self.population, claim.population)

        def look(view: View) -> list[StudyFigure]:
            figure = choose_regimen(claim, said, view, self.vocabulary).figure
            return [figure] if figure else []

        views, out = self._eligible(claim, target, True, look)
        found = [choose_regimen(claim, said, view, self.vocabulary) for view in views]
        figures = [choice.figure for choice in found if choice.figure is not None]
        inside = [bool(figure.inside) for figure in figures]
        unit = "/".join(filter(None, (claim.unit, claim.per, "day" if claim.measure == "dose" else None)))
        verdict = verdicts.judge_figures(inside, said.text(unit))
        if verdict.word == verdicts.SILENT:
            verdict = Verdict(verdicts.SILENT, f"none of {len(views)} studies reports it")
        reason = verdict.reason
        if said.reversed:
            reason += (
                f" ({claim.qualifier} {claim.cmp} {claim.value:g}: usually {said.cmp} {said.value:g})"
                if said.bound
                else ""
            )
        set_aside = out + [figure for choice in found for figure in choice.set_aside]
        return ClaimResult(
            claim,
            verdict.word,
            reason,
            None,
            figures,
            set_aside,
            k=len(figures),
            K=len(views),
            at_risk=(claim.at_risk or ["all"])[0],
            notices=self._notices(figures),
        )

    def _cause(self, claim: Claim) -> ClaimResult:
        usable = [s for s in self.studies if s.has_patients and self._out(claim, s) is None]
        figures = studies_of(claim, usable, self.vocabulary)
        out = studies_of(claim, [s for s in self.studies if s.has_patients and self._out(claim, s)], self.vocabulary)
        for figure in out:
            figure.reason, figure.pooled = self._out(claim, self.by_id[figure.record_id]) or "", False
        cases = sum(figure.numerator or 0 for figure in figures)
        verdict = verdicts.judge_cause(cases, len(figures))
        return ClaimResult(
            claim,
            verdict.word,
            verdict.reason,
            None,
            figures,
            out,
            k=len(figures),
            K=len(usable),
            n=cases or None,
            notices=self._notices(figures),
        )

    def _one_study(self, claim: Claim) -> ClaimResult:
        candidates = [s for s in self.studies if s.has_patients and not s.duplicate_of]
        study = cited_study(claim, candidates, self.by_id.get(self.cited.get(claim.id, "")), self.vocabulary)
        figures = figures_there(claim, study, self.vocabulary) if study else []
        if study is not None and study.retracted:
            reason = f"the cited study was retracted: {self._out(claim, study)}"
            return ClaimResult(claim, verdicts.UNDECIDED, reason, set_aside=figures, K=1)
        seen = [figure.value for figure in figures if figure.value is not None]
        verdict = verdicts.judge_cited(stated(claim), seen, claim.unit or "%", study is not None)
        for figure in figures:
            figure.inside = figure.value is not None and verdicts.same_figure(stated(claim), figure.value)
        near = [
            f
            for s in candidates
            if s is not study and not s.retracted
            for f in figures_there(claim, s, self.vocabulary)
        ]
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
            notices=self._notices(figures[:1]),
        )

    def _not_judged(self, claim: Claim, reason: str) -> ClaimResult:
        """The relevant figures, without a verdict."""
        if claim.kind in REGIMENS and claim.numeric:
            result = self._regimen(claim)
        elif claim.stat == "percent" and claim.numeric:
            result = self._share(claim)
        else:
            result = self._figures(claim)
        result.verdict, result.reason = verdicts.NOT_JUDGED, reason
        return result

    def _figures(self, claim: Claim) -> ClaimResult:
        """Every finding of the claim's measure among its people."""
        target, claimed = Target(self.population, claim.population), self.vocabulary.name(claim.measure)

        def look(view: View) -> list[StudyFigure]:
            same = [row for row in view.study.rows if self.vocabulary.relation(claimed, row.name) == "same"]
            return [view.study.figure(row) for row in same if view.who(row).role in ("whole", "part")]

        views, out = self._eligible(claim, target, claim.measure != "participants", look)
        figures = [figure for view in views for figure in look(view)]
        k = len({figure.record_id for figure in figures})
        return ClaimResult(claim, verdicts.NOT_JUDGED, "", None, figures, out, k=k, K=len(views))


def _name(model: str) -> str:
    return {"glmm": "GLMM", "logit": "REML", "exact": "exact", "clopper-pearson": "Clopper-Pearson"}.get(model, model)
