"""PubMed through a real HTTP server: complete answers, every kind of misbehaviour, nothing lost in silence."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.entrez import (
    Entrez,
    EntrezError,
    EntrezIncomplete,
    EntrezRefused,
    EntrezSettings,
    EntrezUnavailable,
    FetchReport,
)
from pipeline.eutils import Eutils, _look_for_errors
from pipeline.eutils_answers import read_page
from pipeline.ratelimit import RateLimiter
from tests.eutils.articles import Article, made_up, real
from tests.eutils.server import EutilsServer


@pytest.fixture
def server() -> Iterator[EutilsServer]:
    with EutilsServer(made_up(450)) as running:
        yield running


def client(base_url: str, tmp_path: Path, **settings: Any) -> Entrez:
    """A client without NCBI's pace and with short pauses, else as in use."""
    given: dict[str, Any] = {
        "email": "test@example.org", "api_key": None, "timeout": 1.0, "first_pause": 0.001, "longest_pause": 0.01,
    } | settings  # fmt: skip
    return Entrez(EntrezSettings(base_url=base_url, **given), RateLimiter(5000.0, tmp_path / "rate"))


def test_search_gives_every_id_once_and_what_prisma_s_asks(server: EutilsServer, tmp_path: Path) -> None:
    result = client(server.base_url, tmp_path).search("invented  text")
    assert (result.count, len(set(result.ids)), result.parts) == (450, 450, 1)
    assert result.query == result.sent == "invented text"
    assert result.translation == "invented text"
    assert result.when.startswith("20") and result.when.endswith("+00:00")
    assert result.to_dict()["database"] == "PubMed"


def test_every_request_carries_tool_and_email(server: EutilsServer, tmp_path: Path) -> None:
    entrez = client(server.base_url, tmp_path)
    list(entrez.fetch(entrez.search("invented").ids))
    entrez.info()
    assert {request.utility for request in server.requests} == {"esearch", "epost", "efetch", "einfo"}
    for request in server.requests:
        assert (request.parameters["tool"], request.parameters["email"]) == ("retally", "test@example.org")
        assert "api_key" not in request.parameters


def test_window_by_create_date_includes_both_ends(server: EutilsServer, tmp_path: Path) -> None:
    result = client(server.base_url, tmp_path).search("invented", "2001-02-01", date(2001, 2, 10))
    assert result.count == 10
    assert result.sent == "(invented) AND 2001/02/01:2001/02/10[crdt]"
    assert (result.datetype, result.mindate, result.maxdate) == ("crdt", "2001-02-01", "2001-02-10")


def test_window_by_modification_date_finds_what_changed(server: EutilsServer, tmp_path: Path) -> None:
    server.articles["900000005"].modified = date(2024, 5, 2)
    result = client(server.base_url, tmp_path).search("invented", mindate="2024-05-01", datetype="mdat")
    assert result.ids == ["900000005"]


def test_nothing_found_is_an_empty_result_with_pubmeds_warning(server: EutilsServer, tmp_path: Path) -> None:
    result = client(server.base_url, tmp_path).search("zzyzzx")
    assert (result.count, result.ids) == (0, [])
    assert result.warnings == ["PhraseNotFound: zzyzzx", "OutputMessage: No items found."]


@pytest.mark.parametrize("count", [9_999, 10_000, 25_000])
def test_search_beyond_the_reach_of_esearch_is_split_by_date(tmp_path: Path, count: int) -> None:
    with EutilsServer(made_up(count, days=0.3)) as server:
        result = client(server.base_url, tmp_path).search("all[sb]")
    assert (result.count, len(result.ids), len(set(result.ids))) == (count, count, count)
    assert (result.parts > 1) == (count > 9_999)


def test_too_many_records_of_one_day_are_refused_not_cut_off(tmp_path: Path) -> None:
    with EutilsServer(made_up(50, days=0.0), reach=9_999) as server:
        server.articles |= {a.pmid: a for a in made_up(10_050, days=0.0)}
        with pytest.raises(EntrezRefused, match="narrow the query"):
            client(server.base_url, tmp_path).search("all[sb]")


