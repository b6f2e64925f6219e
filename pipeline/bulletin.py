"""What changed, in words: plain text for a terminal and a mail, Markdown, and an Atom feed.

In: `Changes`. Titles and citations come from outside: control characters are taken out everywhere, and in Markdown and
XML they are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from pipeline.changes import PROGRAM, Changes, Figure, Moved, Study

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]+")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#!~])")
_SECTIONS = (
    ("gone", "No longer counted"),
    ("marked", "Notices on counted studies"),
    ("new", "New studies"),
    ("revised", "Counted studies whose text changed"),
)


def plain(text: str) -> str:
    """One line without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def headline(changes: Changes) -> str:
    """What changed, as counts in one line."""
    retracted = sum(one.what == "retracted" for one in changes.gone)
    figures = len(changes.moved) - len(changes.verdicts)
    counts = (
        (len(changes.verdicts), "verdict changed", "verdicts changed"),
        (retracted, "retraction", "retractions"),
        (len(changes.gone) - retracted, "study no longer counted", "studies no longer counted"),
        (len(changes.marked), "new notice", "new notices"),
        (len(changes.new), "new study", "new studies"),
        (len(changes.revised), "revised study", "revised studies"),
        (figures, "figure moved", "figures moved"),
        (len(changes.claims_added) + len(changes.claims_dropped), "claim added or dropped", "claims added or dropped"),
    )
    said = ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts if n)
    return said or "nothing changed"


def as_text(changes: Changes) -> str:
    """The whole as plain text, ending in a newline."""
    lines = [
        f"{plain(changes.title)}: {headline(changes)}",
        f"Run {changes.run_id}, {changes.finished}.",
        *_cause(changes),
    ]
    for name, rows in _parts(changes):
        lines += ["", f"{name}:", *(f"- {row}" for row in rows)]
    return "\n".join(lines) + "\n"


def as_markdown(changes: Changes) -> str:
    """The whole as Markdown; what comes from papers is escaped."""
    lines = [f"# {_escaped(changes.title)}: {headline(changes)}", "", f"Run {changes.run_id}, {changes.finished}."]
    lines += [_escaped(line) for line in _cause(changes)]
    for name, rows in _parts(changes):
        lines += ["", f"## {name}", "", *(f"- {_escaped(row)}" for row in rows)]
    return "\n".join(lines) + "\n"


def as_atom(review_id: str, title: str, news: Sequence[Changes]) -> str:
    """An Atom feed (RFC 4287) of pieces of news, newest first; ids stay the same for ever."""
    identity = f"urn:retally:{review_id}"
    entries = "".join(
        f"<entry><id>{identity}:run:{one.run_id}</id><title>{_xml(plain(headline(one)))}</title>"
        f'<updated>{_xml(one.finished)}</updated><content type="text">{_xml(as_text(one))}</content></entry>\n'
        for one in news
    )
    updated = news[0].finished if news else "1970-01-01T00:00:00Z"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{identity}</id><title>Retally: {_xml(plain(title))}</title><updated>{_xml(updated)}</updated>"
        f"<author><name>Retally</name></author>\n{entries}</feed>\n"
    )


def _cause(changes: Changes) -> list[str]:
    if changes.cause != PROGRAM:
        return []
    return [f"These changes come from the program, not from the literature: {plain(changes.why)}."]


def _parts(changes: Changes) -> Iterable[tuple[str, list[str]]]:
    """Headings and lines, the weightiest first; parts without lines are left out."""
    verdicts = [_verdict(one) for one in changes.verdicts]
    figures = [_moved(one) for one in changes.moved if not one.verdict_changed]
    parts = [("Verdicts", verdicts)]
    parts += [(heading, [_study(one) for one in getattr(changes, name)]) for name, heading in _SECTIONS]
    parts += [("Figures that moved", figures)]
    parts += [("Claims added", changes.claims_added), ("Claims dropped", changes.claims_dropped)]
    return [(name, [plain(row) for row in rows]) for name, rows in parts if rows]


def _study(one: Study) -> str:
    return f"{one.citation} [{one.record_id}]" + (f": {one.what}" if one.what else "")


def _verdict(one: Moved) -> str:
    return f"{one.heading}, stated {one.stated}: {one.verdict_before} -> {one.verdict}. {_change(one)}. {one.reason}"


def _moved(one: Moved) -> str:
    return f"{one.heading}, stated {one.stated} ({one.verdict}): {_change(one)}"


def _change(one: Moved) -> str:
    return f"{_figure(one.before)} before, {_figure(one.after)} now"


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "no figure" if not figure.k else f"{figure.k} studies"
    interval = "" if figure.low is None or figure.high is None else f" [{figure.low:.1f}, {figure.high:.1f}]"
    return f"{figure.value:.1f}{interval} from {figure.k} {'study' if figure.k == 1 else 'studies'}"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", plain(text))


def _xml(text: str) -> str:
    return escape("\n".join(plain(line) for line in text.split("\n")))
