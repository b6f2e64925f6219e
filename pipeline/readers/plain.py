"""The parts of a PubMed record that need no XML parser, for there are 37 million records.

Half of a record's tags are those of its MeSH terms, which nearly always hold nothing but printable text: they are read
by pattern and cut out, as is what no record needs (references, affiliations). In all other cases the parser gets them;
either way gives the same record. Called by `pipeline.readers.pubmed_xml`.
"""

from __future__ import annotations

import re

from pipeline.readers.flatten import folded

_REFERENCES, _REFERENCES_END = b"<ReferenceList>", b"</ReferenceList>"
_AFFILIATION, _AFFILIATION_END = b"<AffiliationInfo>", b"</AffiliationInfo>"
_MESH, _MESH_END = b"<MeshHeadingList>", b"</MeshHeadingList>"
_DESCRIPTOR = re.compile(r"<DescriptorName(?: [^<>]*)?>([^<]*)</DescriptorName>")


def without_plain_parts(piece: bytes, encoding: str) -> tuple[bytes, list[str] | None]:
    """The record's element without what is not read, and its MeSH terms taken out of it; None where they are in it."""
    begin = piece.find(_REFERENCES)
    if 0 < begin < (end := piece.rfind(_REFERENCES_END)):
        piece = piece[:begin] + piece[end + len(_REFERENCES_END) :]
    if _AFFILIATION in piece:
        parts = piece.split(_AFFILIATION)
        ends = (part.partition(_AFFILIATION_END) for part in parts[1:])
        piece = parts[0] + b"".join(after if end else _AFFILIATION + part for part, end, after in ends)
    begin = piece.find(_MESH)
    if not 0 < begin < (end := piece.find(_MESH_END)):
        return piece, None
    mesh = _mesh(piece[begin + len(_MESH) : end], encoding)
    return (piece, None) if mesh is None else (piece[:begin] + piece[end + len(_MESH_END) :], mesh)


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