def test_date_field_that_pubmed_does_not_know_is_refused(tmp_path: Path, server: EutilsServer) -> None:
    with pytest.raises(EntrezRefused, match="date type"):
        client(server.base_url, tmp_path).search("invented", "2001-01-01", datetype="dcom")


def test_fetch_gives_every_record_asked_for(server: EutilsServer, tmp_path: Path) -> None:
    report, steps = FetchReport(), []
    ids = list(server.articles)
    records = list(
        client(server.base_url, tmp_path).fetch(ids, report, progress=lambda done, whole: steps.append((done, whole)))
    )
    assert {record.pmid for record in records} == set(ids)
    assert (report.asked, report.received, report.gone, report.bad) == (450, 450, [], [])
    assert steps[-1] == (450, 450)
    assert records[0].sections[0][0] == "RESULTS"
    assert len(server.asked("epost")) == 1 and len(server.asked("efetch")) == 3


def test_batches_of_200_ids_and_more_are_posted(server: EutilsServer, tmp_path: Path) -> None:
    list(client(server.base_url, tmp_path).fetch(list(server.articles)[:200]))
    assert [request.method for request in server.asked("efetch")] == ["POST"]


def test_an_id_asked_for_twice_comes_once(server: EutilsServer, tmp_path: Path) -> None:
    assert len(list(client(server.base_url, tmp_path).fetch(["900000001", "900000001 "]))) == 1


def test_newest_version_of_a_record_is_taken(tmp_path: Path) -> None:
    old = Article("900000001", "Made-up first version: no real paper")
    new = Article("900000001", "Made-up second version: no real paper", version=2)
    both = Article("900000001", "", xml=new.to_xml() + old.to_xml())
    with EutilsServer([both]) as server:
        (record,) = client(server.base_url, tmp_path).fetch(["900000001"])
    assert "second" in record.title


@pytest.mark.parametrize("count", [3, 450])
def test_deleted_pmid_is_reported_and_the_rest_comes(server: EutilsServer, tmp_path: Path, count: int) -> None:
    ids = list(server.articles)[:count]
    server.delete(ids[1])
    report = FetchReport()
    records = list(client(server.base_url, tmp_path).fetch(ids, report))
    assert len(records) == count - 1
    assert report.gone == [ids[1]]


def test_all_ids_deleted_is_a_report_not_an_error(server: EutilsServer, tmp_path: Path) -> None:
    report = FetchReport()
    assert list(client(server.base_url, tmp_path).fetch(["999999991", "999999992"], report)) == []
    assert report.gone == ["999999991", "999999992"]


def test_record_left_out_of_one_answer_is_asked_for_again(server: EutilsServer, tmp_path: Path) -> None:
    server.fail("efetch", "one missing")
    report = FetchReport()
    assert len(list(client(server.base_url, tmp_path).fetch(list(server.articles), report))) == 450
    assert report.gone == []


def test_record_that_pubmed_has_but_never_gives_is_an_error(server: EutilsServer, tmp_path: Path) -> None:
    server.fail("efetch", "one missing", times=99)
    records = client(server.base_url, tmp_path).fetch(list(server.articles)[:3])
    with pytest.raises(EntrezIncomplete, match="PMID 900000003 but did not give"):
        list(records)


def test_damaged_record_is_reported_and_asked_for_again(server: EutilsServer, tmp_path: Path) -> None:
    server.fail("efetch", "one damaged")
    report = FetchReport()
    assert len(list(client(server.base_url, tmp_path).fetch(list(server.articles)[:10], report))) == 10
    assert "PMID 900000001: not well-formed XML" in str(report.bad[0])


def test_lost_history_is_made_good_by_number(server: EutilsServer, tmp_path: Path) -> None:
    server.fail("efetch", "history lost")
    assert len(list(client(server.base_url, tmp_path).fetch(list(server.articles)))) == 450


TRANSIENT = ["400", "429", "500", "502", "timeout", "html", "error", "empty", "truncated", "cut", "dripping"]


