"""Everything a claim is held against: the studies, the population, and which studies may answer it.

Made by `reports.compare`; used by the modules that judge one kind of claim (`judge_share`, `judge_mean`, ...).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reports.claim import Claim
from reports.cohorts import Population, Target
from reports.measures import Vocabulary
from reports.result import StudyFigure
from reports.study import Study, View

Look = Callable[[View], Sequence[StudyFigure]]


@dataclass
class Bench:
    """`cited` maps a claim's id to the record it quotes; `synonyms` are inside the vocabulary."""

    studies: list[Study]
    population: Population
    vocabulary: Vocabulary
    cited: dict[str, str]
    _targets: dict[str, Target] = field(default_factory=dict)
    _views: dict[tuple[str, str], View] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Study]:
        """The studies by record id."""
        return {study.id: study for study in self.studies}

    def target(self, claim: Claim) -> Target:
        """The population that the claim is about."""
        return self._target(claim.population)

    def _target(self, name: str) -> Target:
        if name not in self._targets:
            self._targets[name] = Target(self.population, name)
        return self._targets[name]

    def view(self, study: Study, target: Target) -> View:
        """The study as the target sees it; looked up once for all claims."""
        key = (study.id, target.name)
        if key not in self._views:
            self._views[key] = View.of(study, target)
        return self._views[key]

    def wider(self) -> Target | None:
        """The second, labelled tier; None where the review has none."""
        return self._target(self.population.wider.label) if self.population.wider is not None else None

    def eligible(
        self, claim: Claim, target: Target, case_reports: bool, look: Look
    ) -> tuple[list[View], list[StudyFigure]]:
        """The studies to look at, and the figures (by `look`) of those that are out, each with its reason.

        Case reports are looked at only where the claim asks for minima, maxima, doses or causes.
        """
        views, out = [], []
        for study in self.studies:
            if not study.has_patients or (study.case_report and not case_reports):
                continue
            view = self.view(study, target)
            if not view.relevant:
                continue
            reason = self.out(claim, study)
            if reason is None:
                views.append(view)
                continue
            for figure in look(view):
                figure.reason, figure.pooled = reason, False
                out.append(figure)
        return views, out

    @staticmethod
    def out(claim: Claim, study: Study) -> str | None:
        """Why a study may not answer a claim at all: retracted, a duplicate, or left out by the claim's setting."""
        if study.retracted:
            said = "; ".join(study.notices)
            return said if "retracted" in said else f"retracted; {said}".removesuffix("; ")
        if study.duplicate_of:
            return f"the same report as {study.duplicate_of}"
        for record, reason in claim.exclude_studies.items():
            if record in study.ids or record.lower() in study.ids:
                return f"left out of this claim: {reason}"
        return None

    def notices(self, figures: Sequence[StudyFigure]) -> list[str]:
        """Corrections and expressions of concern on the studies that are used."""
        used = [self.by_id[figure.record_id] for figure in figures]
        return list(dict.fromkeys(f"{study.citation}: {notice}" for study in used for notice in study.notices))
