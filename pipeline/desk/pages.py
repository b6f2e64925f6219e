"""What each page of the desk shows, as the context of its template. In: a review, who looks, and what was asked for.

Called by `routes`; a page that does not exist gives None.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.decided import Decided, changed
from pipeline.desk.agreement import agreement
from pipeline.desk.correction import COMPARATORS, STATS
from pipeline.desk.exports import EXPORTS
from pipeline.desk.plots import plot, spark
from pipeline.desk.queue import Item, Queue, queue
from pipeline.desk.record import RecordView, answers, findings_of, paragraphs, record_view, sentence
from pipeline.desk.screening import SHOWS, reasons, screenings
from pipeline.desk.view import ReviewView, reviews
from pipeline.desk.words import settings
from pipeline.history import claim_history
from pipeline.judgements import WITHDRAW, Judgement, Standing, load, standing
from pipeline.store import Store
from reports.view import ClaimView, StudyLine, claim_view
from reports.wording import sentence_case, verdicts, wording

SAID = {
    "accept": "Accepted",
    "reject": "Rejected",
    "correct": "Corrected",
    "add": "Added",
    "include": "Included",
    "exclude": "Excluded",
    WITHDRAW: "Taken back",
}
Asked = Mapping[str, str]


def home(store: Store) -> dict[str, Any]:
    """All reviews."""
    return {"reviews": reviews(store)}


# Claims ----------------------------------------------------------------------------------------------------------


def claims(view: ReviewView, person: str | None, asked: Asked) -> dict[str, Any]:
    """Claims at a glance, by verdict, by words, figures or causes."""
    every = [_brief(view, result) for result in view.results()]
    kind = "causes" if asked.get("kind") == "causes" else "figures"
    of_kind = [one for one in every if (one.claim.kind == "cause") == (kind == "causes")]
    verdict, words = asked.get("verdict", ""), asked.get("q", "").strip().casefold()
    shown = [
        one
        for one in of_kind
        if (not verdict or one.verdict.word == verdict)
        and (not words or words in f"{one.title} {one.condition} {one.id} {one.stated}".casefold())
    ]
    counts = Counter(one.verdict.word for one in of_kind)
    chapters = [
        (chapter["title"], [one for one in shown if one.chapter == chapter["key"]]) for chapter in wording()["chapters"]
    ]
    sparks = {}
    if view.run is not None:
        history = claim_history(view.store, view.run)
        sparks = {one.id: spark(history.get(one.id, []), one) for one in shown}
    return {
        "kind": kind,
        "kinds": {
            "figures": sum(one.claim.kind != "cause" for one in every),
            "causes": sum(one.claim.kind == "cause" for one in every),
        },
        "verdict": verdict,
        "q": asked.get("q", ""),
        "verdicts": [(one, counts[one.word]) for one in verdicts().values()],
        "chapters": [(title, rows) for title, rows in chapters if rows],
        "shown": len(shown),
        "total": len(of_kind),
        "sparks": sparks,
        "seen": sum(one.result.seen for one in every),
        "figures": sum(len(one.result.studies) for one in every),
    }


def _brief(view: ReviewView, result: Any) -> ClaimView:
    """A claim as a line of the table: its studies are counted, not shown."""
    return view.desk.cache.get(
        ("brief", view.id, view.results_of, result.claim.id), lambda: claim_view(result, {}, view.documents(), False)
    )


def claim(view: ReviewView, person: str | None, asked: Asked) -> dict[str, Any] | None:
    """One claim: what is stated, what the abstracts give, its studies, what was set aside."""
    result = view.result(asked["claim"])
    if result is None:
        return None
    shown = claim_view(result, view.studies(), view.documents())
    points = claim_history(view.store, view.run).get(shown.id, []) if view.run else []
    ids = view.claim_ids()
    at = ids.index(shown.id)
    states = _states(view, shown)
    return {
        "claim": shown,
        "plot": plot(view, shown),
        "spark": spark(points, shown),
        "points": points,
        "states": states,
        "previous": ids[at - 1] if at else None,
        "next": ids[at + 1] if at + 1 < len(ids) else None,
        "to_check": sum(not line.raw.seen and not states.get(_place(line)) for line in shown.lines),
    }


def _place(line: StudyLine) -> str:
    """`record:start` of a study's figure, or of the first of its parts."""
    figure = line.raw.parts[0] if line.raw.parts else line.raw
    return f"{figure.record_id}:{figure.start}"


