"""Who may write, what a page may do, and that nothing in a record runs."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from pipeline.desk.access import PATH
from pipeline.desk.serve import HOST, addresses
from pipeline.errors import RetallyError, UsageError
from pipeline.judgements import load
from pipeline.store import Store
from tests.pipeline.desk.conftest import Counted, OpenDesk
from tests.pipeline.desk.reviewed import count, finding

FIRST = "restated:spruce1"
HOSTILE = '<script>document.title="run"</script><img src=x onerror=alert(1)>" onmouseover="alert(2)'


class _Inline(HTMLParser):
    """Collects what a page would run or paint by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {"scripts": [], "styles": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        addresses = [value or "" for name, value in attrs if name in ("href", "src", "action")]
        runs = any(name.startswith("on") for name in names) or any(
            "script:" in one.lower().replace("\n", "") for one in addresses
        )
        if (tag == "script" and "src" not in names) or runs:
            self.found["scripts"].append(f"{tag} {attrs}")
        if tag == "style" or "style" in names:
            self.found["styles"].append(f"{tag} {attrs}")


def inline(page: str) -> dict[str, list[str]]:
    """Inline scripts and styles of a page, as a browser would find them."""
    parser = _Inline()
    parser.feed(page)
    return parser.found


def kept(desk: OpenDesk) -> int:
    with Store(desk.store) as store:
        return len(load(store, "spruce"))


def act(desk: OpenDesk) -> dict[str, object]:
    with Store(desk.store) as store:
        found = finding(store, FIRST, "outcome:relapse")
    return {"act": "accept", "record": FIRST, "finding": found["id"], "seen": 0}


def browser(desk: OpenDesk, steps: Callable[[httpx.AsyncClient], object]) -> object:
    """A browser with its cookies, without headers of a program."""

    async def go() -> object:
        transport = httpx.ASGITransport(app=desk.app.client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8611") as client:
            return await steps(client)  # type: ignore[misc]

    return asyncio.run(go())


@pytest.mark.parametrize("path", ["judge", "undo", "recount"])
@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_a_token_nothing_is_written(desk: OpenDesk, path: str, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = desk.post(path, None, act(desk), **headers)
    assert answer.status_code == 403 and kept(desk) == 0


def test_a_token_becomes_a_cookie_and_leaves_the_address(desk: OpenDesk) -> None:
    answer = desk.get(f"{PATH}/-/enter?token={desk.token('ann')}")
    cookie = SimpleCookie(answer.headers["set-cookie"])["ds_actor"]
    assert answer.headers["location"] == "/" and cookie["httponly"]
    assert desk.get(f"{PATH}/-/enter?token=made-up").status_code == 403


def test_a_form_without_the_pages_own_token_is_a_forgery(desk: OpenDesk) -> None:
    """As a page elsewhere would send it: with the person's cookie, without what stands in the form."""
    form = act(desk)

    async def forged(client: httpx.AsyncClient) -> tuple[int, int]:
        await client.get(f"{PATH}/-/enter?token={desk.token('ann')}")
        refused = await client.post(f"{PATH}/spruce/judge", data=form)
        page = await client.get(f"{PATH}/spruce/queue")
        own = re.search(r'name="csrftoken" value="([^"]+)"', page.text)
        assert own is not None
        taken = await client.post(f"{PATH}/spruce/judge", data={**form, "csrftoken": own[1]})
        return refused.status_code, taken.status_code

    assert browser(desk, forged) == (403, 302)
    assert kept(desk) == 1


def test_a_cookie_that_the_desk_did_not_sign_is_nobody(desk: OpenDesk) -> None:
    answer = desk.post("judge", None, act(desk), cookie="ds_actor=e30.made-up")
    assert answer.status_code == 403 and kept(desk) == 0


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8611", ""])
def test_a_name_that_was_pointed_at_this_machine_gets_nothing(desk: OpenDesk, host: str) -> None:
    answer = desk.get("", "ann", host=host)
    assert answer.status_code == 421 and "Relapse" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8611", "localhost:1", "[::1]:8611"])
def test_the_desk_answers_to_its_own_names(desk: OpenDesk, host: str) -> None:
    assert desk.get("", "ann", host=host).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "",
        "queue",
        "screening",
        "claim/relapse",
        "agreement",
        "decisions",
        "export",
        "none/x",
        "/",
        "/s",
        "/s/records",
        "/s/findings/1",
        "/s?sql=select+1",
        "/-/metadata",
        "/none",
    ],
)
def test_no_page_carries_an_inline_script_and_none_may(desk: OpenDesk, path: str) -> None:
    answer = desk.get(path, "ann")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert "frame-ancestors 'none'" in policy and answer.headers["referrer-policy"] == "no-referrer"
    assert inline(answer.text)["scripts"] == []
    if not path.startswith("/"):
        assert "unsafe-inline" not in policy and inline(answer.text)["styles"] == []


@pytest.fixture
def hostile(counted: Counted, opened: Callable[..., OpenDesk]) -> OpenDesk:
    """A record whose title, authors, journal, labels and text are attacks, and a decision that is one."""
    lines = counted.review.records_path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[0])
    row |= {"title": f"Spruce fever {HOSTILE}", "citation": HOSTILE, "authors": [HOSTILE], "journal": HOSTILE}
    row["sections"] = [{"label": HOSTILE, "text": f"{HOSTILE} {row['sections'][0]['text']} {HOSTILE}"}]
    counted.review.records_path.write_text("\n".join([json.dumps(row), *lines[1:]]) + "\n", encoding="utf-8")
    count(counted.review, counted.settings)
    desk = opened(people=(f"ann{HOSTILE}"[:70], "bob"))
    desk.post("judge", "bob", act(desk) | {"act": "correct", "group": HOSTILE[:150], "why": HOSTILE})
    desk.post("judge", "bob", {"act": "exclude", "record": FIRST, "seen": 0, "reason": HOSTILE})
    return desk


