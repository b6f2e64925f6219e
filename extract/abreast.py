"""Figures side by side: "12%, 4% and 22%", "7.3 ± 1.2 vs 5.1 ± 0.9", and where each ends with what hangs on it.

Comes in: the features' `Reader`. Goes out: runs of parallel figures, by their numbers. Called wherever figures
are read together: for their classes, names, groups and statistics.
"""

from __future__ import annotations

import re

from extract.features import Reader
from extract.items import Expression

LINK = re.compile(
    r"\s*(?:%|percent|years|months|[)\]])?\s*(?:,|;|and|or|vs\.?|versus|v\.?|/|&|,\s*and|to|compared\s+(?:with"
    r"|to))?\s*[(\[]?\s*"
)
SPREADS = ("sd", "se", "range")  # forms of what hangs on a figure
CLOSING = re.compile(r"\s?%?\s*[)\]]")
OPENING = re.compile(r"\s*[(\[]")
NEAR = 30  # characters between two figures of a run
LONGEST = 90  # characters of a bracket that only qualifies a figure


def end_of(reader: Reader, figure: int) -> int:
    """Where a figure ends with what hangs on it: its spread, its range."""
    e = reader.figures[figure]
    end = e.end
    for other in reader.figures[figure + 1 : figure + 3]:
        if other.host is e and other.form in SPREADS:
            end = other.end
    return end


def tail_of(reader: Reader, figure: int) -> int:
    """Where a figure ends with its spread and the brackets that only qualify it: "5.2 (SD 1.1) (P = 0.02)"."""
    text, end = reader.doc.text, end_of(reader, figure)
    if end > reader.figures[figure].end and (closed := CLOSING.match(text, end)) is not None:
        opened = text.count("(", reader.figures[figure].end, end) + text.count("[", reader.figures[figure].end, end)
        end = closed.end() if opened else end
    while (opening := OPENING.match(text, end)) is not None:
        close = min((at for sign in ")]" if (at := text.find(sign, opening.end())) >= 0), default=-1)
        if close < 0 or close - end > LONGEST:
            break
        inside = [e for e in reader.figures[figure + 1 : figure + 6] if end <= e.start < close]
        if not inside or not all(e.drop or (e.host is reader.figures[figure] and e.form in SPREADS) for e in inside):
            break
        end = close + 1
    return end


def runs(reader: Reader, indices: list[int]) -> list[list[int]]:
    """Parallel figures: of one form, side by side in a list ("12%, 4% and 22%", "7.3 vs 5.1")."""
    out: list[list[int]] = []
    run: list[int] = []
    figures = reader.figures
    for i in indices:
        e = figures[i]
        if "base" in e.tags or e.form == "sd":
            continue
        if run and figures[run[-1]].form == e.form and reader.sentence[run[-1]] == reader.sentence[i]:
            end = tail_of(reader, run[-1])
            if 0 <= e.start - end < NEAR and LINK.fullmatch(reader.doc.text, end, e.start):
                run.append(i)
                continue
        if len(run) > 1:
            out.append(run)
        run = [i]
    if len(run) > 1:
        out.append(run)
    return out


def is_spread(e: Expression) -> bool:
    """Whether a figure is a spread: a deviation, or the range of another figure."""
    return e.form in ("sd", "se") or (e.form == "range" and e.host is not None)


def parallel(reader: Reader, sentence: int) -> list[int]:
    """The figures of a sentence that may stand in a list: no spreads, no bases, none that is no finding."""
    figures = reader.figures
    return [
        n
        for n in reader.by_sentence[sentence]
        if not figures[n].drop and "base" not in figures[n].tags and not is_spread(figures[n])
    ]


def runs_of(reader: Reader, sentence: int) -> list[list[int]]:
    """The runs of parallel figures of a sentence."""
    if sentence not in reader.runs:
        reader.runs[sentence] = runs(reader, parallel(reader, sentence))
    return reader.runs[sentence]


def run_of(reader: Reader, figure: int) -> list[int]:
    """The parallel figures that a figure stands among."""
    return next((r for r in runs_of(reader, reader.sentence[figure]) if figure in r), [figure])
