"""What every reader shares: the report of a bad record, opening plain or gzipped files, decoding lines.

No reader ever raises on what a file holds: a broken gzip member or an overlong line ends in a `BadRecord`.
`ReaderError` is kept for files that cannot be opened at all.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from isal import igzip
from isal.igzip_lib import IsalError

from pipeline.errors import InputError
from pipeline.shown import printable

# The longest line and the largest single record taken, in bytes: far above any real record (the largest in PubMed are
# some 2 MB, from author lists of thousands), far below what would hurt a small machine.
LONGEST_LINE = 16 * 2**20
LARGEST_RECORD = 32 * 2**20
_WIDE_ENCODINGS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class ReaderError(InputError):
    """A file cannot be opened: what happened, where, the cure, in one line."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """One record (or the rest of a file) that could not be read; `str()` of it is a line for the user.

    `number` is the record's place in the file, from 1 (0: the file as a whole); `line` the line it starts on, from 1.
    """

    path: str
    number: int
    line: int | None
    problem: str

    def __str__(self) -> str:
        place = f"record {self.number}" if self.number else "file"
        if self.line is not None:
            place += f", line {self.line}"
        return printable(f"{self.path}: {place}: {self.problem}")


class StreamEnd(Exception):
    """The byte stream broke off before its end (a cut or damaged gzip file, a disk error)."""


class ByteSource:
    """A file's bytes, unpacked where it is gzipped, UTF-16 and UTF-32 turned into UTF-8; damage is `StreamEnd`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._packed: BinaryIO | None = None
        self.start = b""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._damage: StreamEnd | None = None
        try:
            self.start = self._raw(4096)
        except StreamEnd as damage:
            self._damage = damage
        for mark, name in _WIDE_ENCODINGS:
            if self.start.startswith(mark):
                self._decoder = codecs.getincrementaldecoder(name)(errors="replace")
                self.start = self._decode(self.start)
                break
        self.start = self.start.removeprefix(codecs.BOM_UTF8)
        self._pending = self.start

    @classmethod
    def open(cls, path: Path) -> ByteSource:
        """The bytes of a file; raises `ReaderError` where it cannot be opened."""
        try:
            file = path.open("rb")
            packed = file.peek(2)[:2] == b"\x1f\x8b"  # not read and put back: a pipe has no way back
        except OSError as error:
            why = error.strerror or error
            raise ReaderError(f"cannot read {path}: {why}; check the name and your rights to it") from None
        if not packed:
            return cls(file)
        source = cls(cast(BinaryIO, igzip.IGzipFile(fileobj=file)))
        source._packed = file
        return source

    def _raw(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except (OSError, EOFError, IsalError) as error:  # type: ignore[misc]  # its stub hides that it is an exception
            raise StreamEnd(f"the file breaks off ({error}); fetch it again") from None

    def _decode(self, data: bytes) -> bytes:
        assert self._decoder is not None
        return self._decoder.decode(data, final=not data).encode("utf-8", "replace")

    @property
    def transcoded(self) -> bool:
        """Whether the bytes given are UTF-8 made from another encoding."""
        return self._decoder is not None

    def chunk(self, size: int = 2**20) -> bytes:
        """The next bytes, at most `size` of the file; empty at its end; `StreamEnd` where it is damaged."""
        if self._pending:
            data, self._pending = self._pending, b""
            return data
        if self._damage is not None:
            raise self._damage
        data = self._raw(size)
        if self._decoder is None or not data:
            return data
        return self._decode(data) or b" "

    def close(self) -> None:
        self._file.close()
        if self._packed is not None:  # GzipFile leaves the file it reads from open
            self._packed.close()


def lines(source: ByteSource) -> Iterator[tuple[int, str | None]]:
    """(line number from 1, text without its end); None for the text of a line above `LONGEST_LINE`.

    A line that is not UTF-8 is read as Windows-1252, the usual encoding of older reference managers.
    Lines end at LF, CRLF or a lone CR (old Macintosh exports).
    """
    rest, number, overlong, done = b"", 0, False, False
    while not done:
        data = source.chunk()
        done = not data
        block = rest + data
        held = b""
        if not done and block.endswith(b"\r"):  # its LF may be in the next chunk
            block, held = block[:-1], b"\r"
        parts = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest = parts.pop() + held
        if done and rest:
            parts.append(rest)
        for part in parts:
            number += 1
            yield number, None if overlong or len(part) > LONGEST_LINE else decoded(part)
            overlong = False
        if len(rest) > LONGEST_LINE:
            rest, overlong = b"", True


def decoded(data: bytes) -> str:
    """Bytes of one line or field as text: UTF-8, else Windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


@dataclass(slots=True)
class Fields:
    """One tagged reference (MEDLINE or RIS) as read: its first line and its (tag, value) pairs in order."""

    line: int
    pairs: list[tuple[str, str]]
    size: int = 0
    problem: str | None = None

    def add(self, tag: str, value: str) -> None:
        self._grow(value)
        if self.problem is None:
            self.pairs.append((tag, value))

    def extend(self, value: str) -> None:
        """A continuation line of the last field."""
        self._grow(value)
        if self.problem is None and self.pairs and value:
            tag, before = self.pairs[-1]
            self.pairs[-1] = (tag, f"{before}\n{value}" if before else value)

    def _grow(self, value: str) -> None:
        self.size += len(value)
        if self.size > LARGEST_RECORD:
            self.problem, self.pairs = "the record is larger than 32 MB", []

    def all(self, *tags: str) -> list[str]:
        """Every value of the tags, in file order, lines joined by spaces, empty ones left out."""
        found = (" ".join(value.split()) for tag, value in self.pairs if tag in tags)
        return [value for value in found if value]

    def first(self, *tags: str) -> str | None:
        """The first value of the first of the tags that has one."""
        for tag in tags:
            for value in self.all(tag):
                return value
        return None


@dataclass(slots=True)
class Reporter:
    """Numbers the records of one file and makes their reports."""

    path: str
    number: int = 0

    def next(self) -> None:
        self.number += 1

    def bad(self, line: int | None, problem: str) -> BadRecord:
        return BadRecord(self.path, self.number, line, problem)

    def file(self, line: int | None, problem: str) -> BadRecord:
        return replace(self.bad(line, problem), number=0)


Deleted = Callable[[str], None]
