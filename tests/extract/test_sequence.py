"""The record as the network sees it."""

from extract.reading import open_reader
from extract.sequence import DEPTH, DROPPED, FIGURE, ROLE, ROLES, START, UNKNOWN, WORD, sequence

TEXT = "Of 197 patients, 33 (17%) relapsed (p = 0.03). None died."


def test_a_figure_is_one_row_however_many_tokens_it_has() -> None:
    reader = open_reader(TEXT, [(0, len(TEXT), "RESULTS")])
    record = sequence(reader, {})
    kept = [i for i, e in enumerate(reader.figures) if not e.drop and "base" not in e.tags]
    assert [record.rows[record.figure[i], WORD] for i in kept] == [FIGURE] * len(kept)
    share = next(i for i in kept if reader.figures[i].value == 17)
    e = reader.figures[share]
    assert {record.place[t] for t in range(e.first, e.last)} == {record.figure[share]}


def test_what_is_no_finding_has_a_row_of_its_own_kind() -> None:
    reader = open_reader(TEXT, [(0, len(TEXT), "RESULTS")])
    record = sequence(reader, {})
    assert DROPPED in record.rows[:, WORD]


def test_every_sentence_begins_with_a_start_and_every_row_knows_its_sentence_and_role() -> None:
    reader = open_reader(TEXT, [(0, len(TEXT), "RESULTS")])
    record = sequence(reader, {})
    assert list(record.rows[:, WORD]).count(START) == 2
    assert sorted(set(record.sentence)) == [0, 1]
    assert set(record.rows[:, ROLE]) == {ROLES.index("results")}


def test_known_words_have_their_row_and_others_share_one() -> None:
    reader = open_reader(TEXT, [(0, len(TEXT), "RESULTS")])
    record = sequence(reader, {"relapsed": 10})
    words = dict(zip(reader.doc.lower, record.place, strict=False))
    assert record.rows[words["relapsed"], WORD] == 10
    assert record.rows[words["died"], WORD] == UNKNOWN


def test_brackets_are_counted() -> None:
    reader = open_reader("Cough (dry or wet) was common.", [(0, 30, "RESULTS")])
    record = sequence(reader, {})
    assert record.rows[record.place[reader.doc.words.index("dry")], DEPTH] == 1
    assert record.rows[record.place[reader.doc.words.index("common")], DEPTH] == 0


def test_an_empty_record_is_empty() -> None:
    assert len(sequence(open_reader("", [(0, 0, "")]), {}).rows) == 0
