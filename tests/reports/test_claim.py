"""Claims files: what people edit, what the program parses, and what is said when a file is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.claim import Claim, ClaimsError, dump, load_claims, parsed_path, save_parsed

RELAPSE = Claim(
    "review.txt",
    "relapse",
    "outcome:relapse",
    group="GCA",
    stat="percent",
    value=50,
    cmp="<=",
    cites=["6-11"],
    kind="proportion",
    start=10,
    end=20,
    origin="parsed",
)
FEVER = Claim("review.txt", "fever", "symptom:fever", stat="percent", value=20, origin="parsed")


@pytest.fixture
def claims_toml(tmp_path: Path) -> Path:
    return tmp_path / "claims.toml"


def test_a_parse_comes_back_as_it_was_written(claims_toml: Path) -> None:
    save_parsed(claims_toml, [RELAPSE, FEVER])
    assert load_claims(claims_toml) == [RELAPSE, FEVER]


def test_text_with_quotes_line_breaks_and_signs_survives_the_file(claims_toml: Path) -> None:
    odd = Claim('a "b".txt', "x", "finding:β-blocker \\ ‘q’", expr="10 \n to 15", note="tab\there")
    claims_toml.write_text(dump([odd]), encoding="utf-8")
    assert load_claims(claims_toml) == [odd]


def test_a_second_parse_leaves_the_edited_file_alone(claims_toml: Path) -> None:
    claims_toml.write_text('[[claims]]\nid = "relapse"\nvalue = 45\nnote = "erratum"\n', encoding="utf-8")
    before = claims_toml.read_bytes()
    save_parsed(claims_toml, [RELAPSE, FEVER])
    assert claims_toml.read_bytes() == before
    assert parsed_path(claims_toml).name == "claims.parsed.toml"


def test_an_edit_changes_only_the_fields_it_names(claims_toml: Path) -> None:
    save_parsed(claims_toml, [RELAPSE, FEVER])
    claims_toml.write_text('[[claims]]\nid = "relapse"\nat_risk = ["treated"]\n', encoding="utf-8")
    relapse, fever = load_claims(claims_toml)
    assert (relapse.at_risk, relapse.value, relapse.cites, relapse.origin) == (
        ["treated"],
        50,
        ["6-11"],
        "parsed+edited",
    )
    assert fever == FEVER


def test_an_edit_outlives_a_parse_that_finds_another_value(claims_toml: Path) -> None:
    claims_toml.write_text('[[claims]]\nid = "fever"\nvalue = 44\n', encoding="utf-8")
    for value in (20.0, 25.0):
        save_parsed(claims_toml, [Claim("review.txt", "fever", "symptom:fever", stat="percent", value=value)])
        assert [c.value for c in load_claims(claims_toml)] == [44]


def test_a_parsed_claim_can_be_dropped_and_one_of_peoples_own_added(claims_toml: Path) -> None:
    save_parsed(claims_toml, [RELAPSE, FEVER])
    claims_toml.write_text(
        '[[claims]]\nid = "fever"\ndrop = true\n[[claims]]\nid = "own"\ndoc = "review.txt"\n'
        'measure = "outcome:death"\nstat = "percent"\nvalue = 3\n',
        encoding="utf-8",
    )
    assert [(c.id, c.origin) for c in load_claims(claims_toml)] == [("relapse", "parsed"), ("own", "edited")]


def test_exclusions_named_once_give_each_record_its_reason(claims_toml: Path) -> None:
    claims_toml.write_text(
        '[defaults]\npopulation = "GCA"\n[exclusions.fatal]\nreason = "died"\nrecords = ["pmid:1", "pmid:2"]\n'
        '[[claims]]\nid = "d"\ndoc = "r"\nmeasure = "outcome:death"\nexclude = ["fatal"]\n',
        encoding="utf-8",
    )
    (death,) = load_claims(claims_toml)
    assert death.exclude_studies == {"pmid:1": "died", "pmid:2": "died"}
    assert death.population == "GCA"


@pytest.mark.parametrize(
    ("text", "key", "cure"),
    [
        ('[[claims]]\nid = "a"\nmeasure = "age"\n', "'a'", "doc"),
        ('[[claims]]\nid = "a"\ndoc = "r"\nmeasure = "age"\ncmp = "=<"\n', "cmp", "must be one of"),
        ('[[claims]]\nid = "a"\ndoc = "r"\nmeasure = "age"\nvalue = "50"\n', "value", "int or float"),
        ('[[claims]]\nid = "a"\ndoc = "r"\nmeasure = "age"\nvalues = 50\n', "values", "no such key"),
        ('[[claims]]\nid = "a"\ndoc = "r"\nmeasure = "age"\nlow = 5\n', "low", "both"),
        ('[[claims]]\nid = "a"\ndoc = "r"\nmeasure = "age"\nlow = 9\nhigh = 5\n', "low", "exchange"),
        (
            '[[claims]]\nid = "a"\ndoc = "r"\nmeasure = "x"\nstat = "percent"\nvalue = 140\n',
            "value",
            "between 0 and 100",
        ),
        ('[[claims]]\nid = "a"\ndoc = "r"\nmeasure = "x"\n' * 2, "'a'", "used twice"),
        ('[[claims]]\nid = "a"\ndoc = "r"\nmeasure = "x"\nexclude = ["no"]\n', "exclude", "[exclusions.no]"),
        ('[[claims]]\nmeasure = "x"\n', "claim 1", "id"),
        ('claims = "none"\n', "claims", "[[claims]]"),
        ("[[claims]\n", "file", "not TOML"),
    ],
)
def test_a_wrong_file_is_named_with_the_key_and_the_cure(claims_toml: Path, text: str, key: str, cure: str) -> None:
    claims_toml.write_text(text, encoding="utf-8")
    with pytest.raises(ClaimsError) as error:
        load_claims(claims_toml)
    assert str(claims_toml) in str(error.value) and key in str(error.value) and cure in str(error.value)
    assert "\n" not in str(error.value)


def test_no_file_at_all_is_an_error(claims_toml: Path) -> None:
    with pytest.raises(ClaimsError, match="there is none"):
        load_claims(claims_toml)


def test_the_bundled_reviews_claims_load_with_their_estimands() -> None:
    claims = load_claims(Path(__file__).parents[2] / "corpora" / "cop" / "claims.toml")
    by_id = {claim.id: claim for claim in claims}
    assert len(claims) == 120
    assert sum(claim.kind == "cause" for claim in claims) == 55
    assert all(claim.population and claim.at_risk for claim in claims)
    assert by_id["op-relapse"].at_risk == ["treated"] and by_id["cop-relapse"].at_risk == ["all", "treated"]
    assert "rapidly progressive" in by_id["cop-death"].exclude_studies["pmid:8004328"]


def test_the_bundled_claims_state_what_the_reference_states(shared: Path) -> None:
    import json

    reference = {
        row["id"]: row for row in map(json.loads, (shared / "cop" / "claims.gold.jsonl").open(encoding="utf-8"))
    }
    for claim in load_claims(Path(__file__).parents[2] / "corpora" / "cop" / "claims.toml"):
        row = reference[claim.id]
        for key in (
            "measure",
            "group",
            "stat",
            "value",
            "low",
            "high",
            "cmp",
            "unit",
            "drug",
            "per",
            "frequency",
            "start",
            "end",
        ):
            assert getattr(claim, key) == row[key], (claim.id, key)
