"""What E-utilities answer, read: esearch, epost, einfo, efetch bodies to plain values; `ValueError` for a broken one.

`pipeline.entrez` hands these to `Eutils.call`, which asks again where one of them refuses a body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipeline.readers.base import BadRecord, Reporter
from pipeline.readers.pubmed_xml import versions_in
from pipeline.record import Record


@dataclass(frozen=True, slots=True)
class DatabaseInfo:
    """What einfo says of a database: `version` is its build, `count` its records, `updated` its last update."""

    name: str
    version: str
    count: int
    updated: str


@dataclass(frozen=True, slots=True)
class Page:
    """One esearch answer."""

    count: int
    ids: list[str]
    translation: str
    warnings: list[str]


def _root(body: bytes, name: str) -> Any:
    """The root of an answer, parsed whole; ValueError for any other thing."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"XML broken off or damaged: {str(error)[:80]}") from None
    if root.tag != name:
        raise ValueError(f"<{root.tag}> where <{name}> was expected")
    return root


def _number(root: Any, path: str) -> int:
    text = (root.findtext(path) or "").strip()
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"no {path} in it")
    return int(text)


def read_page(body: bytes) -> Page:
    """An esearch answer."""
    root = _root(body, "eSearchResult")
    listed = root.find("IdList")
    if listed is None:
        raise ValueError("no IdList in it")
    warnings = [f"{child.tag}: {(child.text or '').strip()}" for child in root.xpath("ErrorList/* | WarningList/*")]
    return Page(
        count=_number(root, "Count"),
        ids=[(child.text or "").strip() for child in listed],
        translation=(root.findtext("QueryTranslation") or "").strip(),
        warnings=warnings,
    )


def read_post(body: bytes) -> tuple[str, str]:
    """(WebEnv, query key) of an epost answer."""
    root = _root(body, "ePostResult")
    webenv, key = root.findtext("WebEnv"), root.findtext("QueryKey")
    if not webenv or not key:
        raise ValueError("no WebEnv and QueryKey in it")
    return webenv, key


def read_info(body: bytes) -> DatabaseInfo:
    """An einfo answer about one database."""
    root = _root(body, "eInfoResult").find("DbInfo")
    if root is None:
        raise ValueError("no DbInfo in it")
    return DatabaseInfo(
        name=root.findtext("DbName") or "pubmed",
        version=root.findtext("DbBuild") or "",
        count=_number(root, "Count"),
        updated=root.findtext("LastUpdate") or "",
    )


def read_records(body: bytes) -> list[Record | BadRecord]:
    """The records of an efetch answer, the highest version of each; ValueError where it is broken off."""
    newest: dict[str, tuple[int, Record | BadRecord]] = {}
    for version, item in versions_in(body, Reporter("efetch answer")):
        if isinstance(item, BadRecord) and item.number == 0:
            raise ValueError(item.problem)
        key = item.id if isinstance(item, Record) else str(item)
        if key not in newest or newest[key][0] <= version:
            newest[key] = (version, item)
    return [item for _, item in newest.values()]
