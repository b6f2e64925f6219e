"""What the desk's pages show, and that a decision made on them is kept."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from pipeline.judgements import load
from pipeline.store import Store
from tests.pipeline.desk.conftest import Counted, OpenDesk
from tests.pipeline.desk.reviewed import finding, findings, on_finding, on_record

FIRST = "restated:spruce1"
RECORD = "record/restated%3Aspruce1"


def text(page: str) -> str:
    """What a reader sees of a page."""
    plain = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def kept(desk: OpenDesk) -> list[tuple[str, str, str]]:
    with Store(desk.store) as store:
        return [(one.person, one.subject, one.verdict) for one in load(store, "spruce")]


def relapse(desk: OpenDesk) -> dict[str, object]:
    with Store(desk.store) as store:
        return finding(store, FIRST, "outcome:relapse")


def form(found: dict[str, object], act: str, **more: object) -> dict[str, object]:
    return {"act": act, "record": FIRST, "finding": found["id"], "seen": 0, **more}


# Looking ---------------------------------------------------------------------------------------------------------


def test_the_claims_page_shows_stated_and_recomputed_figures_and_how_many_a_person_has_seen(desk: OpenDesk) -> None:
    seen = text(desk.get("").text)
    assert "Relapse" in seen and "50%" in seen
    assert re.search(r"A person has seen 0 of \d+ figures", seen)


def test_claims_are_filtered_by_verdict_and_found_by_words(desk: OpenDesk) -> None:
    assert "No claim fits" in text(desk.get("?q=nothing+like+it").text)
    found = text(desk.get("?q=relapse").text)
    assert "Relapse During" not in found and "Sex: male" not in found and "Relapse" in found
    assert "No claim fits" in text(desk.get("?verdict=silent").text)


def test_a_claim_shows_its_plot_its_studies_and_a_way_to_each_sentence(desk: OpenDesk) -> None:
    page = desk.get("claim/relapse").text
    assert "<svg" in page and "style=" not in page
    assert "Relapse occurred in" in text(page)
    link = re.search(r'href="([^"]*record/restated%3Aspruce1\?start=\d+)"', page)
    assert link is not None
    there = desk.get(html.unescape(link[1])).text
    assert "Accept" not in text(there)  # nobody is known: reading only
    assert 'aria-current="true"' in there and "claim/relapse" in there


def test_every_number_read_is_marked_in_the_abstract_where_it_stands(desk: OpenDesk) -> None:
    page = desk.get(RECORD).text
    with Store(desk.store) as store:
        wanted = {(one["start"], one["end"]) for one in findings(store, FIRST)}
        body = store.rows("SELECT body FROM records WHERE id = ?", [FIRST])
    assert body
    marked = re.findall(r'class="f [^"]*" data-at="(\d+)"[^>]*>([^<]*)</a>', page)
    assert {(int(at), int(at) + len(words)) for at, words in marked} == wanted


@pytest.mark.parametrize("path", ["queue", "screening", "agreement", "decisions", "export", ""])
def test_every_page_opens_for_a_reader_without_a_token(desk: OpenDesk, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 200
    assert "Reading only" in text(answer.text)
    assert 'action="/-/desk/spruce/judge"' not in answer.text


@pytest.mark.parametrize("path", ["claim/none", "record/none", "/-/desk/none", "/-/desk/none/queue"])
def test_what_is_not_there_is_said_with_the_way_back(desk: OpenDesk, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 404
    assert "There is no" in text(answer.text)


def test_the_tables_come_with_facets_sql_json_and_csv(desk: OpenDesk) -> None:
    assert desk.get("/s/findings.json?_shape=array&_size=1").json()[0]["measure"]
    assert desk.get("/s/records.csv").text.startswith("id,")
    assert desk.get("/s.json?sql=select+count(*)+as+n+from+records&_shape=array").json() == [{"n": 4}]
    assert "source" in desk.get("/s/records").text
    assert desk.get("/s/none").status_code == 404


# Deciding --------------------------------------------------------------------------------------------------------


def test_a_decision_is_kept_and_the_page_goes_on_to_the_next(desk: OpenDesk) -> None:
    found = relapse(desk)
    answer = desk.post("judge", "ann", form(found, "accept", back="/-/desk/spruce/queue", on="1"))
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/-/desk/spruce/queue?said=Accepted&after={found['id']}"
    assert kept(desk) == [("ann", "finding", "accept")]
    assert f"at={found['id']}" not in desk.get("queue", "ann").text


def test_a_correction_that_changes_nothing_is_an_acceptance(desk: OpenDesk) -> None:
    found = relapse(desk)
    desk.post("judge", "ann", form(found, "correct", measure=found["measure"], numerator=found["numerator"]))
    assert kept(desk) == [("ann", "finding", "accept")]


def test_a_field_that_is_emptied_is_corrected(desk: OpenDesk) -> None:
    found = relapse(desk)
    desk.post("judge", "ann", form(found, "correct", numerator="3", value=""))
    with Store(desk.store) as store:
        (made,) = load(store, "spruce")
    assert made.after is not None and (made.after["numerator"], made.after["value"]) == (3, None)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({"numerator": "99", "denominator": "41"}, "99 of 41 cannot be"),
        ({"denominator": "0"}, "nobody is at risk"),
        ({"numerator": "many"}, "is no number"),
        ({"measure": "Relapse!"}, "is no measure"),
        ({"stat": "guess"}, "is not known"),
        ({"value": "130", "stat": "percent"}, "cannot be a share"),
        ({"numerator": "3", "value": "48.8", "stat": "percent"}, "leave the value empty"),
        ({"low": "9", "high": "2"}, "runs backwards"),
        ({"numerator": "1.5"}, "no number of people"),
    ],
)
def test_a_field_that_cannot_be_is_told_with_what_it_must_hold_and_nothing_is_kept(
    desk: OpenDesk, field: dict[str, str], said: str
) -> None:
    answer = desk.post("judge", "ann", form(relapse(desk), "correct", **field))
    assert answer.status_code == 400
    assert said in text(answer.text)
    for name, value in field.items():
        assert f'name="{name}"' in answer.text and html.escape(value) in answer.text  # nothing is typed again
    assert kept(desk) == []


def test_a_missed_finding_is_added_at_its_place(desk: OpenDesk) -> None:
    form_ = {"act": "add", "record": FIRST, "words": "retrospectively 41", "measure": "participants", "value": "41",
             "stat": "count", "seen": 0}  # fmt: skip
    assert desk.post("judge", "ann", form_).status_code == 302
    with Store(desk.store) as store:
        (made,) = load(store, "spruce")
        body = store.rows("SELECT json_extract(body, '$.title') AS title FROM records WHERE id = ?", [FIRST])[0]
    assert made.after is not None
    assert made.after["start"] > len(body["title"])
    assert made.after["sentence_start"] <= made.after["start"] < made.after["end"] <= made.after["sentence_end"]
    assert "added" in text(desk.get(RECORD).text)


@pytest.mark.parametrize(
    ("words", "said"), [("no such words", "stands 0 times"), ("patients", "stands"), ("", "nothing is selected")]
)
def test_words_that_do_not_tell_the_place_are_refused(desk: OpenDesk, words: str, said: str) -> None:
    form_ = {"act": "add", "record": FIRST, "words": words, "measure": "age", "value": "4", "seen": 0}
    answer = desk.post("judge", "ann", form_)
    assert answer.status_code == 400 and said in text(answer.text)


def test_the_last_decision_is_undone_from_any_page(desk: OpenDesk) -> None:
    desk.post("judge", "ann", form(relapse(desk), "reject", reason="another outcome"))
    answer = desk.post("undo", "ann", {"back": "/-/desk/spruce/queue"})
    assert "Taken+back" in answer.headers["location"]
    assert [verdict for *_, verdict in kept(desk)] == ["reject", "withdraw"]
    assert "Nothing+of+yours" in desk.post("undo", "ann").headers["location"]


def test_screening_decisions_carry_a_reason(desk: OpenDesk) -> None:
    refused = desk.post("judge", "ann", {"act": "exclude", "record": FIRST, "seen": 0})
    assert refused.status_code == 400 and "needs a reason" in text(refused.text)
    desk.post("judge", "ann", {"act": "exclude", "record": FIRST, "seen": 0, "reason": "other population"})
    assert kept(desk) == [("ann", "screening", "exclude")]
    assert "other population" in text(desk.get(RECORD).text)


def test_a_decision_that_somebody_else_made_meanwhile_is_shown_and_not_overwritten(desk: OpenDesk) -> None:
    found = relapse(desk)
    desk.post("judge", "ann", form(found, "accept"))
    answer = desk.post("judge", "bob", form(found, "reject", reason="another outcome"))
    assert answer.status_code == 409
    assert "ann decided this while you were looking" in text(answer.text)
    assert kept(desk) == [("ann", "finding", "accept")]
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen is not None
    desk.post("judge", "bob", form(found, "reject", reason="another outcome") | {"seen": seen[1]})
    assert len(kept(desk)) == 2


def test_the_page_never_leads_out_of_the_review(desk: OpenDesk) -> None:
    for back in ("https://elsewhere.example/", "//elsewhere.example", "/-/desk/spruce/../../x\r\nset-cookie: a=b"):
        answer = desk.post("judge", "ann", form(relapse(desk), "accept", back=back))
        assert answer.headers.get("location", "/-/desk/spruce/queue").startswith("/-/desk/spruce/queue")
        desk.post("undo", "ann")


def test_counting_again_from_the_desk_uses_the_decisions(desk: OpenDesk, counted: Counted) -> None:
    before = re.search(r"The abstracts give ([\d.]+)%", text(desk.get("claim/relapse").text))
    desk.post("judge", "ann", form(relapse(desk), "correct", numerator="2", value="4.9"))
    assert "1 decision since the last count" in text(desk.get("").text)
    answer = desk.post("recount", "ann")
    assert answer.headers["location"] == "/-/desk/spruce/recount"
    assert "Counted+again" in desk.get("recount").headers["location"]
    after = re.search(r"The abstracts give ([\d.]+)%", text(desk.get("claim/relapse").text))
    assert before is not None and after is not None
    assert float(after[1]) < float(before[1])
    assert "since the last count" not in text(desk.get("").text)
    assert "A person has seen 1 of" in text(desk.get("claim/relapse").text)


def test_a_count_that_fails_says_why(desk: OpenDesk, counted: Counted) -> None:
    (counted.review.folder / "review.toml").unlink()
    desk.post("recount", "ann")
    assert "the review's folder is not there" in text(desk.get("recount").text)


# The queue -------------------------------------------------------------------------------------------------------


def test_the_queue_begins_with_what_moves_an_estimate_most(desk: OpenDesk) -> None:
    page = text(desk.get("queue", "ann").text)
    assert "which moves by" in page and "points without it" in page


def test_the_queue_of_a_claim_holds_its_figures_alone(desk: OpenDesk) -> None:
    page = text(desk.get("queue?claim=men", "ann").text)
    assert "Sex: male" in page and "Relapse" not in page.split("The figure at hand")[0].split("Sex: male")[0]


def test_a_sample_is_the_same_for_everybody_and_not_in_the_queues_order(opened: Callable[..., OpenDesk]) -> None:
    def order(who: str, query: str) -> list[str]:
        page = opened(people=(who,)).get(f"queue{query}", who).text
        return re.findall(r"at=(\d+)", page.split('class="near"')[1].split("</ol>")[0])

    assert order("ann", "?order=sample") == order("bob", "?order=sample")
    assert order("ann", "?order=sample") != order("ann", "")


def test_a_second_reviewer_sees_in_the_queue_what_the_first_decided_when_asking_for_it(desk: OpenDesk) -> None:
    found = relapse(desk)
    desk.post("judge", "ann", form(found, "accept"))

    def listed(query: str) -> str:
        return desk.get(f"queue{query}", "bob").text.split('class="near"')[1].split("</ol>")[0]

    assert f"at={found['id']}" not in listed("?claim=relapse")
    assert f"at={found['id']}" in listed("?claim=relapse&everyone=1")


# Two people ------------------------------------------------------------------------------------------------------


def test_differences_are_shown_and_settled(desk: OpenDesk) -> None:
    found = relapse(desk)
    with Store(desk.store) as store:
        one = on_finding(store, found, FIRST, "accept", "ann")
        two = on_finding(store, found, FIRST, "reject", "bob", seen=one.id)
    assert "Differences to settle: 1" in text(desk.get("agreement").text)
    settle = form(found, "reject", role="adjudicator", why="settled for bob") | {"seen": two.id}
    desk.post("judge", "ann", settle)
    page = text(desk.get("agreement").text)
    assert "None open. 1 settled." in page


def test_agreement_is_told_with_its_interval(desk: OpenDesk) -> None:
    with Store(desk.store) as store:
        for number in range(1, 5):
            record_id = f"restated:spruce{number}"
            one = on_record(store, record_id, "include" if number < 4 else "exclude", "ann", why="wrong design")
            on_record(store, record_id, "include" if number < 3 else "exclude", "bob", seen=one.id, why="wrong design")
    page = text(desk.get("agreement").text)
    assert "ann and bob 0.50" in page


# Blind and reading only ------------------------------------------------------------------------------------------


def test_blind_mode_tells_neither_the_machines_reading_nor_other_peoples(opened: Callable[..., OpenDesk]) -> None:
    desk = opened(blind=True)
    found = relapse(desk)
    desk.post(
        "judge", "ann", form(found, "correct", measure="outcome:death", numerator="1", denominator="3", why="secret")
    )
    for path in (f"queue?at={found['id']}", f"{RECORD}?finding={found['id']}", "screening", "queue"):
        page = desk.get(path, "bob")
        assert page.status_code == 200, path
        for told in ("secret", "outcome:death", "% sure", 'id="groups"', "finding:", "opinions"):
            assert told not in page.text, (path, told)
    shown = desk.get(f"queue?at={found['id']}", "bob").text
    assert re.search(r'name="numerator" value=""', shown) and re.search(r'name="measure" value=""', shown)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "claim/relapse",
        "agreement",
        "decisions",
        "export",
        "/s/judgements",
        "/s/findings",
        "/s",
        "/s.json?sql=select+1",
    ],
)
def test_in_blind_mode_there_is_no_way_round(opened: Callable[..., OpenDesk], path: str) -> None:
    assert opened(blind=True).get(path, "bob").status_code == 403


def test_a_blind_reviewer_may_differ_without_being_told(opened: Callable[..., OpenDesk]) -> None:
    desk = opened(blind=True)
    found = relapse(desk)
    assert desk.post("judge", "ann", form(found, "reject", why="no")).status_code == 302
    assert desk.post("judge", "bob", form(found, "correct", numerator=found["numerator"])).status_code == 302
    assert [person for person, *_ in kept(desk)] == ["ann", "bob"]


def test_a_desk_that_only_reads_takes_no_decision(opened: Callable[..., OpenDesk]) -> None:
    desk = opened(read_only=True)
    assert desk.app.retally_desk.people == {}
    answer = desk.post("judge", None, {"act": "exclude", "record": FIRST, "reason": "x"})
    assert answer.status_code == 403 and kept(desk) == []
