"""review.toml: what is wrong is named with file, key, what is expected there, and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ReviewError, UsageError
from pipeline.new_review import make_review
from pipeline.review import Review, load_review

GOOD = """
id = "cold"
title = "Common cold"
question = "How often do adults with a cold cough?"
[search]
pubmed = '''
"common cold"[tiab]
 AND adult'''
[population.core]
label = "common cold"
names = ["common cold"]
"""


def load(folder: Path, text: str) -> Review:
    (folder / "review.toml").write_text(text, encoding="utf-8")
    return load_review(str(folder))


def test_the_least_that_a_review_needs(tmp_path: Path) -> None:
    review = load(tmp_path, GOOD)
    assert review.query == '"common cold"[tiab] AND adult'
    assert review.eligibility.min_patients == 5
    assert review.population.wider is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('title = "Common cold"', ""), r"review\.toml: title: missing; expected the review's title\. Add `title"),
        (('title = "Common cold"', "title = 3"), r"title: expected the review's title, found 3"),
        (('title = "Common cold"', 'title = " "'), r"title: empty; expected the review's title"),
        (('id = "cold"', 'id = "../cold"'), r"id: expected lower-case letters"),
        (('names = ["common cold"]', ""), r"population\.core\.names: missing"),
        (('names = ["common cold"]', 'names = ["a", 1]'), r"population\.core\.names: expected a list .* found 1"),
        (('names = ["common cold"]', "names = []\nnmaes = []"), r"population\.core\.names: missing"),
        (("[search]", "[serach]"), r"search: missing; expected a table \[search\]"),
        (("[search]", "[search]\nembase = 'x'"), r"search\.embase: this key is not known.*spelling"),
        (("[search]", "[eligibility]\nmin_patients = 0\n[search]"), r"eligibility\.min_patients: expected a whole"),
        (("[search]", "[eligibility]\nmin_patients = true\n[search]"), r"min_patients: expected .* found True"),
        (("[search]", "[eligibility]\ndesigns = ['rct']\n[search]"), r"designs: no such design: 'rct'\. Use some of"),
        (("[search]", "[eligibility]\nfirst_year = 19\n[search]"), r"first_year: expected a year"),
        (
            ("[search]", "[[overlaps]]\nrecords = ['a']\nreason = 'r'\n[search]"),
            r"overlaps\[1\]\.records: expected at l",
        ),
        (("[search]", "[[documents]]\ntitle = 'x'\n[search]"), r"documents\[1\]\.key: missing"),
        (("[search]", "[search"), r"review\.toml: this is not valid TOML.*line"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    with pytest.raises(ReviewError, match=expected):
        load(tmp_path, GOOD.replace(*change))


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "review.toml").write_bytes(b'title = "\xff\xfe"')
    with pytest.raises(ReviewError, match=r"not UTF-8 text\. Save it as UTF-8"):
        load_review(str(tmp_path))


def test_a_folder_without_a_review_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match=r"no review\.toml in this folder\. `retally new NAME`"):
        load_review(str(tmp_path))


@pytest.mark.parametrize("name", ["nowhere", "../../nowhere", "", "cop/../../x", "c\x00p"])
def test_an_unknown_review_lists_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match=r"Known: .*cop"):
        load_review(name)


def test_a_new_review_says_what_to_fill_in_and_then_loads(tmp_path: Path) -> None:
    review_file, claims_file = make_review(tmp_path, "cold")
    assert claims_file.is_file()
    with pytest.raises(ReviewError, match="title: empty"):
        load_review(str(tmp_path / "cold"))
    text = review_file.read_text(encoding="utf-8")
    for key in ("title", "question", "pubmed", "label"):
        text = text.replace(f'{key} = ""', f'{key} = "common cold"', 1)
    review_file.write_text(text.replace("names = []", 'names = ["common cold"]', 1), encoding="utf-8")
    assert load_review(str(tmp_path / "cold")).id == "cold"


def test_a_new_review_never_touches_a_folder_that_is_there(tmp_path: Path) -> None:
    make_review(tmp_path, "cold")
    with pytest.raises(UsageError, match="exists already"):
        make_review(tmp_path, "cold")
    with pytest.raises(UsageError, match="no name for a review"):
        make_review(tmp_path, "../cold")
