"""MEDLINE, RIS in its dialects and JSON lines to records; bad ones with their place; any bytes without a crash."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.readers import BadRecord, read
from pipeline.readers.fields import author, doi_in, split_abstract, year_in
from pipeline.record import Correction, Record

Reading = Callable[..., list[Any]]

NBIB = """\
PMID- 90000011
OWN - NLM
LR  - 20240131
LID - 10.1000/nbib.11 [doi]
DP  - 2013 Jan-Mar
TI  - A made-up series of
      twelve people.
AB  - BACKGROUND: Little is known. METHODS: We asked 12 people. RESULTS: Seven
      (58%) coughed. CONCLUSIONS: Coughing: it happens.
FAU - Doe, Jane Mary
AU  - Doe JM
AU  - Roe R
LA  - eng
PT  - Journal Article
PT  - Retracted Publication
TA  - J Test
JT  - Journal of tests
MH  - Cough/*epidemiology
MH  - *Humans
RIN - J Test. 2020 Jan;1(1):1. PMID: 90000012
EIN - J Test. 2019;2:3
CIN - J Test. 2018;2:3. PMID: 90000013

PMID- 90000014
TI  - [Not Available].
TT  - Un titre inventé.
DP  - Winter 2004-2005
"""


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Writes a file and reads it: (text or bytes, name) to the list of what comes out."""

    def run(content: str | bytes, name: str) -> list[Record | BadRecord]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(read(path))

    return run


# MEDLINE


def test_medline_record_in_full(reading: Reading) -> None:
    record, second = reading(NBIB, "set.nbib")
    assert record == Record(
        id="pmid:90000011",
        title="A made-up series of twelve people.",
        sections=[
            ("BACKGROUND", "Little is known."),
            ("METHODS", "We asked 12 people."),
            ("RESULTS", "Seven (58%) coughed."),
            ("CONCLUSIONS", "Coughing: it happens."),
        ],
        journal="Journal of tests",
        year=2013,
        authors=["Doe JM", "Roe R"],
        doi="10.1000/nbib.11",
        pmid="90000011",
        publication_types=["Journal Article", "Retracted Publication"],
        mesh=["Cough", "Humans"],
        language="eng",
        corrections=[
            Correction("ErratumIn", None, "J Test. 2019;2:3"),
            Correction("RetractionIn", "90000012", "J Test. 2020 Jan;1(1):1. PMID: 90000012"),
        ],
        source="medline",
        revised="2024-01-31",
    )
    assert (second.title, second.year, second.sections) == ("Un titre inventé.", 2004, [])


def test_medline_by_content_whatever_its_name(reading: Reading) -> None:
    assert len(reading("\n" + NBIB, "pubmed.txt")) == 2
    assert len(reading(gzip.compress(NBIB.replace("\n", "\r\n").encode()), "set.nbib.gz")) == 2


def test_medline_record_without_a_pmid_is_reported(reading: Reading) -> None:
    items = reading("PMID- none\nTI  - A\n\nPMID- 90000015\nTI  - B\n", "set.nbib")
    assert str(items[0]).endswith("set.nbib: record 1, line 1: no PMID in it ('none' is none)")
    assert items[1].id == "pmid:90000015"


def test_real_medline_answers_are_read(shared: Path) -> None:
    folder = shared / "pubmed" / "entrez_xml" / "biopython" / "Tests" / "Medline"
    counts = [len([r for r in read(path) if isinstance(r, Record)]) for path in sorted(folder.iterdir())]
    assert counts == [1, 4, 1]


# RIS

ENDNOTE = """\
TY  - JOUR
AU  - Doe, Jane M.
AU  - Roe, Richard
PY  - 2019
DA  - Mar
TI  - A made-up study in EndNote's manner
T2  - Journal of tests
SN  - 1234-5678
DO  - 10.1000/endnote.1
AN  - 90000021
DB  - PubMed
DP  - NLM
AB  - BACKGROUND: Text one. RESULTS: Nine of 40.
LA  - eng
KW  - Humans
KW  - *Cough
ER  -
"""
ZOTERO = """\
TY  - JOUR
TI  - A made-up study in Zotero's manner
AU  - Doe, Jane
T2  - Journal of tests
AB  - One paragraph of
text goes on here.
DA  - 2020/05/01/
PY  - 2020
DO  - https://doi.org/10.1000/zotero.1
J2  - J Test
LA  - en
UR  - https://pubmed.ncbi.nlm.nih.gov/90000022/
Y2  - 2024/01/01/10:00:00
N1  - <p>PMID: 90000022</p>
ER  -

"""
EMBASE = """\
TY  - JOUR
ID  - L2001234567
T1  - A made-up study in Embase's manner
A1  - Doe J.
A1  - Roe R.
Y1  - 2018//
N2  - Background: Little is known. Methods: We asked. Conclusion: Ask more.
JF  - Journal of tests
JA  - J. Test
LA  - English
M3  - Article
DO  - 10.1000/(embase)1
C5  - 90000023
U2  - L2001234567
DB  - Embase
UR  - https://www.embase.com/search/results?subaction=viewrecord&id=L2001234567
KW  - adult
KW  - coughing
ER  -
"""
COVIDENCE = """\
TY  - JOUR
ID  - 4711
T1  - A made-up study in Covidence's manner
A1  - Doe, Jane
Y1  - 2017
T2  - Journal of tests
VL  - 3
SP  - 1
DO  - 10.1000/covidence.1
AN  - 90000024
AB  - An abstract in one run.
N1  - Included at full text
ER  -
"""


def test_endnote_dialect(reading: Reading) -> None:
    (record,) = reading(ENDNOTE, "a.ris")
    assert (record.id, record.doi, record.year) == ("pmid:90000021", "10.1000/endnote.1", 2019)
    assert record.authors == ["Doe JM", "Roe R"]
    assert record.sections == [("BACKGROUND", "Text one."), ("RESULTS", "Nine of 40.")]
    assert (record.journal, record.language, record.mesh) == ("Journal of tests", "eng", ["Humans", "Cough"])
    assert (record.publication_types, record.source) == (["Journal Article"], "ris")


def test_zotero_dialect(reading: Reading) -> None:
    (record,) = reading(ZOTERO, "a.ris")
    assert (record.id, record.doi, record.language) == ("pmid:90000022", "10.1000/zotero.1", "eng")
    assert record.sections == [("", "One paragraph of text goes on here.")]


def test_embase_dialect(reading: Reading) -> None:
    (record,) = reading(EMBASE, "a.ris")
    assert (record.id, record.doi) == ("pmid:90000023", "10.1000/(embase)1")
    assert (record.authors, record.year, record.language) == (["Doe J.", "Roe R."], 2018, "eng")
    assert [label for label, _ in record.sections] == ["Background", "Methods", "Conclusion"]
    assert record.publication_types == ["Article"]


def test_covidence_dialect_and_no_pmid_guessed_from_a_bare_number(reading: Reading) -> None:
    (record,) = reading(COVIDENCE, "a.ris")
    assert (record.id, record.pmid) == ("doi:10.1000/covidence.1", None)
    assert record.title == "A made-up study in Covidence's manner"


def test_reference_without_pmid_and_doi_is_known_by_title_and_year(reading: Reading) -> None:
    first, second = reading(
        "TY  - JOUR\nTI  - A made-up: title\nPY  - 2001\nER  -\n"
        "TY  - JOUR\nT1  - A Made Up Title.\nY1  - 2001/02\nER  -\n",
        "a.ris",
    )
    assert first.id == second.id and first.id.startswith("cite:")


def test_all_dialects_in_one_file_with_every_line_end(reading: Reading) -> None:
    text = ENDNOTE + ZOTERO + EMBASE + COVIDENCE
    for end in ("\n", "\r\n", "\r"):
        assert [type(item) for item in reading(text.replace("\n", end), "a.ris")] == [Record] * 4


def test_bad_reference_is_reported_and_the_rest_read(reading: Reading) -> None:
    items = reading(ENDNOTE + "TY  - JOUR\nAU  - Doe, J\nER  -\n" + "TY  - JOUR\nTI  - No end\n" + ZOTERO, "a.ris")
    assert [isinstance(item, Record) for item in items] == [True, False, True, True]
    assert "a.ris: record 2, line 18: neither a title" in str(items[1])


def test_windows_encoding_is_read(reading: Reading) -> None:
    (record,) = reading("TY  - JOUR\nTI  - Müller’s test\nER  -\n".encode("cp1252"), "a.ris")
    assert record.title == "Müller’s test"
    (record,) = reading("TY  - JOUR\nTI  - Müller’s test\nER  -\n".encode("utf-16"), "a.ris")
    assert record.title == "Müller’s test"


def test_markup_of_reference_managers_is_taken_out(reading: Reading) -> None:
    text = "<jats:p>In <i>all</i>, 5 x 10<sup>9</sup>/L &amp; p < 0.05, FEV<sub>1</sub> > 80%.</jats:p>"
    (record,) = reading(f"TY  - JOUR\nTI  - <b>T</b>\nAB  - {text}\nER  -\n", "a.ris")
    assert (record.title, record.sections) == ("T", [("", "In all, 5 x 10^9/L & p < 0.05, FEV1 > 80%.")])


# JSON lines


def test_json_lines_as_extract_reads_them(reading: Reading) -> None:
    rows = [
        {"pmid": "90000031", "title": "T", "sections": [{"label": "RESULTS", "text": "A  b"}], "year": "1996"},
        {"pmid": 90000032, "text": "One text."},
        {"pmcid": "PMC1", "title": "T", "sections": [{"label": None, "text": "x"}]},
        {"id": "restated:doe2001", "title": "T", "sections": [], "source": "restatement"},
        {"id": "x", "title": "Only a title"},
        {"pmid": "PMC2", "title": "T", "sections": [{"label": "A", "text": "b"}], "text": "T\nb"},
        {"id": "y", "title": "T", "sections": [{"label": "A", "text": "b"}], "text": "T.  b"},
    ]
    items = reading("\n\n".join(json.dumps(row) for row in rows), "a.jsonl")
    assert [item.id for item in items] == [
        "pmid:90000031",
        "pmid:90000032",
        "pmcid:PMC1",
        "restated:doe2001",
        "x",
        "pmcid:PMC2",
        "y",
    ]
    assert [item.text for item in items] == ["T\nA  b", "One text.", "T\nx", "T", "Only a title", "T\nb", "T.  b"]
    assert items[5].given_text is None
    assert (items[0].year, items[0].source, items[3].source) == (1996, "jsonl", "restatement")


def test_every_development_record_is_read_with_the_text_its_offsets_count_into(shared: Path) -> None:
    files = [
        *sorted((shared / "pubmed").glob("*.jsonl")),
        *sorted((shared / "gold" / "findings").glob("*.records.jsonl")),
    ]
    assert len(files) == 4
    for path in files:
        with path.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        records = list(read(path))
        assert len(records) == len(rows)
        for row, record in zip(rows, records, strict=True):
            assert isinstance(record, Record)
            assert record.text == row.get("text", record.text)


def test_records_written_and_read_back_are_the_same(reading: Reading) -> None:
    whole = [*reading(NBIB, "a.nbib"), *reading(ENDNOTE, "a.ris")]
    lines = "\n".join(json.dumps(record.to_dict()) for record in whole)
    assert reading(lines, "a.jsonl") == whole


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{broken", "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ('{"title": "no id"}', "no key pmid, pmcid or id"),
        ('{"pmid": 1.5, "title": "x"}', "expected a string or a number"),
        ('{"id": "a"}', "no key title with sections, and no key text"),
        ('{"id": "a", "title": 5}', "key title: expected a string"),
        ('{"id": "a", "title": "x", "sections": "y"}', "key sections: expected a list"),
        ('{"id": "a", "title": "x", "sections": [{"text": 5}]}', "key sections: expected a list"),
        ('{"id": "a", "text": ["x"]}', "key text: expected a string"),
        ('{"id": "a", "title": "x", "year": "soon"}', "key year: expected a year"),
        ('{"id": "a", "title": "x", "authors": "Doe"}', "key authors: expected a list of strings"),
        ('{"id": "a", "title": "x", "corrections": [{"pmid": "1"}]}', "key corrections"),
        ("[" * 100_000, "not JSON"),
        ('{"id": ' + "9" * 10_000 + "}", "not JSON"),
    ],
)
def test_bad_line_is_reported_with_its_key_and_the_rest_read(reading: Reading, line: str, said: str) -> None:
    good = '{"id": "good", "title": "x"}'
    items = reading(f"{good}\n{line}\n{good}\n", "a.jsonl")
    assert [isinstance(item, Record) for item in items] == [True, False, True]
    assert "a.jsonl: record 2, line 2: " in str(items[1]) and said in str(items[1])


def test_half_a_character_is_replaced_at_the_same_length(reading: Reading) -> None:
    (record,) = reading('{"id": "a", "text": "x \\ud800 y"}', "a.jsonl")
    assert record.text == "x \ufffd y"
    record.text.encode()


def test_empty_list_of_lines_is_no_fault(reading: Reading) -> None:
    assert reading("", "a.jsonl") == []


def test_overlong_line_costs_its_record_only(reading: Reading) -> None:
    items = reading(b'{"id": "a", "text": "' + b"x" * (17 * 2**20) + b'"}\n{"id": "b", "text": "y"}\n', "a.jsonl")
    assert isinstance(items[0], BadRecord) and "longer than 16 MB" in str(items[0])
    assert items[1].id == "b"


# Shared parts


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("BACKGROUND: a. METHODS: b. RESULTS: c.", ["BACKGROUND", "METHODS", "RESULTS"]),
        ("Aims: a. Patients and methods: b. Results: c.", ["Aims", "Patients and methods", "Results"]),
        ("RATIONALE & AIMS (2): a. MAIN RESULTS: b.", ["RATIONALE & AIMS (2)", "MAIN RESULTS"]),
        ("We saw this. RESULTS: nine of 40. CONCLUSIONS: none.", [""]),
        ("Background: one heading alone is no structure.", [""]),
        ("Groups: A and B. Doses: high and low.", [""]),
        ("", []),
    ],
)
def test_run_of_text_is_split_at_its_headings_only_where_it_has_them(text: str, labels: list[str]) -> None:
    sections = split_abstract(text)
    assert [label for label, _ in sections] == labels
    assert " ".join(f"{label}: {part}" if label else part for label, part in sections) == text


@pytest.mark.parametrize(
    ("last", "given", "name"),
    [
        ("Doe", "Jane Mary", "Doe JM"),
        ("Doe", "JM", "Doe JM"),
        ("Doe", "J. M.", "Doe JM"),
        ("Doe", "", "Doe"),
        ("Li", "Jo", "Li J"),
    ],
)
def test_names_are_written_as_pubmed_does(last: str, given: str, name: str) -> None:
    assert author(last, given) == name


def test_years_and_dois_are_found_in_what_surrounds_them() -> None:
    assert [year_in(text) for text in ("2013 Jan-Mar", "c1998.", "12013", "", None)] == [2013, 1998, None, None, None]
    assert doi_in("see https://doi.org/10.1000/ab(1)c. Next") == "10.1000/ab(1)c"
    assert doi_in("(10.1000/abc)") == "10.1000/abc"
    assert doi_in("10.5 mg") is None


# Any bytes

SEEDS = [NBIB, ENDNOTE + ZOTERO, EMBASE, '{"pmid": "1", "title": "T", "sections": [{"label": "A", "text": "b"}]}\n' * 3]
XML_SEED = (
    '<?xml version="1.0"?><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><DateRevised>'
    "<Year>2020</Year><Month>1</Month></DateRevised><Article><ArticleTitle>T <sup>2</sup></ArticleTitle><Abstract>"
    "<AbstractText Label='A'>x</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>"
    "<DeleteCitation><PMID>2</PMID></DeleteCitation>"
    "</PubmedArticleSet>"
)
TOKENS = [b"<", b">", b"&", b"\x00", b"\r", b"\n", b"\xff", b"TY  - ", b"ER  -", b"PMID- ", b"{", b'"', b"]]>"]
STARTS = [b"", b"<", b"TY  - ", b"PMID- ", b"{"]
SUFFIXES = ["xml", "xml.gz", "nbib", "ris", "jsonl", "txt"]


def mutated(seed: bytes, source: random.Random) -> bytes:
    """The bytes with a few cut out, doubled, moved or replaced."""
    data = bytearray(seed)
    for _ in range(source.randint(1, 8)):
        at = source.randrange(len(data) + 1)
        until = min(len(data), at + source.choice([1, 1, 2, 8, 60]))
        action = source.randrange(4)
        if action == 0:
            del data[at:until]
        elif action == 1:
            data[at:at] = data[at:until] * source.choice([1, 2, 30])
        elif action == 2:
            data[at:at] = source.choice(
                [b"<", b">", b"&", b"\x00", b"\r", b"\n", b"\xff", b"TY  - ", b"PMID- ", b"{", b'"', b"]]>"]
            )
        else:
            data[at:until] = source.randbytes(until - at)
    return bytes(data)


def sound(items: list[Record | BadRecord]) -> None:
    """What a reader may give: records that can be stored, and reports of one line."""
    for item in items:
        if isinstance(item, Record):
            json.dumps(item.to_dict(), ensure_ascii=False).encode()
            assert item.id
        else:
            assert isinstance(item, BadRecord) and "\n" not in str(item)


def test_mutated_files_end_in_records_and_reports(tmp_path: Path) -> None:
    source = random.Random(20240131)
    seeds = [text.encode() for text in [*SEEDS, XML_SEED]]
    seeds += [gzip.compress(XML_SEED.encode()), XML_SEED.encode("utf-16")]
    path = {suffix: tmp_path / f"a.{suffix}" for suffix in SUFFIXES}
    begun = time.monotonic()
    for round_number in range(1500):
        file = path[SUFFIXES[round_number % len(SUFFIXES)]]
        file.write_bytes(mutated(source.choice(seeds), source))
        sound(list(read(file)))
    assert time.monotonic() - begun < 60


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=2000),
    suffix=st.sampled_from(SUFFIXES),
    start=st.sampled_from(STARTS),
)
def test_any_bytes_end_in_records_and_reports(tmp_path: Path, data: bytes, suffix: str, start: bytes) -> None:
    path = tmp_path / f"any.{suffix}"
    path.write_bytes(start + data)
    sound(list(read(path)))