@pytest.mark.parametrize("fault", TRANSIENT)
@pytest.mark.parametrize("utility", ["esearch", "epost", "efetch"])
def test_passing_fault_changes_nothing(server: EutilsServer, tmp_path: Path, utility: str, fault: str) -> None:
    server.fail(utility, fault, times=2)
    entrez = client(server.base_url, tmp_path, timeout=0.15, deadline=0.15)
    result = entrez.search("invented")
    assert result.count == 450
    assert {record.pmid for record in entrez.fetch(result.ids)} == set(server.articles)


@pytest.mark.parametrize("fault", [*TRANSIENT, "wrong count"])
def test_lasting_fault_of_a_search_is_an_error_never_an_empty_result(
    server: EutilsServer, tmp_path: Path, fault: str
) -> None:
    server.fail("esearch", fault, times=99)
    with pytest.raises(EntrezError, match=r"^PubMed esearch: .*run again later$"):
        client(server.base_url, tmp_path, timeout=0.15, deadline=0.15, tries=3).search("invented")
    assert len(server.requests) == 3


@pytest.mark.parametrize("fault", [*TRANSIENT, "between records"])
def test_lasting_fault_of_a_fetch_is_an_error_never_fewer_records(
    server: EutilsServer, tmp_path: Path, fault: str
) -> None:
    server.fail("efetch", fault, times=99)
    with pytest.raises(EntrezUnavailable, match=r"PubMed efetch: .*nothing was taken"):
        list(client(server.base_url, tmp_path, timeout=0.15, deadline=0.15, tries=3).fetch(list(server.articles)[:5]))


def test_answer_cut_between_two_records_is_asked_for_again(server: EutilsServer, tmp_path: Path) -> None:
    server.fail("efetch", "between records")
    assert len(list(client(server.base_url, tmp_path).fetch(list(server.articles)[:50]))) == 50


def test_count_that_changes_during_a_search_is_searched_again(server: EutilsServer, tmp_path: Path) -> None:
    server.fail("esearch", "wrong count")
    assert client(server.base_url, tmp_path).search("invented").count == 450


def test_wrong_key_is_refused_at_once_and_never_shown(server: EutilsServer, tmp_path: Path) -> None:
    server.fail("esearch", "json error", times=9)
    entrez = client(server.base_url, tmp_path, api_key="secret0123456789")
    with pytest.raises(EntrezRefused, match="check NCBI_API_KEY") as refused:
        entrez.search("invented")
    assert len(server.requests) == 1
    assert server.requests[0].parameters["api_key"] == "secret0123456789"
    assert "secret0123456789" not in f"{refused.value}{refused.value.__cause__}{entrez.settings}"


def test_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "fromenvironment")
    assert EntrezSettings(email="a@example.org").api_key == "fromenvironment"


