"""Fuzzing of every reader: `make fuzz` (100,000 inputs and more), or `python -m tests.fuzz INPUTS`.

Hypothesis builds files of each format from their own pieces (elements, tags, references, JSON keys), bent, cut,
doubled, packed, in any encoding, and the readers take them as `retally import`, `extract` and `claims` do. Each input
must end in records and reports within seconds, in a process whose memory is bounded; what comes out must be fit to be
stored. `tests/pipeline/test_fuzz.py` runs a smaller number in the suite.
"""

from __future__ import annotations

import gzip
import json
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pipeline.eutils_answers import read_info, read_page, read_post, read_records
from pipeline.keyed import keyed_records
from pipeline.readers import BadRecord, read
from pipeline.record import Record
from pipeline.store import canonical, content_hash
from reports.claims import parse

SECONDS = 5  # of computing for one input; the slowest of them take some milliseconds
MEMORY = 3 * 2**30  # bytes of address space for all of it


def _words(line: str) -> list[str]:
    return line.split()


text = st.text(max_size=30) | st.sampled_from(
    ["", " ", "n = 12 (30%)", "<i>x</i>", "&lt;", "&beta;", "]]>", "\x00", "é\u0301"]
)
digits = st.integers(0, 10**12).map(str)

# PubMed XML -------------------------------------------------------------------------------------------------------
_NAMES = _words(
    "PubmedArticle PubmedBookArticle DeleteCitation MedlineCitation BookDocument Article PMID ArticleTitle Abstract"
    " AbstractText OtherAbstract VernacularTitle Journal Title JournalIssue PubDate Year Month Day MedlineDate"
    " AuthorList Author LastName ForeName Initials CollectiveName Language PublicationTypeList PublicationType"
    " MeshHeadingList MeshHeading DescriptorName CommentsCorrectionsList CommentsCorrections RefSource DateRevised"
    " ELocationID PubmedData ArticleIdList ArticleId ReferenceList Reference Book BookTitle sup sub i p mml:math"
    " eSearchResult Count IdList Id ERROR WebEnv QueryKey eInfoResult DbInfo DbBuild LastUpdate"
)
names = st.sampled_from(_NAMES)
attributes = st.sampled_from(
    [
        "",
        ' Label="RESULTS"',
        ' EIdType="doi"',
        ' IdType="doi"',
        ' RefType="RetractionIn"',
        ' Version="2"',
        ' x="',
        " a=b",
        "/",
    ]
)


def element(inside: SearchStrategy[str]) -> SearchStrategy[str]:
    """An element, mostly whole."""
    closed = st.booleans() | st.just(True) | st.just(True)
    return st.builds(
        lambda name, given, body, whole: f"<{name}{given}>{body}" + (f"</{name}>" if whole else ""),
        *(names, attributes, inside, closed),
    )


xml_piece = st.recursive(
    text | digits, lambda inner: element(inner) | st.lists(inner, max_size=4).map("".join), max_leaves=8
)
article = st.builds(
    lambda pmid, title, rest: (
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article><ArticleTitle>{title}</ArticleTitle>"
        f"<Abstract><AbstractText>{rest}</AbstractText></Abstract>{rest}</Article></MedlineCitation></PubmedArticle>"
    ),
    *(digits, xml_piece, xml_piece),
)
xml = st.builds(
    lambda head, body, tail: head + "".join(body) + tail,
    st.sampled_from(
        ["<PubmedArticleSet>", '<?xml version="1.0" encoding="iso-8859-1"?><PubmedArticleSet>', "<", "<!--", "",
         '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><PubmedArticleSet>']
    ),
    st.lists(article | xml_piece, max_size=4),
    st.sampled_from(["</PubmedArticleSet>", "</PubmedBookArticleSet>", "", "-->"]),
)  # fmt: skip


# Tagged formats and JSON lines --------------------------------------------------------------------------------------
def tagged(tags: list[str], gap: str, end: str) -> SearchStrategy[str]:
    """References of lines `TAG  - value`, with continuation lines and odd tags."""
    tag = st.sampled_from(tags) | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=4)
    line = st.builds(lambda t, v: f"{t}{gap}{v}", tag, text | digits) | text | st.just(end)
    return st.builds(
        lambda start, lines, newline: newline.join([start, *lines, ""]),
        st.sampled_from([f"{tags[0]}{gap}1", f"{tags[0]}{gap}JOUR", ""]),
        st.lists(line, max_size=12),
        st.sampled_from(["\n", "\r\n", "\r"]),
    )


