"""The report: everything on one page, nothing from elsewhere, each figure with its sentence, the same every time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html
from lxml.html import HtmlElement
from openpyxl import load_workbook

from reports.claim import Claim
from reports.context import RunInfo
from reports.page import build_page
from reports.report import escape_markdown, render_html, render_markdown, write_report
from reports.result import CAUTION, ClaimResult, Estimate, StudyFigure
from reports.wording import fixed
from tests.reports.report_sample import context, findings, records, relapse

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def source() -> str:
    return render_html(build_page(context()))


@pytest.fixture(scope="module")
def page(source: str) -> HtmlElement:
    return html.fromstring(source)


def text_of(element: HtmlElement) -> str:
    """All its words, those of each element apart."""
    return " ".join(" ".join(element.itertext()).split())


def by_id(page: HtmlElement, name: str) -> HtmlElement:
    (found,) = page.xpath("//*[@id=$name]", name=name)
    return found


# --- the files


def test_every_form_is_written(tmp_path: Path) -> None:
    written = write_report(tmp_path, context())
    assert set(written) == {"html", "markdown", "claims", "studies", "metafor", "excel", "json"}
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in written.values())


def test_the_same_context_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from reports.report import write_report;"
        "from tests.reports.report_sample import context; write_report(Path(sys.argv[1]), context())"
    )
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-c", script, str(tmp_path / "b")]
    subprocess.run(command, cwd=root, env=environment, check=True, timeout=60)
    for form, path in write_report(tmp_path / "a", context()).items():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), form


def test_a_report_that_cannot_be_written_leaves_the_old_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = write_report(tmp_path, context())
    before = written["html"].read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_report(tmp_path, context(results=[]))
    assert written["html"].read_bytes() == before
    assert not list(tmp_path.glob(".*"))


# --- one file, safe


def test_the_page_loads_nothing_from_elsewhere(source: str, page: HtmlElement) -> None:
    assert not page.xpath("//script | //link | //img | //iframe | //object | //*[@src]")
    style = page.xpath("string(//style)")
    assert "@import" not in style and "url(" not in style
    assert "default-src 'none'" in source


@pytest.mark.parametrize("field", ["title", "journal"])
def test_a_hostile_record_does_not_execute(field: str) -> None:
    page = html.fromstring(render_html(build_page(context(records=records(r101={field: HOSTILE, "authors": []})))))
    assert not page.xpath("//script | //img | //*[@onerror]")
    assert "alert(1)" in page.text_content()


def test_a_hostile_sentence_or_claim_does_not_execute() -> None:
    one = relapse()
    one.studies[0].sentence, one.reason, one.claim.condition = HOSTILE, HOSTILE, HOSTILE
    one.claim.id, one.studies[0].group = 'x"><script>', HOSTILE
    page = html.fromstring(render_html(build_page(context(results=[one]))))
    assert not page.xpath("//script | //img | //*[@onerror]")


def test_an_identifier_that_is_none_makes_no_link() -> None:
    changed = records(r101={"pmid": "1 onclick=x", "doi": "javascript:alert(1)"})
    page = html.fromstring(render_html(build_page(context(records=changed))))
    assert all(re.match(r"#|https://(pubmed|doi)\.", a) for a in page.xpath("//a/@href"))


def test_hostile_text_is_harmless_in_markdown() -> None:
    text = render_markdown(build_page(context(records=records(r101={"title": "<script>x</script> | a [b](c)"}))))
    assert "<script" not in text
    assert r"\| a \[b\](c)" in text
    assert escape_markdown("a\n# b") == r"a \# b"


# --- at a glance


def test_the_page_counts_its_verdicts(page: HtmlElement) -> None:
    tiles = page.xpath("//li[starts-with(@class,'tile')]")
    counts = {t.xpath("string(.//*[@class='word'])").strip(): t.xpath("string(b)") for t in tiles}
    assert counts == {"differs": "1", "agrees": "1", "undecided": "1", "thin": "0", "silent": "2", "not judged": "0"}


def test_a_row_of_the_table_of_claims_says_stated_recomputed_studies_patients_and_verdict(page: HtmlElement) -> None:
    row = text_of(page.xpath("//table[contains(@class,'claims')]//tr[@data-verdict='undecided']")[0])
    assert re.search(r"Relapse Within a year < 25% 3\d\.\d% \[\d+\.\d–\d+\.\d\] 3 of 4 115 undecided", row)


def test_a_verdict_is_a_word_and_a_shape_not_colour_alone(page: HtmlElement) -> None:
    for chip in page.xpath("//span[starts-with(@class,'verdict')]"):
        assert chip.text_content().strip()
        assert chip.xpath("./svg/use/@href")


def test_what_changed_since_the_last_run_is_said(page: HtmlElement) -> None:
    assert "Relapse : thin → undecided; one study more" in text_of(by_id(page, "main"))


def test_statements_of_documents_that_contradict_each_other_stand_together(page: HtmlElement) -> None:
    section = text_of(by_id(page, "documents").getparent())
    assert "A review < 25%" in section and "A leaflet 60%" in section


# --- a claim


def test_every_claim_but_the_causes_has_a_section_with_the_fixed_caution(page: HtmlElement) -> None:
    articles = page.xpath("//article")
    assert [a.get("id") for a in articles] == ["claim-fever-age", "claim-fever-relapse", "claim-other-relapse"]
    assert all(CAUTION in text_of(a) for a in articles)


def test_each_number_stands_marked_in_its_sentence(page: HtmlElement) -> None:
    cells = by_id(page, "claim-fever-relapse").xpath(".//td[@class='quote']//span[@class='quote']")
    assert text_of(cells[0]) == "“The fever came back in 12 of 40 people within a year.”"
    assert cells[0].xpath("string(mark)") == "12 of 40"
    assert all(cell.xpath("./mark") for cell in cells)


def test_a_plot_is_drawn_for_a_wide_page_and_for_a_phone(page: HtmlElement) -> None:
    plots = by_id(page, "claim-fever-relapse").xpath("./figure//svg")
    assert len(plots) == 2
    assert plots[0].get("aria-label").startswith("Forest plot of relapse: 3 studies; figures 20.0–40.0%; estimate")


def test_methods_reproduction_set_aside_and_other_analyses_are_shown(page: HtmlElement) -> None:
    text = text_of(by_id(page, "claim-fever-relapse"))
    for expected in ("Crude sum", "crude sum of two studies", "The paper was retracted", "Treated patients thin",
                     "Without Olmo 2001", "may share patients", "prediction interval ["):  # fmt: skip
        assert expected in text


def test_a_claim_on_which_the_abstracts_are_silent_says_how_many_were_looked_at(page: HtmlElement) -> None:
    assert "Studies looked at: 4" in text_of(by_id(page, "claim-fever-age"))


def test_smallest_and_largest_are_shown_as_a_span_and_not_as_an_interval() -> None:
    claim = Claim("review.txt", "age", "age", stat="range", low=17, high=95, unit="years", kind="age")
    oldest = StudyFigure("pmid:101", "", "age", "all", "range", low=20, high=81, unit="years")
    result = ClaimResult(claim, "thin", "one study", Estimate("extremes", None, 20, 81, k=1), [oldest], k=1, K=4)
    page = html.fromstring(render_html(build_page(context(results=[result]))))
    assert "The abstracts give 20–81 years 1 of 4 studies reports it" in text_of(by_id(page, "claim-age"))


def test_a_figure_put_together_from_parts_shows_the_sentence_of_each() -> None:
    one = relapse()
    whole = one.studies[0]
    whole.parts = [relapse().studies[0], relapse().studies[1]]
    page = html.fromstring(render_html(build_page(context(results=[one]))))
    row = page.xpath("//article//td[@class='quote']")[0]
    assert len(row.xpath(".//mark")) == 2


# --- restatements, retractions, publishing


def test_a_restatement_is_marked_wherever_it_is_quoted_and_the_banner_says_what_that_means(page: HtmlElement) -> None:
    quoted = [q for q in page.xpath("//span[@class='quote']") if "fell ill a second time" in q.text_content()]
    assert quoted
    for q in quoted:
        assert q.getnext().get("class") == "restated"
        assert "“" not in q.text_content()
    assert "no evidence of accuracy" in text_of(page.xpath("//header")[0])


def test_without_restatements_there_is_no_mark_and_no_banner() -> None:
    live = context(records=records(r001={"source": "pubmed", "id": "restated:olmo2001"}))
    source = render_html(build_page(live))
    assert 'class="restated"' not in source
    assert "Restatements." not in source


def test_a_retracted_paper_is_marked(page: HtmlElement) -> None:
    assert "Quill 2009 retracted" in text_of(by_id(page, "sources").getparent())
    assert "Retracted, and set aside: Quill 2009" in text_of(page)


def test_an_edition_for_publishing_leaves_the_papers_sentences_out_and_keeps_the_figures(tmp_path: Path) -> None:
    written = write_report(tmp_path, context(), for_publishing=True)
    sheets = load_workbook(written["excel"])
    cells = " ".join(str(c.value) for sheet in sheets for row in sheet.iter_rows() for c in row)
    forms = ("html", "markdown", "claims", "studies", "metafor", "json")
    texts = [written[form].read_text(encoding="utf-8") for form in forms]
    for text in [*texts, cells]:
        assert "The fever came back" not in text
    assert "12/40" in texts[0] and "fell ill a second time" in texts[0]


def test_pubmed_is_named_where_its_data_are_used_and_only_there(page: HtmlElement) -> None:
    words = fixed("attribution")
    assert words in text_of(page)
    bundled = records(**{k: {"source": "restatement"} for k in ("r101", "r102", "r104")})
    assert words not in render_html(build_page(context(records=bundled, searches=[])))


# --- causes, evidence, records, methods


def test_causes_are_one_table_and_those_that_no_document_names_another(page: HtmlElement) -> None:
    section = text_of(by_id(page, "causes").getparent())
    assert "Salt water 1 2" in section
    assert "Moonlight" in section
    assert "Delta mud 1 0 Abel 1999" in section


def test_the_evidence_table_shows_a_dash_where_a_study_gives_nothing() -> None:
    one, two = relapse(), relapse()
    two.claim.id, two.studies = "second", two.studies[:1]
    page = html.fromstring(render_html(build_page(context(results=[one, two]))))
    rows = [text_of(row) for row in page.xpath("//table[@class='evidence']/tbody/tr")]
    assert rows == ["Abel 1999 12/40 12/40", "Olmo 2001 restated 5/25 –", "van der Veld 2004 20/50 –"]


def test_the_flow_of_records_and_the_prisma_s_items_are_given(page: HtmlElement) -> None:
    flow = text_of(by_id(page, "flow").getparent())
    assert "PubMed: 12 000" in flow.replace("\u202f", " ") and "duplicates: 3" in flow
    items = [dt.text_content() for dt in page.xpath("//dl[@class='prismas']/dt")]
    assert [int(re.findall(r"\d+", item)[0]) for item in items] == [1, 8, 9, 12, 13, 15, 16]
    assert '"marsh fever"[tiab]' in text_of(by_id(page, "search").getparent())


def test_methods_limits_and_versions_are_in_words(page: HtmlElement) -> None:
    text = text_of(by_id(page, "methods").getparent())
    assert "engine 0.1.0" in text and "Only titles and abstracts were read" in text


# --- for every reader


def test_every_link_of_the_page_leads_somewhere_and_no_id_is_given_twice(page: HtmlElement) -> None:
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {a[1:] for a in page.xpath("//a/@href") if a.startswith("#")} <= set(ids)


def test_tables_have_captions_and_scopes_and_landmarks_are_there(page: HtmlElement) -> None:
    assert page.get("lang") == "en"
    assert all(len(page.xpath(f"//{mark}")) >= 1 for mark in ("main", "header", "footer", "nav"))
    assert all(table.xpath("./caption") for table in page.xpath("//table"))
    assert all(th.get("scope") for th in page.xpath("//th"))
    assert all(svg.get("role") == "img" or svg.get("aria-hidden") == "true" for svg in page.xpath("//svg"))


def test_a_table_that_a_phone_shows_as_cards_keeps_its_roles(page: HtmlElement) -> None:
    for table in page.xpath("//table[contains(@class,'cards')]"):
        assert table.get("role") == "table"
        assert all(row.get("role") == "row" for row in table.xpath(".//tr"))
        assert all(cell.get("role") == "cell" for cell in table.xpath(".//td"))
        assert {th.get("role") for th in table.xpath(".//th")} <= {"columnheader", "rowheader"}


def test_headings_go_down_one_level_at_a_time(page: HtmlElement) -> None:
    levels = [int(h.tag[1]) for h in page.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_markdown_has_the_same_claims_verdicts_and_sentences() -> None:
    text = render_markdown(build_page(context()))
    for expected in ("### Relapse: undecided", "The fever came back in **12 of 40** people", CAUTION, "3 of 4",
                     "*(restated)*", "Item 8."):  # fmt: skip
        assert expected in text


def test_every_markdown_table_stands_apart_and_has_as_many_cells_in_each_row() -> None:
    blocks = re.findall(r"(?:^\|.*\n)+", render_markdown(build_page(context())), flags=re.M)
    assert len(blocks) > 5
    for block in blocks:
        lines = block.splitlines()
        assert re.fullmatch(r"\|[-:|]+\|", lines[1])
        assert sum(bool(re.fullmatch(r"\|[-:|]+\|", line)) for line in lines) == 1
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1, block


def test_a_report_without_claims_records_or_time_can_be_written() -> None:
    nothing = {"results": [], "records": records().iloc[:0], "findings": findings().iloc[:0]}
    empty = context(**nothing, run=RunInfo("1", "not a time"))
    assert "Of 0 stated figures" in render_html(build_page(empty))