def _states(view: ReviewView, shown: ClaimView) -> dict[str, str]:
    """`record:start` of each figure to what people decided on it, as of now."""
    states = {}
    records = {line.study.id for line in shown.lines} & _judged_records(view)
    for record_id in records:
        rows, content_hash = findings_of(view, record_id)
        matched = Decided.of_record(view.store, view.id, record_id).matched(view.store, record_id, content_hash, rows)
        for number, held in matched.held.items():
            said = "disputed" if held.disputed else held.decided.verdict if held.decided else ""
            states[f"{record_id}:{rows[number]['start']}"] = said
    return states


def _judged_records(view: ReviewView) -> set[str]:
    rows = view.store.rows("SELECT DISTINCT record_id FROM judgements WHERE review_id = ?", [view.id])
    return {row["record_id"] for row in rows}


# A record and its findings ---------------------------------------------------------------------------------------


def record(view: ReviewView, person: str | None, asked: Asked) -> dict[str, Any] | None:
    """A record with its findings marked; `finding` is the one that is looked at."""
    shown = record_view(view, asked["record"])
    if shown is None:
        return None
    number = int(asked["finding"]) if asked.get("finding", "").isdigit() else None
    if number is None and asked.get("start", "").isdigit():  # from a figure of a claim, which knows its place
        at = int(asked["start"])
        number = next((one.number for one in shown.found if one.finding.get("start") == at), None)
    blind = view.desk.blind
    return {
        **_card(view, shown, number, person),
        "paragraphs": paragraphs(shown, number, plain=blind),
        "answers": [] if blind else answers(view, shown.id),
        "study": view.studies().get(shown.id),
        "reasons": settings()["reasons"],
        "measures": measures(view),
        "kind_words": settings()["kind_words"],
        "kinds": {one.kind for one in shown.found},
        "others": _others(shown.decided, person, blind),
    }


def _card(view: ReviewView, shown: RecordView, number: int | None, person: str | None) -> dict[str, Any]:
    """What the card of one finding needs."""
    current = shown.by_number(number) if number is not None else None
    blind = view.desk.blind
    return {
        "record": shown,
        "current": current,
        "sentence": sentence(shown, current.holds) if current is not None else None,
        "mine": _mine(current.standing, person) if current is not None else None,
        "seen": _seen(current.standing if current else None, person, blind),
        "seen_record": _seen(shown.decided, person, blind),
        "opinions": _others(current.standing, person, blind) if current is not None else [],
        "stats": STATS,
        "comparators": COMPARATORS,
        "blind": blind,
    }


def _mine(held: Standing | None, person: str | None) -> Judgement | None:
    return held.opinions.get(person) if held is not None and person is not None else None


def _seen(held: Standing | None, person: str | None, blind: bool) -> int:
    """The newest judgement that the person is shown."""
    if held is None:
        return 0
    if not blind:
        return held.last_id
    mine = [one.id for one in held.opinions.values() if one.person == person]
    return max(mine, default=0)


def _others(held: Standing | None, person: str | None, blind: bool) -> list[Judgement]:
    """Everybody's opinion that the person may see."""
    if held is None:
        return []
    said = [*held.opinions.values(), *([held.settled] if held.settled else [])]
    return [one for one in said if not blind or one.person == person]