ris = tagged(
    ["TY", "TI", "T1", "AB", "N2", "AU", "A1", "PY", "Y1", "JO", "T2", "DO", "AN", "LA", "KW", "C1", "M3", "ID", "UR"],
    "  - ",
    "ER  - ",
)
medline = tagged(
    ["PMID", "TI", "AB", "FAU", "AU", "DP", "JT", "TA", "AID", "LID", "LA", "PT", "MH", "RIN", "EIN", "ROF", "OT"],
    "- ",
    "",
)
value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["label", "text", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
keys = st.sampled_from(
    [
        "pmid",
        "pmcid",
        "id",
        "title",
        "sections",
        "text",
        "journal",
        "year",
        "authors",
        "doi",
        "source",
        "corrections",
        "language",
    ]
)
json_lines = st.lists(
    st.dictionaries(keys, value, max_size=6).map(lambda row: json.dumps(row, ensure_ascii=False)) | text, max_size=5
).map("\n".join)


# A review in words ----------------------------------------------------------------------------------------------------
_SAID = _words(
    "relapse occurs in of patients % < > to - - about 10 25 1/3 mg/kg daily months and or [1,2] (n = 12). men age"
)
review = st.lists(st.sampled_from(_SAID) | digits | text, max_size=40).map(" ".join)


# Bytes ------------------------------------------------------------------------------------------------------------
@st.composite
def bent(draw: st.DrawFn, whole: SearchStrategy[str]) -> bytes:
    """The text as bytes of some encoding, with a part cut out, doubled or replaced, and sometimes packed."""
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"]))
    data = draw(whole).encode(encoding, "replace")
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(data)))
        until = min(len(data), at + draw(st.sampled_from([1, 4, 40])))
        data = (
            data[:at] + draw(st.sampled_from([b"", data[at:until] * 9, b"\xff\x00", b"<", b"\r", b"{"])) + data[until:]
        )
    if draw(st.integers(0, 5)) == 0:
        packed = gzip.compress(data, mtime=0)
        data = packed[: draw(st.integers(0, len(packed)))] if draw(st.booleans()) else packed
    return data


def fit_to_be_stored(item: Record | BadRecord) -> None:
    """Raise `AssertionError` for what a reader must not give."""
    if isinstance(item, BadRecord):
        assert str(item).isprintable(), item
        return
    assert item.id and item.source
    canonical(item.to_dict()).encode()
    content_hash(item)
    assert Record.from_dict(json.loads(canonical(item.to_dict()))).text == item.text


def _read(path: Path) -> None:
    for item in read(path):
        fit_to_be_stored(item)


def _keyed(path: Path) -> None:
    for item in keyed_records(path):
        if isinstance(item, BadRecord):
            fit_to_be_stored(item)
        else:
            json.dumps(item[0])
            fit_to_be_stored(item[1])


def _answer(path: Path) -> None:
    """An answer of PubMed's that is broken is a `ValueError`, which asks again, and nothing else."""
    body = path.read_bytes()
    for reader in (read_page, read_post, read_info, read_records):
        with suppress(ValueError):
            found = reader(body)
            for item in found if isinstance(found, list) else ():
                fit_to_be_stored(item)


def _claims(path: Path) -> None:
    whole = path.read_text(encoding="utf-8", errors="replace")
    for claim in parse(whole, "x"):
        assert claim.measure and 0 <= (claim.start or 0) <= (claim.end or 0) <= len(whole)


READERS: dict[str, tuple[SearchStrategy[bytes], str, Callable[[Path], None]]] = {
    "PubMed XML": (bent(xml), "a.xml", _read),
    "MEDLINE": (bent(medline), "a.nbib", _read),
    "RIS": (bent(ris), "a.ris", _read),
    "JSON lines": (bent(json_lines), "a.jsonl", _read),
    "records to extract from": (bent(json_lines | xml | ris), "a.jsonl", _keyed),
    "answers of PubMed": (bent(xml), "a.xml", _answer),
    "a review's text": (bent(review), "a.txt", _claims),
    "any bytes": (st.binary(max_size=600), "a.txt", _read),
}


class TooSlow(BaseException):
    """One input took longer than `SECONDS`."""


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow(f"an input took more than {SECONDS} s")


def fuzz(name: str, inputs: int, folder: Path) -> int:
    """Give one reader so many inputs; returns how many it took. Raises with the smallest input that fails."""
    strategy, file, reader = READERS[name]
    path, seen = folder / file, 0

    @settings(max_examples=inputs, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def one(data: bytes) -> None:
        nonlocal seen
        seen += 1
        path.write_bytes(data)
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            reader(path)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    before = signal.signal(signal.SIGVTALRM, _too_slow)
    try:
        one()
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return seen


def main(inputs: int) -> int:
    """Fuzz all readers with so many inputs together; a line for each, and one for all as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    took: Counter[str] = Counter()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for name in READERS:
            while took[name] < inputs / len(READERS):
                took[name] += fuzz(name, -(-inputs // len(READERS)), Path(folder))
            print(f"{name:26} {took[name]:>8,} inputs", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        json.dumps({"inputs": took.total(), "failures": 0, "seconds": round(time.monotonic() - begun), "peak_mb": peak})
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 102_000))
