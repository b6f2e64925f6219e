"""One PubmedArticle or PubmedBookArticle element to a Record: which element of PubMed's DTD goes into which field.

The element may be the standard library's or lxml's: only what both have is used.
"""

from __future__ import annotations

import re
from typing import Any

from pipeline.readers.fields import author, kept_corrections, year_in
from pipeline.readers.flatten import flatten
from pipeline.record import Correction, Record, record_id

# What PubMed prints in ArticleTitle when a paper has no English title.
_NO_TITLE = re.compile(r"\[?\(?(not available|no title|no title available|untitled)\)?\.?\]?\.?", re.IGNORECASE)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}


class NotARecord(ValueError):
    """The element lacks what makes it a record (its PMID)."""


def build(element: Any, mesh: list[str] | None = None) -> tuple[int, Record]:
    """(version of the PMID, Record) of a PubmedArticle or PubmedBookArticle element; raises `NotARecord`.

    `mesh` are its MeSH terms where they were read before it was parsed.
    """
    if element.tag == "PubmedBookArticle":
        return _book(element)
    citation = element.find("MedlineCitation")
    if citation is None:
        raise NotARecord("no MedlineCitation in it")
    parts = {child.tag: child for child in citation}
    pmid, version = _pmid(parts.get("PMID"))
    article = parts.get("Article")
    within: dict[Any, Any] = {}
    doi: str | None = None
    if article is not None:
        for child in article:
            if child.tag == "ELocationID" and child.get("EIdType") == "doi" and child.get("ValidYN", "Y") == "Y":
                doi = doi or _text(child)
            within.setdefault(child.tag, child)  # the first of a kind: Language, ArticleDate
    journal, year = _journal(within.get("Journal"))
    title = _title(within.get("ArticleTitle"), within.get("VernacularTitle"))
    return version, Record(
        id=record_id(pmid, doi, title, year),
        title=title,
        sections=_abstract(within.get("Abstract"), citation if "OtherAbstract" in parts else None),
        journal=journal or _text(_at(parts.get("MedlineJournalInfo"), "MedlineTA")),
        year=year if year is not None else year_in(_text(_at(within.get("ArticleDate"), "Year"))),
        authors=_authors(within.get("AuthorList")),
        doi=doi or _article_id(_at(element.find("PubmedData"), "ArticleIdList"), "doi"),
        pmid=pmid,
        publication_types=_texts(within.get("PublicationTypeList"), "PublicationType"),
        mesh=_mesh(parts.get("MeshHeadingList")) if mesh is None else mesh,
        language=_text(within.get("Language")),
        corrections=_corrections(parts.get("CommentsCorrectionsList")),
        source="pubmed",
        revised=_date(parts.get("DateRevised")),
    )


def _book(element: Any) -> tuple[int, Record]:
    document = element.find("BookDocument")
    if document is None:
        raise NotARecord("no BookDocument in it")
    parts: dict[Any, Any] = {}
    for child in document:
        parts.setdefault(child.tag, child)
    pmid, version = _pmid(parts.get("PMID"))
    book = parts.get("Book")
    book_title = _flat(_at(book, "BookTitle"))
    title = _title(parts.get("ArticleTitle"), parts.get("VernacularTitle")) or book_title
    year = _year(_at(book, "PubDate"))
    if year is None:
        year = _year(parts.get("ContributionDate"))
    authors = parts.get("AuthorList")
    return version, Record(
        id=record_id(pmid, None, title, year),
        title=title,
        sections=_abstract(parts.get("Abstract"), document if "OtherAbstract" in parts else None),
        journal=book_title or None,
        year=year,
        authors=_authors(authors if authors is not None else _at(book, "AuthorList")),
        doi=_article_id(parts.get("ArticleIdList"), "doi"),
        pmid=pmid,
        publication_types=[text for child in document.findall("PublicationType") if (text := _text(child))],
        language=_text(parts.get("Language")),
        source="pubmed",
        revised=_date(parts.get("DateRevised")),
    )


def _pmid(element: Any) -> tuple[str, int]:
    pmid = _text(element)
    if not pmid or not (pmid.isascii() and pmid.isdigit()):
        raise NotARecord("no PMID in it")
    version = element.get("Version", "1")
    return pmid, int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 1