def measures(view: ReviewView) -> list[str]:
    """Measures to choose from: those of the claims and of the findings, most frequent first."""
    if view.run is None:
        return []
    rows = view.desk.cache.get(
        ("measures", view.id, view.run.id),
        lambda: view.store.rows(
            "SELECT measure FROM claims WHERE review_id = ? AND active = 1 GROUP BY measure UNION"
            " SELECT measure FROM (SELECT measure FROM findings WHERE engine = ? GROUP BY measure"
            " ORDER BY count(*) DESC LIMIT 150) ORDER BY 1",
            [view.id, view.run.engine if view.run else ""],
        ),
    )
    return sorted({row["measure"] for row in rows} | set(settings()["kinds"]))


# The queue -------------------------------------------------------------------------------------------------------


def queue_page(view: ReviewView, person: str | None, asked: Asked) -> dict[str, Any]:
    """What deserves a look first, one at a time."""
    wanted, order = asked.get("claim", ""), "sample" if asked.get("order") == "sample" else ""
    everyone = view.desk.blind or asked.get("everyone") == "1"
    items = queue(view, person, wanted, order, everyone)
    at = int(asked["at"]) if asked.get("at", "").isdigit() else None
    if at is not None:
        position = items.position(at)
    else:
        position = items.follow(int(asked["after"]) if asked.get("after", "").isdigit() else None)
    item = items.item(position) if position is not None else None
    number = at if at is not None else item.finding_id if item else None
    near = _near(items, position)
    shown = record_view(view, _record_of(view, number)) if number is not None else None
    context: dict[str, Any] = {
        "queue": items, "item": item, "near": near, "figures": _figures(view, near), "claim_id": wanted,
        "order": order, "everyone": everyone, "reasons": settings()["reasons"], "measures": measures(view),
        "studies": view.studies(), "next_item": _neighbour(items, position, 1),
        "previous_item": _neighbour(items, position, -1), "record": None, "current": None,
        "blind": view.desk.blind,
    }  # fmt: skip
    if shown is not None:
        context |= _card(view, shown, number, person)
        context["paragraphs"] = paragraphs(shown, number, plain=True)
    return context


def _neighbour(items: Queue, position: int | None, step: int) -> Item | None:
    at = -1 if position is None else position + step
    return items.item(at) if 0 <= at < len(items) else None


