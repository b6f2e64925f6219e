"""Causes that a review lists without a figure: rows of a table of causes, lists in a sentence.

Comes in: the parts of the review. Goes out: `Cause`s with their places. Called by `reports.claims`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reports.claim_citations import blank_citations
from reports.claim_structure import Part
from reports.document import Flow

TITLE = re.compile(
    r"\b(?:causes?|etiolog\w*|aetiolog\w*|etiologic agents?|triggers?|precipitants?"
    r"|conditions associated|disorders associated|"
    r"diseases associated|drugs (?:associated|that|reported)|agents (?:associated|that|reported)"
    r"|causative|predisposing|organisms|pathogens|microbiology)\b",
    re.I,
)
NOT_TITLE = re.compile(r"\b(?:differential|treatment|diagnos\w+|management|mimics?|of death)\b", re.I)
SUBJECT = re.compile(
    r"\b(?:causes?|etiolog\w*|triggers?|precipitants?|associated with|organisms|pathogens"
    r"|conditions)\b\s+(?:of|in|for|associated with|that cause|causing)?\s*(?P<what>[^.*†:(]+)",
    re.I,
)
SPLIT = re.compile(r",\s*(?:and\s+|or\s+)?|;\s*(?:and\s+)?")
INNER_AND = re.compile(r"\s+(?:and|or)\s+")
CARRIED = re.compile(
    r"\b(transplantation|transplant|surgery|radiation|exposure|deficiency|infection|overdose"
    r"|poisoning|vaccination)s?$",
    re.I,
)
IN_TEXT = re.compile(
    r"\b(?:(?:can|may|might|could|is|are|be|often|usually|commonly|sometimes|typically)\s+)*(?:"
    r"(?:caused|triggered|precipitated|induced)\s+by|secondary\s+to|attribut(?:ed"
    r"|able)\s+to(?:\s+a\s+specific\s+cause)?|due\s+to|results?\s+from|"
    r"(?:(?:common|other|main|major|known|frequent|possible|potential|the|most|rare|important|reported|leading"
    r"|infectious|principal|predominant)\s+)*causes(?:\s+of\s+(?!death|morbidity)[\w -]{3,40})?\s+(?:include|are"
    r"|being)|"
    r"triggers?(?:\s+(?:include|are)|\s+the\s+[\w -]{2,30}?\s+[—–-])|causes(?:\s+of\s+(?!death"
    r"|morbidity)[\w -]{3,40})?\s*:)\s*[:,—–]?\s*(?:\(?e\.g\.,?\s*)?(?P<list>[^.;()]{3,300})",
    re.I,
)
STOP_LIST = re.compile(
    r",?\s+(?:and\s+(?:also\s+)?(?:can|may|is|are)\b|but\b|which\b|although\b|while\b|whereas\b"
    r"|or occur|in (?:\d|up|about|patients|most|some|approximately)|"
    r"is\b|are\b|was\b|were\b|can\b|may\b|that\b|who\b|with\b|leading\b|resulting\b|has\b|have\b)",
    re.I,
)


@cache
def _class_words() -> frozenset[str]:
    data = tomllib.loads((Path(__file__).parent / "data" / "causes.toml").read_text(encoding="utf-8"))
    return frozenset(data["class_words"])


@dataclass(slots=True)
class Cause:
    """One cause: its name in plain lower-case words, its category, its span in the text as read, its citations."""

    name: str
    category: str | None
    start: int
    end: int
    group: str | None
    cites: list[str]
    condition: str | None = None


def is_cause_table(title: str) -> bool:
    """Whether a table's title announces causes."""
    return bool(TITLE.search(title)) and not NOT_TITLE.search(title)


def table_causes(parts: list[Part]) -> list[Cause]:
    """The causes listed in tables whose title announces causes."""
    out: list[Cause] = []
    titles = list(dict.fromkeys(p.table for p in parts if p.table and is_cause_table(p.table)))
    for title in titles:
        rows = [p for p in parts if p.table == title and p.kind == "row"]
        feet = " ".join(p.flow.text for p in parts if p.table == title and p.kind == "foot")
        cites = [item for citation in blank_citations(feet)[1] for item in citation.items]
        subject = SUBJECT.search(blank_citations(title)[0])
        group = _name(subject["what"]) if subject else None
        category = None
        for index, row in enumerate(rows):
            labelled = re.match(r"(?P<label>[^:]{2,70}):\s+(?P<items>.+)", row.flow.text)
            if labelled:
                label = labelled["label"]
                category = _name(label)
                out += _items(
                    row.flow, labelled.start("items"), labelled.end("items"), category, group, cites, title, label
                )
            elif _is_header(row.flow.text, rows, index):
                category = _name(row.flow.text)
            else:
                out += _items(row.flow, 0, len(row.flow.text), category, group, cites, title, "")
    return out