def test_no_server_is_one_clear_error(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(EntrezUnavailable, match=r"no connection|connection was cut"):
            client(url, tmp_path, tries=2).search("invented")


@pytest.mark.parametrize(
    "settings", [{"email": ""}, {"email": "nobody"}, {"base_url": "file:///etc/passwd"}, {"base_url": "eutils"}]
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(EntrezRefused):
        Entrez(EntrezSettings(**{"email": "a@example.org", **settings}))


@pytest.mark.parametrize("bad", ["", "12a", "-1", "1,2", "0", "PMC123"])
def test_what_is_no_pmid_is_refused_before_anything_is_sent(server: EutilsServer, tmp_path: Path, bad: str) -> None:
    with pytest.raises(EntrezRefused, match="is not a PMID"):
        list(client(server.base_url, tmp_path).fetch(["1", bad]))
    assert server.requests == []


def test_empty_query_and_dates_turned_round_are_refused(server: EutilsServer, tmp_path: Path) -> None:
    entrez = client(server.base_url, tmp_path)
    with pytest.raises(EntrezRefused, match="no query"):
        entrez.search("  ")
    with pytest.raises(EntrezRefused, match="exchange the dates"):
        entrez.search("invented", "2024-01-02", "2024-01-01")
    with pytest.raises(EntrezRefused, match="2024-01-31"):
        entrez.search("invented", "last week")


def test_pauses_grow_and_a_retry_after_is_kept(server: EutilsServer, tmp_path: Path) -> None:
    pauses: list[float] = []
    settings = EntrezSettings(email="a@example.org", base_url=server.base_url, tries=5, first_pause=1, longest_pause=60)
    eutils = Eutils(settings, RateLimiter(5000, tmp_path / "rate"), sleep=pauses.append)
    server.fail("esearch", "500", times=4)
    Entrez(settings, eutils=eutils).search("invented")
    assert len(pauses) == 4
    assert all(2**n / 2 <= pause <= 2**n for n, pause in enumerate(pauses))
    server.fail("esearch", "429")
    Entrez(settings, eutils=eutils).search("invented")
    assert pauses[-1] == 2.0


def test_pace_follows_the_key_and_the_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def pace(**given: Any) -> float:
        return 1.1 / Eutils(EntrezSettings(email="a@example.org", **given)).limiter.interval

    assert pace(api_key=None) == pytest.approx(3)
    assert pace(api_key="k") == pytest.approx(10)
    assert pace(api_key="k", rate=1) == pytest.approx(1)
    assert pace(api_key="k", rate=50) == pytest.approx(10)
    assert pace(api_key=None, rate=50, base_url="http://127.0.0.1:1/") == pytest.approx(50)


def test_two_clients_with_two_servers_do_not_mix(tmp_path: Path) -> None:
    with EutilsServer(made_up(3)) as one, EutilsServer(made_up(5)) as two:
        counts: dict[int, list[int]] = {3: [], 5: []}

        def ask(server: EutilsServer, expected: int) -> None:
            counts[expected] += [client(server.base_url, tmp_path).search("invented").count for _ in range(10)]

        threads = [threading.Thread(target=ask, args=(one, 3)), threading.Thread(target=ask, args=(two, 5))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (set(counts[3]), set(counts[5])) == ({3}, {5})


def test_clock_set_back_does_not_hang_a_request(server: EutilsServer, tmp_path: Path) -> None:
    from Bio import Entrez as bio_entrez

    bio: Any = bio_entrez
    bio._open.previous = time.time() + 3600
    begun = time.monotonic()
    client(server.base_url, tmp_path).search("invented")
    assert time.monotonic() - begun < 2


def test_info_gives_pubmeds_version(server: EutilsServer, tmp_path: Path) -> None:
    info = client(server.base_url, tmp_path).info()
    assert (info.name, info.version, info.count) == ("pubmed", "Build-test", 450)


def test_all_real_records_come_through(shared: Path, tmp_path: Path) -> None:
    articles = real(shared)
    with EutilsServer(articles) as server:
        entrez = client(server.base_url, tmp_path)
        result = entrez.search("all[sb]")
        records = {record.pmid: record for record in entrez.fetch(result.ids)}
    assert set(records) == {article.pmid for article in articles}
    for article in articles:
        if article.xml is None:
            given = [(label, " ".join(text.split())) for label, text in article.sections]
            assert records[article.pmid].sections == [section for section in given if section[1]]


@pytest.mark.parametrize(
    ("name", "count", "ids", "warnings"),
    [
        ("esearch1.xml", 63, 20, []),
        ("esearch3.xml", 2651, 6, []),
        ("esearch8.xml", 0, 0, ["PhraseNotFound: abcXYZ", "OutputMessage: No items found."]),
    ],
)
def test_real_esearch_answers_are_read(shared: Path, name: str, count: int, ids: int, warnings: list[str]) -> None:
    body = (shared / "pubmed" / "entrez_xml" / "biopython" / "Tests" / "Entrez" / name).read_bytes()
    page = read_page(body)
    assert (page.count, len(page.ids), page.warnings) == (count, ids, warnings)


def test_real_errors_of_status_200_are_refused(shared: Path) -> None:
    folder = shared / "pubmed" / "entrez_xml" / "biopython" / "Tests" / "Entrez"
    for name, said in (("epost2.xml", "Invalid db name"), ("epost3.xml", "Empty ID list")):
        with pytest.raises(EntrezRefused, match=said):
            _look_for_errors((folder / name).read_bytes(), "epost")
