"""Small parts that several formats share: years, DOIs, author names, languages, headings of structured abstracts."""

from __future__ import annotations

import html
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+")
_TAG = r"</?(?:jats:)?(?:%s)(?:\s+[\w:-]+=\"[^\"<>]*\")*\s*/?>"
_BLOCK = re.compile(_TAG % "p|br|div|li|ul|ol|title|sec", re.IGNORECASE)
_MARKUP = re.compile(_TAG % "i|b|u|em|strong|sup|sub|italic|bold|span|sc|small", re.IGNORECASE)
_RAISED = re.compile(r"(\d)<(?:jats:)?sup>(?=[+\-\u2212\u2013]?\d)", re.IGNORECASE)
_HEADING = re.compile(r"(?:^|(?<=[.?!:;)\]\"”%] ))([A-Z][A-Za-z0-9 &/,()'’-]{1,78}?): ")


@cache
def table(name: str) -> dict[str, Any]:
    """One table of `fields.toml`."""
    return tomllib.loads(Path(__file__).with_name("fields.toml").read_text(encoding="utf-8"))[name]


@cache
def kept_corrections() -> frozenset[str]:
    """The RefTypes that go into Record.corrections."""
    return frozenset(table("corrections").values())


def year_in(text: str | None) -> int | None:
    """The first year of a date as printed: "2013 Jan-Mar" is 2013, "Winter 2004-2005" 2004."""
    if not text:
        return None
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def doi_in(text: str | None) -> str | None:
    """The first DOI in a text, a resolver's address and closing punctuation taken off; None where there is none."""
    found = _DOI.search(text or "")
    if not found:
        return None
    doi = found[0].rstrip(".,;")
    while doi.endswith((")", "]")) and doi.count(")") + doi.count("]") > doi.count("(") + doi.count("["):
        doi = doi[:-1].rstrip(".,;")
    return doi


def plain(text: str) -> str:
    """A text of a reference manager without the HTML or JATS that some put into titles and abstracts.

    As in `flatten`, a raised number does not melt into the one before it.
    """
    if "<" in text:
        text = _RAISED.sub(r"\1^", text)
        text = _BLOCK.sub(" ", text)
        text = _MARKUP.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.split())


def author(last: str, given: str = "") -> str:
    """A name as PubMed prints it: last name, space, initials ("Lazor R"); `given` may be names or initials."""
    last, given = " ".join(last.split()), " ".join(given.split())
    words = re.findall(r"[^\W\d_]+", given)
    if len(words) == 1 and len(words[0]) <= 3 and words[0].isupper():
        initials = words[0]
    else:
        initials = "".join(word[0].upper() for word in words)
    return f"{last} {initials}".strip()


def language(text: str | None) -> str | None:
    """PubMed's three-letter code of a language's name or code; what is not known is given back in lower case."""
    word = (re.split(r"[;,/-]", text.strip().lower())[0] if text else "").strip()
    return table("languages").get(word, word) or None


def split_abstract(text: str) -> list[tuple[str, str]]:
    """(label, text) pairs of an abstract given as one run of text; one pair with the label "" where it has no headings.

    It counts as structured where it begins with a heading and has a second one; a heading is in capitals or listed in
    `fields.toml`.
    """
    text = " ".join(text.split())
    if not text:
        return []
    names = table("headings")["names"]
    found = [m for m in _HEADING.finditer(text) if m[1].isupper() or m[1].lower() in names]
    if len(found) < 2 or found[0].start() != 0:
        return [("", text)]
    ends = [m.start() for m in found[1:]] + [len(text)]
    return [(m[1], text[m.end() : end].strip()) for m, end in zip(found, ends, strict=True)]