def _title(english: Any, vernacular: Any) -> str:
    """The English title; the one in the paper's own language where there is no English one."""
    title = _flat(english)
    if vernacular is not None and (not title or _NO_TITLE.fullmatch(title)) and (own := flatten(vernacular)):
        return own
    return title


def _abstract(element: Any, owner: Any) -> list[tuple[str, str]]:
    """(label, text) of each AbstractText; without an abstract, of the first OtherAbstract, English ones first.

    CopyrightInformation is a sibling of AbstractText and no part of it.
    """
    sections = _sections(element)
    if not sections and owner is not None:
        others = owner.findall("OtherAbstract")
        others.sort(key=lambda other: other.get("Language", "eng") != "eng")
        for other in others:
            if sections := _sections(other):
                break
    return sections


def _sections(element: Any) -> list[tuple[str, str]]:
    if element is None:
        return []
    found = []
    for child in element.findall("AbstractText"):
        if text := flatten(child):
            label = child.get("Label")
            found.append((" ".join(label.split()) if label else "", text))
    return found


def _journal(element: Any) -> tuple[str | None, int | None]:
    if element is None:
        return None, None
    title = _text(element.find("Title")) or _text(element.find("ISOAbbreviation"))
    return title, _year(_at(element.find("JournalIssue"), "PubDate"))


def _year(element: Any) -> int | None:
    """The year of a PubDate: its Year, else the first year in its MedlineDate or Season."""
    if element is None:
        return None
    return year_in(_text(element.find("Year")) or _text(element.find("MedlineDate")) or _flat(element))


def _authors(element: Any) -> list[str]:
    names = []
    for person in _all(element):
        if person.tag != "Author" or person.get("ValidYN") == "N":
            continue
        last = given = initials = group = ""
        for child in person:
            tag = child.tag
            if tag == "LastName":
                last = flatten(child)
            elif tag == "Initials":
                initials = flatten(child)
                break  # the names come first; identifiers and affiliations, often long, after them
            elif tag == "ForeName":
                given = flatten(child)
            elif tag == "CollectiveName":
                group = flatten(child)
        name = f"{last} {initials}" if last and initials else author(last, given) if last else group
        if name:
            names.append(name)
    return names


def _corrections(element: Any) -> list[Correction]:
    kept = kept_corrections()
    return [
        Correction(kind=kind, pmid=_text(child.find("PMID")), citation=_flat(child.find("RefSource")) or None)
        for child in _all(element)
        if (kind := child.get("RefType")) in kept
    ]


def _article_id(element: Any, kind: str) -> str | None:
    for child in _all(element):
        if child.get("IdType") == kind and (text := _text(child)):
            return text
    return None


def _date(element: Any) -> str | None:
    """An ISO date from Year, Month and Day elements; the month may be a name, the day or both may be missing."""
    parts = {} if element is None else {child.tag: child for child in element}
    year = _text(parts.get("Year"))
    if not year or not year.isdigit():
        return None
    month = (_text(parts.get("Month")) or "").lower()
    number = _MONTHS.get(month[:3]) or (int(month) if month.isascii() and month.isdigit() and len(month) < 3 else 0)
    day = _text(parts.get("Day")) or ""
    if not number:
        return year
    if not (day.isascii() and day.isdigit() and len(day) < 3):
        return f"{year}-{number:02d}"
    return f"{year}-{number:02d}-{int(day):02d}"


def _at(element: Any, name: str) -> Any:
    return None if element is None else element.find(name)


def _all(element: Any) -> Any:
    return () if element is None else element


def _mesh(element: Any) -> list[str]:
    return [] if element is None else [name for item in element.iter("DescriptorName") if (name := _text(item))]


def _texts(element: Any, name: str) -> list[str]:
    return [text for child in _all(element) if child.tag == name and (text := _text(child))]


def _text(element: Any) -> str | None:
    """The folded text of an element without markup; None where it is absent or empty."""
    if element is None or not (text := element.text):
        return None
    return text if text.isalnum() else " ".join(text.split()) or None


def _flat(element: Any) -> str:
    return "" if element is None else flatten(element)
