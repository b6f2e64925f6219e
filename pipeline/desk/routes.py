"""The desk's addresses and the pages behind them.

A page reads through one of Datasette's read-only connections; a form's decision is written in a thread with its own.
Every page works without script: keys are a short way to its links and buttons.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from datasette.utils.asgi import Response

from pipeline.desk import pages, recount
from pipeline.desk.access import PATH, person
from pipeline.desk.app import Desk, ReadStore
from pipeline.desk.decide import as_json, decide, take_back
from pipeline.desk.exports import EXPORTS, export
from pipeline.desk.view import ReviewView, open_review
from pipeline.judgements import Conflict, JudgementError

View = Callable[..., Awaitable[Any]]
Make = Callable[[ReviewView, str | None, Mapping[str, str]], dict[str, Any] | None]
_NAME = r"(?P<review>[a-z0-9][a-z0-9_-]*)"
# In blind mode these would tell what the machine or other people said.
_TELLING = frozenset({"claims", "claim", "agreement", "decisions", "export"})


def routes() -> list[tuple[str, View]]:
    """Every address of the desk with its view."""
    page, under = _page, f"{PATH}/{_NAME}"
    return [
        (r"^/$", _home),
        (rf"^{PATH}/?$", _home),
        (rf"^{PATH}/-/enter$", _enter),
        (rf"^{PATH}/-/leave$", _leave),
        (rf"^{under}/?$", page("claims", pages.claims)),
        (rf"^{under}/claim/(?P<claim>.+)$", page("claim", pages.claim)),
        (rf"^{under}/record/(?P<record>.+)$", page("record", pages.record)),
        (rf"^{under}/queue$", page("queue", pages.queue_page)),
        (rf"^{under}/screening$", page("screening", pages.screening_page)),
        (rf"^{under}/agreement$", page("agreement", pages.agreement_page)),
        (rf"^{under}/decisions$", page("decisions", pages.decisions_page)),
        (rf"^{under}/export$", page("export", pages.export_page)),
        (rf"^{under}/export/(?P<file>[a-z.-]+)$", _export),
        (rf"^{under}/judge$", _judge),
        (rf"^{under}/undo$", _undo),
        (rf"^{under}/recount$", _recount),
    ]


def _desk(datasette: Any) -> Desk:
    return datasette.retally_desk


async def _read(datasette: Any, work: Callable[[ReadStore], Any]) -> Any:
    """What `work` makes of the store, over one of Datasette's connections."""
    desk = _desk(datasette)
    database = datasette.get_database(desk.database)
    return await database.execute_fn(lambda connection: work(ReadStore(desk.store, connection)))


