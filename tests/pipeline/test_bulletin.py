"""What changed in words: hostile titles stay text, and the feed is XML that a reader accepts."""

from __future__ import annotations

from lxml import etree

from pipeline.bulletin import as_atom, as_markdown, as_text, headline
from pipeline.changes import Changes, Figure, Moved, Study
from pipeline.review import Triggers

HOSTILE = "<script>alert(1)</script> [click](javascript:x) \x00\x1b[31m\u202e ]]> & \n# not a heading\ud800"


def changes(**given: object) -> Changes:
    fields = {"review_id": "r", "title": HOSTILE, "run_id": 7, "before": 6, "finished": "2026-01-02T03:04:05Z"}
    return Changes(**{**fields, **given})  # type: ignore[arg-type]


def moved(before: str, after: str, by: float | None = None) -> Moved:
    return Moved("c", "Relapse", "50 %", before, after, Figure(50, 40, 60, 3), Figure(70, 61, 80, 5), "outside", by)


def test_markup_and_control_characters_in_titles_do_nothing() -> None:
    one = changes(new=[Study("pmid:1", HOSTILE)])
    assert all(char == "\n" or char.isprintable() for char in as_text(one))
    assert "<script>" not in as_markdown(one)
    assert "[click](" not in as_markdown(one)
    assert "\n# not" not in as_markdown(one)


def test_the_feed_is_sound_xml_with_lasting_ids() -> None:
    feed = etree.fromstring(as_atom("r", HOSTILE, [changes(new=[Study("pmid:1", HOSTILE)])]).encode())
    atom = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.xpath("string(//a:entry/a:id)", namespaces=atom) == "urn:retally:r:run:7"
    assert feed.xpath("string(//a:entry/a:updated)", namespaces=atom) == "2026-01-02T03:04:05Z"
    assert "<script>" in feed.xpath("string(//a:entry/a:content)", namespaces=atom)


def test_the_headline_counts_each_kind() -> None:
    one = changes(
        moved=[moved("agrees", "differs"), moved("agrees", "agrees", 3.0)],
        gone=[Study("a", "A", "retracted")],
        new=[Study("b", "B"), Study("c", "C")],
    )
    assert headline(one) == "1 verdict changed, 1 retraction, 2 new studies, 1 figure moved"
    assert "Relapse, stated 50 %: agrees -> differs. 50.0 [40.0, 60.0] from 3 studies before" in as_text(one)


def test_triggers_decide_what_is_news_and_a_retraction_always_is() -> None:
    strict = Triggers(verdict_changed=False, interval_moved=10.0, new_studies=3)
    assert not changes(moved=[moved("agrees", "differs", 9.0)], new=[Study("b", "B")]).is_news(strict)
    assert changes(moved=[moved("agrees", "agrees", 11.0)]).is_news(strict)
    assert changes(new=[Study("b", "B")] * 3).is_news(strict)
    assert changes(gone=[Study("a", "A", "retracted")]).is_news(strict)
    assert changes(moved=[moved("agrees", "differs")]).is_news(Triggers())


def test_changes_survive_json() -> None:
    one = changes(moved=[moved("agrees", "differs", 2.0)], marked=[Study("a", "A", "erratum")])
    assert Changes.from_dict(one.to_dict()) == one