def _is_header(text: str, rows: list[Part], index: int) -> bool:
    words = re.findall(r"[\w-]+", text.casefold())
    if not words or re.search(r"\bcauses$", text.strip(), re.I):
        return True
    following = rows[index + 1].flow.text if index + 1 < len(rows) else ""
    if len(words) <= 5 and "," not in text and "," in following and ":" not in following:
        return True
    return len(words) <= 5 and all(word in _class_words() for word in words) and index + 1 < len(rows)


def _items(
    flow: Flow, begin: int, end: int, category: str | None, group: str | None, cites: list[str], title: str, label: str
) -> Iterator[Cause]:
    masked, citations = blank_citations(flow.text)
    carried = CARRIED.search(label) if label else None
    for start, stop in _pieces(masked, begin, end):
        printed = masked[start:stop]
        name = _name(printed)
        if carried and carried[1].lower() not in name and len(name.split()) <= 2:
            name = f"{name} {carried[1].lower()}"
        own = [item for c in citations if start <= c.start <= stop + 4 for item in c.items]
        place = flow.span(start, stop)
        yield Cause(name, category, *place, group, own or cites, title)


def _pieces(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    """The items of a list, brackets kept whole, determiners and blanks off."""
    out, start, depth = [], begin, 0
    position = begin
    while position <= end:
        char = text[position] if position < end else ","
        depth += (char == "(") - (char == ")")
        cut = SPLIT.match(text, position) if position < end and depth <= 0 else None
        if position == end or cut:
            a, b = start, position
            lead = re.match(
                r"\s*(?:(?:and|or|the|an?|other|e\.g\.,?|such as|certain|various|including"
                r"|as well as)\s+)*",
                text[a:b],
            )
            a += lead.end() if lead else 0
            figure = re.search(r"[\s(]*\d[\d\s%().,–-]*$", text[a:b])
            b = a + figure.start() if figure else b
            while b > a and text[b - 1] in " .*†‡§":
                b -= 1
            if b - a > 1 and re.search(r"[A-Za-z]{2}", text[a:b]):
                out.append((a, b))
            start = cut.end() if cut else end
            position = start if cut else end + 1
            continue
        position += 1
    return out


def _name(printed: str) -> str:
    plain = re.sub(r"\([^)]*\)", " ", printed.replace("’", "'"))
    return " ".join(plain.split()).strip(" .,:*†‡").casefold()


def sentence_causes(parts: list[Part]) -> list[Cause]:
    """The causes that sentences list (at least three, none with a figure of its own)."""
    out: list[Cause] = []
    seen: set[str] = set()
    for part in parts:
        if part.kind != "prose":
            continue
        masked, citations = blank_citations(part.flow.text)
        for m in IN_TEXT.finditer(masked):
            stop = STOP_LIST.search(m["list"])
            begin, end = m.start("list"), m.start("list") + (stop.start() if stop else len(m["list"]))
            pieces = _pieces(masked, begin, end)
            if (
                pieces
                and len(pieces) >= 2
                and (last := INNER_AND.search(masked[pieces[-1][0] : pieces[-1][1]]))
                and "," not in masked[pieces[-1][0] - 2 : pieces[-1][0]]
            ):
                a, b = pieces.pop()
                pieces += [(a, a + last.start()), (a + last.end(), b)]
            if len(pieces) < 3 or any(re.search(r"\d\s?%", masked[a:b]) or b - a > 60 for a, b in pieces):
                continue
            after = [c for c in citations if c.start >= end - 1]
            for a, b in pieces:
                name = _name(masked[a:b])
                if name not in seen and len(name.split()) <= 6:
                    seen.add(name)
                    out.append(
                        Cause(name, "text list", *part.flow.span(a, b), None, list(after[0].items) if after else [])
                    )
    return out