async def _html(datasette: Any, request: Any, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
    desk = _desk(datasette)
    shared = {
        "desk": desk,
        "base": PATH,
        "person": person(desk, request),
        "page": template,
        "database": desk.database,
        "said": request.args.get("said") or "",
        "here": request.path,
    }
    text = await datasette.render_template(f"desk_{template}.html", {**shared, **context}, request=request)
    return Response.html(text, status=status)


async def tell(datasette: Any, request: Any, words: str, status: int, cure: str = "") -> Response:
    """A page that says what is wrong and the way on; also for what Datasette finds wrong under the desk's addresses."""
    return await _html(datasette, request, "problem", {"words": words, "cure": cure, "review": None}, status)


async def _home(datasette: Any, request: Any) -> Response:
    found = await _read(datasette, pages.home)
    if len(found["reviews"]) == 1 and request.path == "/":
        return Response.redirect(f"{PATH}/{found['reviews'][0]['id']}{'/queue' if _desk(datasette).blind else ''}")
    return await _html(datasette, request, "home", {**found, "review": None})


def _page(name: str, make: Make) -> View:
    """The view of a page that `make` fills."""

    async def view(datasette: Any, request: Any) -> Response:
        desk = _desk(datasette)
        parts = {key: unquote(value) for key, value in request.url_vars.items()}
        asked = {**{key: request.args[key] for key in request.args}, **parts}
        if desk.blind and name in _TELLING:
            words = "In blind mode this page would tell what the machine or other people found."
            cure = "Start the desk without --blind to compare and to settle differences."
            return await tell(datasette, request, words, 403, cure)

        def work(store: ReadStore) -> tuple[ReviewView | None, dict[str, Any] | None]:
            review = open_review(desk, store, parts["review"])
            if review is None:
                return None, None
            context = make(review, person(desk, request), asked)
            return review, None if context is None else {**context, "fresh": review.fresh()}

        review, context = await _read(datasette, work)
        if review is None or context is None:
            missing = parts.get("record") or parts.get("claim") or parts["review"]
            return await tell(datasette, request, f"There is no {missing} here.", 404, "Go back, or start over.")
        return await _html(datasette, request, name, {**context, "review": review})

    return view


async def _export(datasette: Any, request: Any) -> Response:
    desk = _desk(datasette)
    review_id, name = request.url_vars["review"], request.url_vars["file"]
    if desk.blind or name not in EXPORTS:
        return await tell(datasette, request, "There is no such export.", 404)

    def work(store: ReadStore) -> bytes | None:
        review = open_review(desk, store, review_id)
        return export(review, name) if review is not None and review.run is not None else None

    content = await _read(datasette, work)
    if content is None:
        return await tell(datasette, request, "This review has not been counted yet.", 404)
    headers = {"content-disposition": f'attachment; filename="{review_id}-{name}"', "cache-control": "no-store"}
    response = Response(content, headers=headers, content_type=EXPORTS[name].kind)
    return response


# Writing ---------------------------------------------------------------------------------------------------------


async def _form(datasette: Any, request: Any) -> tuple[str | None, dict[str, str], Response | None]:
    """(who writes, the fields, or an answer that says why nothing is written)."""
    desk = _desk(datasette)
    if request.method != "POST":
        return None, {}, await tell(datasette, request, "This address takes forms only.", 405)
    who = person(desk, request)
    if who is None:
        words = "Only someone with a token can write here."
        cure = "Open the address that `retally desk` printed for you."
        return None, {}, await tell(datasette, request, words, 403, cure)
    if (request.headers.get("content-type") or "").startswith("application/json"):
        return who, {k: str(v) for k, v in json.loads(await request.post_body() or b"{}").items()}, None
    # Datasette's own `post_vars` leaves out empty fields, and a field that was emptied is a correction.
    return who, dict(parse_qsl((await request.post_body()).decode("utf-8", "replace"), keep_blank_values=True)), None


async def _judge(datasette: Any, request: Any) -> Response:
    who, form, refused = await _form(datasette, request)
    if refused is not None or who is None:
        assert refused is not None
        return refused
    desk, review_id = _desk(datasette), request.url_vars["review"]
    program = (request.headers.get("accept") or "").startswith("application/json")
    try:
        made = await asyncio.to_thread(decide, desk, review_id, who, form)
    except Conflict as conflict:
        if program:
            return Response.json({"error": str(conflict), "newer": as_json(conflict.newer)}, status=409)
        context = await _again(datasette, request, review_id, form)
        context |= {"newer": conflict.newer, "words": str(conflict)}
        return await _html(datasette, request, "conflict", context, 409)
    except JudgementError as error:
        if program:
            return Response.json({"error": str(error)}, status=400)
        context = await _again(datasette, request, review_id, form)
        return await _html(datasette, request, "refused", {**context, "error": error}, 400)
    if program:
        return Response.json(as_json(made), status=201)
    return _on(form, review_id, f"{pages.SAID[made.verdict]}", made.finding_id or made.record_id)


async def _again(datasette: Any, request: Any, review_id: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What a page needs to show a decision that was not kept, so that nothing has to be typed again."""
    desk = _desk(datasette)
    shown = {k: v for k, v in form.items() if k not in ("csrftoken", "seen")}
    review = await _read(datasette, lambda store: open_review(desk, store, review_id))
    return {"review": review, "form": shown, "fresh": 0}


async def _undo(datasette: Any, request: Any) -> Response:
    who, form, refused = await _form(datasette, request)
    if refused is not None or who is None:
        assert refused is not None
        return refused
    desk, review_id = _desk(datasette), request.url_vars["review"]
    number = int(form["judgement"]) if form.get("judgement", "").isdigit() else None
    made = await asyncio.to_thread(take_back, desk, review_id, who, number)
    if made is None:
        return _on(form, review_id, "Nothing of yours to undo", None)
    form = {**form, "at": str(made.finding_id or made.record_id)}
    return _on(form, review_id, f"Taken back: {pages.SAID[made.verdict].lower()}", None)


def _on(form: Mapping[str, str], review_id: str, said: str, judged: Any) -> Response:
    """On to the next item of the page that the form came from; only pages of this review are gone to."""
    back = form.get("back", "")
    known = f"{PATH}/{review_id}"
    if not (back.startswith(f"{known}/") or back == known) or not back.isprintable():
        back = f"{known}/queue"
    address, _, query = back.partition("?")
    told = {"said": said}
    if form.get("at"):
        told["at"] = form["at"]
    elif judged is not None and form.get("on"):
        told["after"] = str(judged)
    return Response.redirect(f"{address}?{query + '&' if query else ''}{urlencode(told)}")


async def _recount(datasette: Any, request: Any) -> Response:
    desk, review_id = _desk(datasette), request.url_vars["review"]
    if request.method == "GET":
        counting = desk.counting.get(review_id)
        if counting is not None and not counting.running and not counting.error:
            return Response.redirect(f"{PATH}/{review_id}?{urlencode({'said': f'Counted again: run {counting.run}'})}")
        review = await _read(datasette, lambda store: open_review(desk, store, review_id))
        return await _html(datasette, request, "recount", {"review": review, "counting": counting, "fresh": 0})
    _, _, refused = await _form(datasette, request)
    if refused is not None:
        return refused
    if desk.blind:
        return await tell(datasette, request, "In blind mode nothing is counted.", 403)
    recount.start(desk, review_id)
    for _ in range(30):  # a small review is done before a page that waits could be read
        if not desk.counting[review_id].running:
            break
        await asyncio.sleep(0.1)
    return Response.redirect(f"{PATH}/{review_id}/recount")


# Coming and going ------------------------------------------------------------------------------------------------


async def _enter(datasette: Any, request: Any) -> Response:
    """Exchange a token for a signed cookie, and leave the token out of the address."""
    desk = _desk(datasette)
    who = desk.person_of(request.args.get("token") or "")
    if who is None:
        words = "This token is not known here."
        return await tell(datasette, request, words, 403, "Each start of `retally desk` prints new ones.")
    response = Response.redirect("/")
    response.set_cookie("ds_actor", datasette.sign({"a": {"id": who}}, "actor"), httponly=True, samesite="lax")
    return response


async def _leave(datasette: Any, request: Any) -> Response:
    if request.method != "POST":
        return await tell(datasette, request, "This address takes forms only.", 405)
    response = Response.redirect(PATH)
    response.set_cookie("ds_actor", "", expires=0, max_age=0)
    return response
