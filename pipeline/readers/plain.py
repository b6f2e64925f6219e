"""The parts of a PubMed record that need no XML parser, for there are 37 million records.

Half of a record's tags are those of its MeSH terms, which nearly always hold nothing but printable text: they are read
by pattern and cut out, as is what no record needs (references, affiliations, substances, keywords, PubMed's own dates).
In all other cases the parser gets them; either way gives the same record. Called by `pipeline.readers.pubmed_xml`.
"""

from __future__ import annotations

import re

from pipeline.readers.flatten import folded

_AFFILIATION, _AFFILIATION_END = b"<AffiliationInfo>", b"</AffiliationInfo>"
# What stands behind the article, once in a record, and goes into none of its fields: how each begins, and its end.
_ARTICLE_END = b"</Article>"
_NOT_KEPT = (
    (b"<ChemicalList>", b"</ChemicalList>"),
    (b"<KeywordList", b"</KeywordList>"),
    (b"<InvestigatorList", b"</InvestigatorList>"),
    (b"<History>", b"</History>"),
    (b"<ReferenceList>", b"</ReferenceList>"),
)
_MESH, _MESH_END = b"<MeshHeadingList>", b"</MeshHeadingList>"
_DESCRIPTOR = re.compile(r"<DescriptorName(?: [^<>]*)?>([^<]*)</DescriptorName>")


def without_plain_parts(piece: bytes, encoding: str) -> tuple[bytes, list[str] | None]:
    """The record's element without what is not read, and its MeSH terms taken out of it; None where they are in it."""
    if _AFFILIATION in piece:
        parts = piece.split(_AFFILIATION)
        ends = (part.partition(_AFFILIATION_END) for part in parts[1:])
        piece = parts[0] + b"".join(after if end else _AFFILIATION + part for part, end, after in ends)
    behind = piece.find(_ARTICLE_END)
    if behind < 0:
        return piece, None
    rest, mesh = piece[behind:], None
    begin = rest.find(_MESH)
    if 0 < begin < (end := rest.find(_MESH_END)):
        mesh = _mesh(rest[begin + len(_MESH) : end], encoding)
        if mesh is not None:
            rest = rest[:begin] + rest[end + len(_MESH_END) :]
    for start, stop in _NOT_KEPT:
        begin = rest.find(start)
        if 0 < begin < (end := rest.rfind(stop)):
            rest = rest[:begin] + rest[end + len(stop) :]
    return piece[:behind] + rest, mesh


def _mesh(part: bytes, encoding: str) -> list[str] | None:
    """The descriptors; None where there is an entity, a comment, or anything that is no XML at all."""
    if b"&" in part or b"<!" in part or b"<?" in part:
        return None
    try:
        text = part.decode(encoding)
    except UnicodeDecodeError:
        return None
    names: list[str] = _DESCRIPTOR.findall(text)
    whole = "|".join(("", *names, ""))
    if not whole.isprintable() or "]]>" in whole or len(names) != text.count("<DescriptorName"):
        return None
    if "  " in whole or " |" in whole or "| " in whole or "||" in whole:
        return [name for name in map(folded, names) if name]
    return names
