"""What tells for a group of a figure: the sentence, the figures before it, the rest of the text."""

from __future__ import annotations

from extract.choices import choices
from extract.groups import Group, Mention
from extract.layout import layouts, opening
from extract.parallel import list_place
from extract.reading import open_reader
from extract.whose import Whose


def opened(text: str, *labels: str) -> Whose:
    """A text ready for questions, with each of the labels believed to be a group wherever it stands."""
    reader = open_reader(text, [(0, len(text), "RESULTS")])
    plans = layouts(reader)
    beliefs, groups = {}, {label: Group(label, 0.9, n) for n, label in enumerate(labels)}
    for s, plan in plans.items():
        for p in plan.phrases:
            printed = text[reader.doc.starts[p.first] : reader.doc.ends[p.last - 1]]
            if printed in groups:
                beliefs[s, p.first, p.last] = 0.9
                groups[printed].mentions.append(Mention(s, p, printed))
    return Whose(reader, plans, list(groups.values()), beliefs)


def features(whose: Whose, figure: int, label: str) -> set[str]:
    return {f for c in choices(whose, figure, "outcome") if c.label == label for f in c.features}


def test_a_group_that_an_earlier_figure_of_the_list_has_is_taken() -> None:
    whose = opened("Fever was rarer with gel than balm (12% vs 15%).", "gel", "balm")
    whose.keep(0, "outcome", "gel")
    assert "run=taken1" in features(whose, 1, "gel") and "run=free1" in features(whose, 1, "balm")


def test_the_group_of_the_figure_before_is_followed_into_the_next_sentence() -> None:
    whose = opened("Twenty adults on gel took part. Cough was seen in 4%.", "gel")
    whose.keep(0, "participants", "gel")
    assert "DOC|follow=True|next|x" in features(whose, 1, "gel")
    assert "ALL|prev=False|next|x" in features(whose, 1, "all")


def test_a_group_right_behind_its_figure() -> None:
    whose = opened("Cough was seen in 4% in balm and in 9% of others.", "balm")
    assert "direct=R|in" in features(whose, 0, "balm") and "direct=R|in" not in features(whose, 1, "balm")


def test_the_place_in_a_list_and_how_a_sentence_begins() -> None:
    reader = open_reader("Of these, 12%, 14% and 19% coughed.", [(0, 35, "")])
    assert [list_place(reader, n) for n in range(3)] == [(0, 3), (1, 3), (2, 3)]
    assert opening(reader, 0) == "of-these"
