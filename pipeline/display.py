"""What a person sees while a run is at work, and the table at its end; on standard error, so that data stays apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from pipeline.run import Outcome
    from reports.compare import ClaimResult

_WIDTH = 100  # of what is written to a file or a log
# The order in which verdicts are listed, and the colour of each; the words alone carry the meaning.
_COLOURS = {
    "differs": "bold red",
    "undecided": "yellow",
    "agrees": "green",
    "thin": "cyan",
    "silent": "dim",
    "not judged": "dim",
}


class RichDisplay:
    """Stages of a run as lines with a bar. In a terminal they move; elsewhere nothing but the table is printed."""

    def __init__(self, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet)
        if not self.console.is_terminal:
            self.console.width = _WIDTH
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<10}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[count]:>9}"),
            TimeElapsedColumn(),
            console=self.console,
            disable=quiet or not self.console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: TracebackType | BaseException | None) -> None:
        if kind is None:
            self._finish()
        self._progress.stop()

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage; the one before it is done."""
        self._finish()
        self._task = self._progress.add_task(name, total=total, count="")

    def step(self, done: int, total: int | None = None) -> None:
        """Move the bar of the stage at hand."""
        if self._task is not None:
            count = f"{done}/{total}" if total else str(done)
            self._progress.update(self._task, completed=done, total=total, count=count)

    def _finish(self) -> None:
        if self._task is not None:
            task = self._progress.tasks[self._task]
            total = task.total or task.completed or 1
            self._progress.update(self._task, total=total, completed=total)

    def summary(self, outcome: Outcome) -> None:
        """The final table: the claims with figures, then how many claims have each verdict, then the work done."""
        counts = Counter(result.verdict for result in outcome.results)
        flow = outcome.run.flow
        self.console.print()
        self.console.print(claims_table(outcome.results))
        self.console.print(
            "  ".join(f"[{colour}]{name} {counts[name]}[/]" for name, colour in _COLOURS.items() if counts[name]),
            causes_line(outcome.results),
            sep="\n",
        )
        self.console.print(
            f"Run {outcome.run.id}: {flow['screened']} records screened, {flow['included']} included"
            f" ({flow['case_reports']} case reports); {outcome.counts['new']} new, {outcome.counts['read']} texts read."
        )


def claims_table(results: Iterable[ClaimResult]) -> Table:
    """The claims with figures, those that differ first. Causes, silent claims and those not judged are only counted."""
    from reports.numbers import interval, percent
    from reports.view import is_proportion, stated_text
    from reports.wording import heading

    table = Table(title="What the review states, and what the abstracts report", title_justify="left")
    table.add_column("claim", min_width=20, overflow="fold")
    table.add_column("stated", max_width=26, overflow="fold")
    for name in ("recounted", "studies", "verdict"):
        table.add_column(name, no_wrap=True)
    order = list(_COLOURS)
    for result in sorted(results, key=lambda one: order.index(one.verdict)):
        claim, estimate = result.claim, result.estimate
        if result.verdict in ("silent", "not judged") or claim.kind == "cause":
            continue
        recounted = ""
        if estimate is not None and estimate.value is not None:
            share = is_proportion(claim)
            scale = 100 if share else 1
            low, high = (None if end is None else end * scale for end in (estimate.low, estimate.high))
            value = percent(estimate.value) if share else f"{estimate.value:.1f}"
            recounted = f"{value} {escape(interval(low, high))}"
        verdict = f"[{_COLOURS[result.verdict]}]{result.verdict}[/]"
        name = heading(claim.measure, claim.drug, claim.stat)
        table.add_row(escape(name), escape(stated_text(claim)), recounted, f"{result.k} of {result.K}", verdict)
    return table


def causes_line(results: Iterable[ClaimResult]) -> str:
    """How many of the causes that the review names have a primary study behind them; empty where it names none."""
    causes = [result for result in results if result.claim.kind == "cause"]
    found = sum(result.verdict == "agrees" for result in causes)
    return f"causes named by the review: {len(causes)}, of which {found} have a study here" if causes else ""
