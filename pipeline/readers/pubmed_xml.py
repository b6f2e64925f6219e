"""PubMed XML as a stream of records: cut at the record elements, each parsed on its own.

Comes in: E-utilities answers, PubMed's "Save as XML", baseline and daily update files (`.xml.gz`), also
PubmedBookArticle and DeleteCitation. Goes out: records, and a `BadRecord` for each that is not well-formed or has no
PMID.

Cutting first keeps memory constant, lets one broken record pass without losing the next, and leaves the DOCTYPE out
of the parser's sight: no DTD is loaded, no entity of a file's own expanded, no address visited. It is also fast: plain
parts are read without parsing (`pipeline.readers.plain`), and the standard library's parser gives the rest sooner than
lxml's, whose elements are made anew at each look. lxml reads what that one refuses (named characters), and says what is
wrong with what is not well-formed.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from lxml import etree

from pipeline.readers import pubmed_record
from pipeline.readers.base import LARGEST_RECORD, BadRecord, ByteSource, Deleted, Reporter, StreamEnd
from pipeline.readers.plain import without_plain_parts
from pipeline.record import Record

_RECORD = re.compile(rb"<(PubmedArticle|PubmedBookArticle|DeleteCitation)(?=[\s>/])")
_END_TAGS = {
    name: (b"</" + name + b">", re.compile(b"</" + name + rb"\s*>"))
    for name in (b"PubmedArticle", b"PubmedBookArticle", b"DeleteCitation")
}
_START = re.compile(rb"<!--|" + _RECORD.pattern)
_ROOT_END = re.compile(rb"</Pubmed(?:Book)?ArticleSet\s*>|<Pubmed(?:Book)?ArticleSet\s*/>")
_ROOT = re.compile(rb"<([A-Za-z][\w:.-]*)")
# Bytes of broken records looked through a second time for others within them; bounded, so that no file is slow.
_GO_OVER_AGAIN = 64 * 2**20
_CURE = "it is incomplete, fetch it again"
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_PMID = re.compile(rb"<PMID[^>]*>\s*(\d+)")
# Encodings that a declaration may name and the cutting may rely on: one byte for each ASCII character.
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"}


def records(source: ByteSource, report: Reporter, on_deleted: Deleted | None = None) -> Iterator[Record | BadRecord]:
    """The records of one XML source; ends with one report where the file breaks off or holds no PubMed records."""
    for _, item in versions(source, report, on_deleted):
        yield item


def versions(
    source: ByteSource, report: Reporter, on_deleted: Deleted | None = None
) -> Iterator[tuple[int, Record | BadRecord]]:
    """As `records`, each with its PMID's version (1 for nearly all; 0 with a `BadRecord`)."""
    parser, cutter = _Parser(_encoding(source)), _Cutter(source)
    for line, piece, problem in cutter.pieces():
        report.next()
        if problem is not None:
            yield 0, report.bad(line, _about(piece, problem))
            continue
        try:
            found = parser.understood(piece)
        except etree.XMLSyntaxError as error:
            cutter.back_up(piece)
            yield 0, report.bad(line, _about(piece, f"not well-formed XML ({_message(error)})"))
        except pubmed_record.NotARecord as error:
            yield 0, report.bad(line, _about(piece, str(error)))
        else:
            if isinstance(found, tuple):
                yield found
                continue
            report.number -= 1
            if on_deleted is not None:
                for pmid in found:
                    on_deleted(pmid)
    if cutter.problem is not None:
        yield 0, report.file(cutter.line, cutter.problem)


def versions_in(body: bytes, report: Reporter) -> Iterator[tuple[int, Record | BadRecord]]:
    """As `versions`, of an answer held in memory."""
    return versions(ByteSource(io.BytesIO(body)), report)


def _message(error: Exception) -> str:
    """The first sentence of libxml2's message: its own line numbers count from the record's start and mislead."""
    return re.split(r"[\n,]", str(error))[0].strip() or "unreadable"


def _about(piece: bytes, problem: str) -> str:
    pmid = _PMID.search(piece)
    return f"PMID {pmid[1].decode()}: {problem}" if pmid else problem


def _encoding(source: ByteSource) -> str:
    declared = _ENCODING.search(source.start)
    if declared and not source.transcoded and declared[1].decode().lower() in _ENCODINGS:
        return declared[1].decode()
    return "utf-8"


