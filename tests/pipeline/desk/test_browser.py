"""The desk in a real Chromium: ten decisions by keyboard to a changed estimate, two people, accessibility, attacks."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.desk.access import PATH
from pipeline.judgements import load
from pipeline.store import Store
from tests.pipeline.desk.browsing import AXE, Served, browser, missing, served
from tests.pipeline.desk.conftest import Counted
from tests.pipeline.desk.reviewed import count

ROOT = f"{PATH}/spruce"
SIZES = {"desktop": (1440, 900), "laptop": (1024, 768)}


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture
def site(counted: Counted) -> Iterator[Served]:
    with served(counted.settings.store) as running:
        yield running


class Tab:
    """A page of one person, with all that went wrong on it."""

    def __init__(
        self, chrome: Any, site: Served, who: str | None, size: tuple[int, int] = SIZES["desktop"], **more: Any
    ) -> None:
        self.site = site
        self.context = chrome.new_context(viewport={"width": size[0], "height": size[1]}, accept_downloads=True, **more)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.wrong: list[str] = []
        self.asked: set[str] = set()
        self.page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.add(re.sub(r"(https?://[^/]+).*", r"\1", request.url)))
        if who is not None:
            self.page.goto(site.enter[who])

    def go(self, path: str) -> None:
        self.page.goto(self.site.address + path)

    def loading(self) -> Any:
        """Until another page has come: not when the page only changes its own address."""
        return self.page.expect_event("load")

    def press(self, *keys: str) -> None:
        """Keys one after another, that lead to no other page."""
        for key in keys:
            self.page.keyboard.press(key)

    def decide(self, *keys: str) -> str:
        """Keys that end in a decision; what the page says of it."""
        with self.loading():
            for key in keys:
                self.page.keyboard.press(key)
        assert not self.page.locator(".notice.bad").count(), self.text()
        return str(self.page.locator(".status").inner_text())

    def text(self) -> str:
        return str(self.page.locator("main").inner_text())


def kept(counted: Counted) -> list[str]:
    with Store(counted.settings.store) as store:
        return [one.verdict for one in load(store, "spruce")]


def test_from_an_opened_desk_through_ten_decisions_by_keyboard_to_a_changed_estimate(
    chrome: Any, site: Served, counted: Counted
) -> None:
    tab = Tab(chrome, site, "ann")
    tab.go(f"{ROOT}/claim/relapse")
    before = re.search(r"The abstracts give\s+([\d.]+)%", tab.text())
    with tab.loading():
        tab.press("c")  # check its figures
    assert "claim=relapse" in tab.page.url
    with tab.loading():
        tab.press("g", "q")
    assert tab.page.url.endswith("/queue")
    said = []
    for step in range(10):
        reading = tab.page.locator("h1.reading").inner_text()
        if step == 8:
            said.append(tab.decide("r", "1"))
        elif "Relapse" in reading and re.match(r"\d+/\d+", reading):
            tab.press("c")
            for name, figure in (("numerator", "3"), ("value", "")):
                tab.page.locator(f'details[open] input[name="{name}"]').focus()
                tab.page.keyboard.press("ControlOrMeta+a")
                tab.page.keyboard.press("Delete")
                tab.page.keyboard.type(figure)
            said.append(tab.decide("Enter"))
        else:
            said.append(tab.decide("a"))
    assert len(said) == 10
    assert {one.split()[0] for one in said} == {"Accepted", "Corrected", "Rejected"}
    assert tab.decide("u").startswith("Taken back")
    assert tab.decide("a").startswith("Accepted")
    assert len(kept(counted)) == 12

    with tab.loading():
        tab.press("g", "r")
    tab.page.wait_for_url(re.compile(r"Counted|/spruce$"))
    tab.go(f"{ROOT}/claim/relapse")
    after = re.search(r"The abstracts give\s+([\d.]+)%", tab.text())
    assert before is not None and after is not None and float(after[1]) < float(before[1])
    assert "A person has seen" in tab.text()

    with tab.loading():
        tab.press("g", "e")
    with tab.page.expect_download() as taken:
        tab.page.get_by_role("link", name="Audit trail, CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(taken.value.path()).read_text(encoding="utf-8"))))
    assert len(rows) == 12
    assert all(row["person"] == "ann" and row["made_at"] for row in rows)
    assert [row["verdict"] for row in rows] == kept(counted)
    assert tab.wrong == []
    assert tab.asked == {site.address}  # nothing is fetched from elsewhere


def test_records_are_screened_with_reasons_from_the_keyboard(chrome: Any, site: Served, counted: Counted) -> None:
    tab = Tab(chrome, site, "ann")
    tab.go(f"{ROOT}/screening")
    assert tab.decide("i").startswith("Included")
    assert tab.decide("x", "3").startswith("Excluded")
    with Store(counted.settings.store) as store:
        assert load(store, "spruce")[-1].why == "the same patients as another record"
    assert tab.decide("u").startswith("Taken back")
    assert kept(counted) == ["include", "exclude", "withdraw"]


def test_a_missed_finding_is_added_by_selecting_its_words(chrome: Any, site: Served, counted: Counted) -> None:
    tab = Tab(chrome, site, "ann")
    tab.go(f"{ROOT}/record/restated%3Aspruce1")
    wanted = "21 men"
    tab.page.evaluate(
        """(wanted) => {
          const pieces = [...document.querySelectorAll("[data-text] [data-at]")];
          const range = document.createRange();
          const pair = (n) => pieces[n].textContent + (pieces[n + 1]?.textContent ?? "");
          const first = pieces.findIndex((one, n) => pair(n).includes(wanted));
          range.setStart(pieces[first].firstChild, pieces[first].textContent.indexOf("21"));
          const last = pieces[first].textContent.includes(wanted) ? pieces[first] : pieces[first + 1];
          range.setEnd(last.firstChild, last.textContent.indexOf("men") + 3);
          const selection = window.getSelection();
          selection.removeAllRanges();
          selection.addRange(range);
        }""",
        wanted,
    )
    tab.press("m")
    form = tab.page.locator("#missed")
    assert form.locator('[name="words"]').input_value() == wanted
    form.locator('[name="measure"]').fill("sex:male")
    form.locator('[name="numerator"]').fill("21")
    form.locator('[name="denominator"]').fill("41")
    assert tab.decide("Enter").startswith("Added")
    with Store(counted.settings.store) as store:
        (made,) = load(store, "spruce")
        body = json.loads(store.rows("SELECT body FROM records WHERE id = 'restated:spruce1'")[0]["body"])
    assert made.after is not None
    whole = "\n".join([body["title"], *(one["text"] for one in body["sections"])])
    assert whole[made.after["start"] : made.after["end"]] == wanted


def test_two_people_at_once_do_not_overwrite_each_other(chrome: Any, site: Served, counted: Counted) -> None:
    ann, bob = (Tab(chrome, site, who) for who in ("ann", "bob"))
    for tab in (ann, bob):
        tab.go(f"{ROOT}/queue")
    assert ann.decide("a").startswith("Accepted")
    bob.decide("r", "2")
    assert "ann decided this while you were looking" in bob.text()
    assert kept(counted) == ["accept"]
    with bob.loading():
        bob.page.get_by_role("button", name="Keep mine as well").click()
    assert kept(counted) == ["accept", "reject"]
    bob.go(f"{ROOT}/agreement")
    assert "Differences to settle: 1" in bob.text()
    with bob.loading():
        bob.page.get_by_role("button", name="ann is right").click()
    assert "None open" in bob.text()


def test_keys_do_nothing_while_one_writes_and_can_be_put_off(chrome: Any, site: Served, counted: Counted) -> None:
    tab = Tab(chrome, site, "ann")
    tab.go(f"{ROOT}/queue")
    tab.press("c")
    tab.page.locator('details[open] input[name="why"]').focus()
    tab.page.keyboard.type("aru")
    assert tab.page.locator('details[open] input[name="why"]').input_value() == "aru"
    tab.press("Escape", "?")
    assert tab.page.locator("dialog").is_visible()
    assert "Accept" in tab.page.locator("dialog").inner_text()
    tab.page.locator("#keys-on").uncheck()
    tab.press("Escape", "a")
    assert kept(counted) == []


def test_every_number_leads_to_its_place_in_the_abstract_and_back(chrome: Any, site: Served) -> None:
    tab = Tab(chrome, site, None)
    tab.go(f"{ROOT}/claim/relapse")
    with tab.loading():
        tab.page.locator("table.studies a").first.click()
    assert tab.page.locator(".abstract .current").first.is_visible()
    with tab.loading():
        tab.press("b")
    assert "/claim/" in tab.page.url


PAGES = ["", "/queue", "/screening", "/claim/relapse", "/record/restated%3Aspruce1", "/agreement", "/decisions",
         "/export", "/claim/none"]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_axe_finds_no_serious_fault(chrome: Any, site: Served, scheme: str, size: str) -> None:
    if not AXE.exists():
        missing("axe-core", "`make test` installs it; else npm ci in tests/")
    tab = Tab(chrome, site, "ann", SIZES[size], color_scheme=scheme, bypass_csp=True)
    tab.go(f"{ROOT}/queue")
    tab.decide("a")
    tab.decide("r", "1")
    faults = []
    for path in PAGES:
        tab.go(ROOT + path)
        for panel in tab.page.locator("details.panel > summary").all()[:1]:
            panel.click()
        tab.page.add_script_tag(path=str(AXE))
        found = tab.page.evaluate("axe.run().then((done) => done.violations)")
        faults += [
            (path, one["id"], one["impact"], one["nodes"][0]["html"][:160])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        width = tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{path} is wider than the window"
    assert faults == []


def test_an_attack_in_a_title_or_an_abstract_does_not_run(chrome: Any, counted: Counted) -> None:
    hostile = (
        '<img src=x onerror="document.title=1;alert(1)"><script>document.title=2;alert(2)</script>"\' onfocus="alert(3)'
    )
    lines = counted.review.records_path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[0])
    row |= {"title": f"Spruce fever {hostile}", "citation": hostile, "authors": [hostile], "journal": hostile}
    row["sections"][0] = {"label": hostile, "text": f"{hostile} {row['sections'][0]['text']}"}
    counted.review.records_path.write_text("\n".join([json.dumps(row), *lines[1:]]) + "\n", encoding="utf-8")
    count(counted.review, counted.settings)
    with served(counted.settings.store) as site:
        tab = Tab(chrome, site, "ann")
        for path in (
            "",
            "/queue",
            "/screening?show=all&at=restated%3Aspruce1",
            "/record/restated%3Aspruce1",
            "/decisions",
        ):
            tab.go(ROOT + path)
            assert "Retally" in tab.page.title()
        for path in ("/s/records", "/s/findings", "/s"):
            tab.go(path)
        assert tab.wrong == []


def test_datasettes_pages_work_under_the_policy(chrome: Any, site: Served) -> None:
    tab = Tab(chrome, site, None)
    tab.go("/s/findings")
    tab.page.locator("th svg").first.click()  # the menu of a column, made by a script
    assert tab.page.locator(".dropdown-menu").first.is_visible()
    tab.go("/s?sql=select+count(*)+as+n+from+records")
    assert tab.page.locator("td").first.inner_text() == "4"
    assert tab.wrong == []