def _near(items: Queue, position: int | None) -> list[Item]:
    """The items beside the one at hand."""
    page = settings()["queue"]["page"]
    first = max(0, min((position or 0) - page // 3, len(items) - page))
    return [items.item(at) for at in range(first, min(first + page, len(items)))]


def _record_of(view: ReviewView, number: int) -> str:
    rows = view.store.rows("SELECT record_id FROM findings WHERE id = ?", [number])
    return rows[0]["record_id"] if rows else ""


def _figures(view: ReviewView, items: Sequence[Item]) -> dict[int, dict[str, Any]]:
    ids = json.dumps([item.finding_id for item in items])
    rows = view.store.rows("SELECT id, body FROM findings WHERE id IN (SELECT value FROM json_each(?))", [ids])
    return {row["id"]: json.loads(row["body"]) for row in rows}


# Screening -------------------------------------------------------------------------------------------------------


def screening_page(view: ReviewView, person: str | None, asked: Asked) -> dict[str, Any]:
    """Records one at a time, with the machine's decision and what people decided."""
    show = asked.get("show", "") if asked.get("show") in SHOWS else "undecided"
    everyone = view.desk.blind or asked.get("everyone") == "1"
    listed = screenings(view, person, show, everyone)
    ids = [item.id for item in listed.items]
    at = asked.get("at", "")
    position = ids.index(at) if at in ids else None
    if position is None and not at and asked.get("after") in ids:
        position = min(ids.index(asked["after"]) + 1, len(ids) - 1)
    if position is None and ids and not at:
        position = 0
    record_id = at or (ids[position] if position is not None else "")
    shown = record_view(view, record_id) if record_id else None
    page = settings()["queue"]["page"]
    first = max(0, min((position or 0) - page // 3, len(ids) - page))
    context: dict[str, Any] = {
        "listed": listed, "show": show, "everyone": everyone, "shows": SHOWS,
        "near": listed.items[first : first + page],
        "position": (position or 0) + 1, "record": None, "reasons": settings()["reasons"], "blind": view.desk.blind,
        "left_out": reasons(view),
        "next_id": ids[position + 1] if position is not None and position + 1 < len(ids) else None,
        "previous_id": ids[position - 1] if position else None,
    }  # fmt: skip
    if shown is not None:
        context |= _card(view, shown, None, person)
        context |= {
            "paragraphs": paragraphs(shown, None, plain=True),
            "mine": _mine(shown.decided, person),
            "opinions": _others(shown.decided, person, view.desk.blind),
        }
    return context


# People ----------------------------------------------------------------------------------------------------------


def agreement_page(view: ReviewView, person: str | None, asked: Asked) -> dict[str, Any]:
    """Agreement of people with each other and with the machine, and the differences to be settled."""
    found = agreement(standing(load(view.store, view.id)).values())
    disputes = [_dispute(view, one) for one in found.disputes]
    return {"agreement": found, "disputes": [one for one in disputes if one is not None]}


def _dispute(view: ReviewView, held: Standing) -> dict[str, Any] | None:
    shown = record_view(view, held.record_id)
    if shown is None:
        return None
    one = next((found for found in shown.found if found.target == held.target), None)
    return {
        "held": held,
        "record": shown,
        "found": one,
        "sentence": sentence(shown, one.finding) if one is not None else None,
        "study": view.studies().get(shown.id),
    }


def decisions_page(view: ReviewView, person: str | None, asked: Asked) -> dict[str, Any]:
    """Every decision that was ever made, the newest first; and those that are not found again."""
    made = load(view.store, view.id)
    who = asked.get("person", "")
    rows = [one for one in reversed(made) if not who or one.person == who]
    page = max(1, int(asked["page"])) if asked.get("page", "").isdigit() else 1
    size = settings()["decisions"]["page"]  # rows on one page
    shown = rows[(page - 1) * size : page * size]
    titles = view.store.rows(
        "SELECT id, title FROM records WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted({one.record_id for one in shown}))],
    )
    held = standing(made)
    return {
        "rows": shown,
        "titles": {row["id"]: row["title"] for row in titles},
        "people": sorted({one.person for one in made}),
        "who": who,
        "page_number": page,
        "pages": max(1, -(-len(rows) // size)),
        "total": len(made),
        "astray": astray(view),
        "standing": {said.id for one in held.values() for said in (*one.opinions.values(), one.settled) if said},
        "changed": changed,
        "said_words": SAID,
        "since": view.run.flow.get("last_judgement", 0) if view.run else 0,
    }


def astray(view: ReviewView) -> list[dict[str, Any]]:
    """Judged findings that are not read as they were: with how they were found again, and whether they still count."""
    if view.run is None:
        return []

    def find() -> list[dict[str, Any]]:
        decided = Decided.of(view.store, view.id)
        rows = []
        for record_id in sorted(decided.on_findings):
            found, content_hash = findings_of(view, record_id)
            matched = decided.matched(view.store, record_id, content_hash, found)
            for target in matched.astray:
                held = next(one for one in decided.on_findings[record_id] if one.target == target)
                if held.opinions or held.settled:
                    counts = target in matched.holds
                    rows.append({"held": held, "record": record_id, "state": matched.states[target], "counts": counts})
        return rows

    return view.desk.cache.get(("astray", view.id, view.run.id, view.newest()), find)


def export_page(view: ReviewView, person: str | None, asked: Asked) -> dict[str, Any]:
    """What can be taken away."""
    return {"exports": EXPORTS, "sentence_case": sentence_case}