class _Parser:
    """The standard library's parser, one for all records of a file: making one takes as long as parsing a record."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._begin()

    def _begin(self) -> None:
        builder = ElementTree.TreeBuilder()
        self._document = builder.start("document", {})
        self._parser = ElementTree.XMLParser(
            target=builder, encoding=None if self._encoding == "utf-8" else self._encoding
        )
        self._parser.feed(b"<records>")

    def understood(self, piece: bytes) -> tuple[int, Record] | list[str]:
        """(version, record) of a record element; the PMIDs of a DeleteCitation."""
        piece, mesh = without_plain_parts(piece, self._encoding)
        try:
            return _built(self._element(piece), mesh)
        except (ElementTree.ParseError, RecursionError):
            self._begin()
            return _built(_parsed_by_lxml(piece, self._encoding), mesh)

    def _element(self, piece: bytes) -> Any:
        self._parser.feed(piece + b"<end/>")
        records = self._document[0]
        if len(records) != 2:  # the end is within the element
            raise ElementTree.ParseError("the element has no end")
        element = records[0]
        records.clear()
        return element


def _built(element: Any, mesh: list[str] | None) -> tuple[int, Record] | list[str]:
    if element.tag != "DeleteCitation":
        return pubmed_record.build(element, mesh)
    return [pmid.text.strip() for pmid in element.iter("PMID") if pmid.text]


def _parsed_by_lxml(piece: bytes, encoding: str) -> Any:
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(piece, parser)
    except etree.XMLSyntaxError:
        # Named characters (&beta;) are defined in the DTD that is not loaded: put the character, leave others as text.
        text = piece.decode("utf-8", "surrogateescape")
        plain = _ENTITY.sub(_named, text)
        if plain == text:
            raise
        return etree.fromstring(plain.encode("utf-8", "surrogateescape"), parser)


def _named(found: re.Match[str]) -> str:
    if found[1] in _XML_ENTITIES:
        return found[0]
    text = html.unescape(found[0])
    return f"&amp;{found[1]};" if text == found[0] else "".join(f"&#{ord(char)};" for char in text)


def _next_start(data: bytes, begin: int, name: bytes, last: bool = True) -> int | None:
    """Where the first record element of another name begins, else (with `last`) the last one of this name."""
    found: int | None = None
    for start in _RECORD.finditer(data, begin):
        if start[1] != name:
            return start.start()
        found = start.start()
    return found if last else None


class _Cutter:
    """Cuts a byte stream into the bytes of single record elements, holding one record at most.

    After `pieces` is used up, `problem` says what was wrong with the file as a whole.
    """

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._buffer = b""
        self._position = 0  # in the buffer: what is before it is done with
        self._base = 0  # the buffer's offset in the stream
        self._no_end_before: dict[bytes, int] = {}  # element name: the stream offset up to which no end tag of it is
        self._ended = False
        self._again = 0  # bytes gone back over
        self.line = 1
        self.problem: str | None = None

    def pieces(self) -> Iterator[tuple[int, bytes, str | None]]:
        """(line, the element, None), or (line, what is left of it, problem) for an element without an end."""
        any_record = closed = False
        while self.problem is None:
            start = _START.search(self._buffer, self._position)
            stop = start.start() if start else len(self._buffer)
            closed = closed or _ROOT_END.search(self._buffer, self._position, stop) is not None
            if start is None:
                if self._ended:
                    break
                self._pass(max(self._position, stop - 64))  # a tag may be cut in two
                self._more()
                continue
            self._pass(stop)
            if start[0] == b"<!--":
                self._skip_comment()
                continue
            any_record = True
            piece = self._cut(start[0][1:])
            if piece is not None:
                yield piece
        if self.problem is None:
            self.problem = self._judgement(any_record, closed)

    def back_up(self, piece: bytes) -> None:
        """Goes back into a piece that is not well-formed: another record that begins in it is not lost with it."""
        name = _RECORD.match(piece)
        if name is None or self._again > _GO_OVER_AGAIN:
            return
        # The piece ends at the first end tag of its name: of the starts of that name only the last can have an end.
        offset = _next_start(piece, 1, name[1])
        if offset is None:
            return
        self._again += len(piece)
        self._position -= len(piece) - offset
        self.line -= piece.count(b"\n", offset)

    def _judgement(self, any_record: bool, closed: bool) -> str | None:
        """What is wrong with the file as a whole: nothing, no records in it, or an end that is missing."""
        if any_record:
            return None if closed else f"it breaks off before its closing tag; {_CURE}"
        root = _ROOT.search(self._source.start)
        name = root[1].decode() if root else None
        if name in ("PubmedArticleSet", "PubmedBookArticleSet"):
            return None if closed else f"it breaks off before its closing tag; {_CURE}"
        if name is not None and name.lower() in ("html", "head", "body"):
            return "an HTML page, not PubMed XML"
        return f"no PubMed records in it (its root is <{name}>)" if name else "no PubMed records in it"

    def _cut(self, name: bytes) -> tuple[int, bytes, str | None] | None:
        line, (plain_end, end_tag) = self.line, _END_TAGS[name]
        while True:
            start = max(self._position, self._no_end_before.get(name, 0) - self._base)
            # `find` is several times faster than the pattern, which is for the rare tag with a space in it.
            end = self._buffer.find(plain_end, start)
            stop = end + len(plain_end)
            if end < 0 and (found := end_tag.search(self._buffer, start)):
                end, stop = found.span()
            if end >= 0:
                piece = self._buffer[self._position : stop]
                self._pass(stop)
                return line, piece, None
            self._no_end_before[name] = self._base + max(start, len(self._buffer) - 64)
            if self._ended or len(self._buffer) - self._position > LARGEST_RECORD:
                return self._endless(name)
            self._more()

    def _endless(self, name: bytes) -> tuple[int, bytes, str | None] | None:
        """Passes over an element whose end is not there, up to the next that may have one."""
        line, head = self.line, self._buffer[self._position : self._position + 4096]
        following = _next_start(self._buffer, self._position + 1, name, last=not self._ended)
        if following is not None:
            self._pass(following)
            return line, head, "the record has no closing tag"
        self._pass(len(self._buffer))
        if self._ended:
            self.problem = _about(head, f"it breaks off within this record, line {line}; {_CURE}")
            return None
        return line, head, "the record is larger than 32 MB"

    def _skip_comment(self) -> None:
        self._pass(self._position + 4)
        while (end := self._buffer.find(b"-->", self._position)) < 0:
            if self._ended:
                self.problem = f"it breaks off within a comment; {_CURE}"
                return
            self._pass(max(self._position, len(self._buffer) - 2))
            self._more()
        self._pass(end + 3)

    def _pass(self, position: int) -> None:
        self.line += self._buffer.count(b"\n", self._position, position)
        self._position = position

    def _more(self) -> None:
        try:
            data = self._source.chunk()
        except StreamEnd as damage:
            data, self.problem = b"", str(damage)
        self._ended = not data
        self._base += self._position
        self._buffer = self._buffer[self._position :] + data
        self._position = 0
