"""Writes the report of a run: one HTML file that needs nothing else, and the same content for other programs.

In: a `ReportContext`. Out: files in a folder. The same context always gives the same bytes: no clock, no random ids.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from reports import export, numbers, tables
from reports.claim_plot import analysis_forest, forest_of
from reports.context import ReportContext
from reports.forest import Forest, draw
from reports.history import description as describe_history
from reports.history import draw_history
from reports.page import Page, build_page
from reports.result import CAUTION
from reports.view import ClaimView
from reports.wording import sentence_case, wording

ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
LONG = 25  # studies from which a plot may run over the end of a printed page

__all__ = ["ReportContext", "write_report"]


def write_report(folder: Path, context: ReportContext, for_publishing: bool = False) -> dict[str, Path]:
    """Writes every form of the report into `folder`, which is made where it is missing.

    Args:
        folder: where the files go; files of the same names are replaced.
        context: what the report is made of.
        for_publishing: leaves out sentences of papers, which may be under their publishers' copyright; restatements
            are this project's own words and stay.

    Returns:
        The files written, by form: `html`, `markdown`, `claims`, `studies`, `metafor`, `excel`, `json`.

    Raises:
        OSError: the folder or a file cannot be written.
    """
    with_sentences = not for_publishing
    page = build_page(context, with_sentences)
    contents = {
        "html": ("report.html", render_html(page).encode()),
        "markdown": ("report.md", render_markdown(page).encode()),
        "claims": ("claims.csv", export.to_csv(tables.claims_table(page))),
        "studies": ("studies.csv", export.to_csv(tables.studies_table(page))),
        "metafor": ("metafor.csv", export.to_metafor(tables.metafor_table(page))),
        "excel": ("report.xlsx", export.to_excel(_sheets(page), page.run.finished)),
        "json": ("report.json", export.to_json(page, context.about(), with_sentences)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for form, (name, content) in contents.items():
        written[form] = folder / name
        _replace(written[form], content)
    return written


def _sheets(page: Page) -> list[tables.Table]:
    return [
        tables.about_table(page), tables.claims_table(page), tables.studies_table(page), tables.methods_table(page),
        tables.causes_table(page), tables.evidence_table(page), tables.records_table(page), tables.search_table(page),
    ]  # fmt: skip


def _replace(path: Path, content: bytes) -> None:
    """Writes beside and moves over: a full disk leaves the old report whole."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def render_html(page: Page) -> str:
    """The page as one HTML file with its style and plots inside."""
    for view in page.views:
        if view.claim.kind != "cause":
            view.forest = _plot(forest_of(view), view.anchor)
            for analysis in view.analyses:
                analysis.forest = _plot(analysis_forest(view, analysis), analysis.anchor)
            view.history_plot = _history(view)
    template = _environment(autoescape=True).get_template("report.html.j2")
    source = template.render(page=page, words=_words(), css=Markup(_template("report.css")))
    return re.sub(r'<table class="[^"]*cards.*?</table>', _with_roles, source, flags=re.S)


def _with_roles(table: re.Match[str]) -> str:
    """A table that a phone shows as cards says what its parts are, for `display: block` takes that from browsers.

    Works on the template's own tags only: a record's text is escaped and holds none.
    """
    source = re.sub(r"<(table|t(?:head|body)|tr|td)\b", lambda m: f'<{m[1]} role="{ROLES[m[1]]}"', table[0])
    source = re.sub(r'<th (?=[^>]*scope="col")', '<th role="columnheader" ', source)
    return re.sub(r'<th (?=[^>]*scope="row)', '<th role="rowheader" ', source)


def _plot(forest: Forest | None, key: str) -> dict[str, str] | None:
    """The plot for a wide page and for a phone, with its caption."""
    if forest is None:
        return None
    return {
        "long": "yes" if len(forest.rows) > LONG else "",
        "wide": Markup(draw(forest, f"{key}-wide")),
        "narrow": Markup(draw(forest, f"{key}-narrow", narrow=True)),
        "caption": sentence_case(forest.description.removeprefix(f"Forest plot of {forest.title}: ")),
    }


def _history(view: ClaimView) -> dict[str, str] | None:
    """The claim's history for a wide page and for a phone; None where there is nothing to draw."""
    key = f"{view.anchor}-history"
    wide, narrow = (
        draw_history(view.history, view.claim, view.proportion, f"{key}-{form}", form == "narrow")
        for form in ("wide", "narrow")
    )
    if not wide:
        return None
    return {"long": "", "wide": Markup(wide), "narrow": Markup(narrow), "caption": describe_history(view.history)}


def render_markdown(page: Page) -> str:
    """The same content as Markdown."""
    template = _environment(autoescape=False).get_template("report.md.j2")
    text = template.render(page=page, words=_words(), flow=tables.records_table(page).rows)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _words() -> dict[str, str]:
    """The sentences that never change."""
    return wording()["fixed"] | {"caution": CAUTION}


def _template(name: str) -> str:
    return files("reports").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment(autoescape: bool) -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template), autoescape=autoescape, undefined=StrictUndefined, trim_blocks=False,
        keep_trailing_newline=True,
    )  # fmt: skip
    filters: dict[str, Any] = {
        "grouped": numbers.number, "md": escape_markdown, "mdurl": _markdown_url, "oneline": _one_line,
    }  # fmt: skip
    environment.filters.update(filters)
    return environment


def _one_line(text: str) -> str:
    return " ".join(text.split())


def escape_markdown(text: str) -> str:
    """`text` on one line with what Markdown or HTML would interpret made harmless."""
    text = re.sub(r"\s+", " ", str(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", text)


def _markdown_url(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