@pytest.mark.parametrize(
    "path",
    [
        "",
        "queue",
        "screening?show=all",
        "record/restated%3Aspruce1",
        "claim/relapse",
        "decisions",
        "agreement",
        "queue?claim=%3Cscript%3Ealert(1)%3C/script%3E",
        "?q=%3Cscript%3Ealert(1)%3C/script%3E&verdict=%22onx",
        "?said=%3Cscript%3Ealert(1)%3C/script%3E",
        "/s/records",
        "/s/judgements",
    ],
)
def test_hostile_titles_abstracts_and_decisions_are_text(hostile: OpenDesk, path: str) -> None:
    page = hostile.get(path, "bob")
    assert page.status_code == 200
    assert "<script>" not in page.text and "<img" not in page.text
    assert inline(page.text)["scripts"] == []


def test_the_address_for_each_person_is_on_this_machine(desk: OpenDesk) -> None:
    lines = addresses(desk.app.retally_desk, f"http://{HOST}:8611", "spruce")
    assert [line.split()[0] for line in lines.values()] == ["ann", "bob"]
    assert all(f"http://127.0.0.1:8611{PATH}/-/enter?token=" in line for line in lines.values())


@pytest.mark.parametrize(
    ("people", "review", "said"),
    [(("",), None, "is no name"), (("ann", "ann"), None, "same name"), (("ann",), "pine", "not in the store")],
)
def test_what_is_wrong_is_said_before_anything_is_served(
    counted: Counted, people: tuple[str, ...], review: str | None, said: str
) -> None:
    from pipeline.desk.serve import serve

    with pytest.raises(UsageError, match=said):
        serve(counted.settings.store, review, people, False, False, 0, False, print)


def test_a_taken_port_is_told_with_its_cure(counted: Counted) -> None:
    import socket

    from pipeline.desk.serve import serve

    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RetallyError, match=r"taken.*--port"):
            serve(counted.settings.store, None, ("ann",), False, False, port, False, print)


def test_without_a_store_the_cure_is_told(tmp_path: Path) -> None:
    from pipeline.desk.serve import serve

    with pytest.raises(RetallyError, match="no store here"):
        serve(tmp_path / "none.sqlite", None, ("ann",), False, True, 0, False, print)
