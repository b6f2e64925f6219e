"""Which words name a figure where its list leaves no doubt."""

from __future__ import annotations

import pytest

from extract.engine import Engine

ENGINE = Engine()


@pytest.mark.parametrize(
    ("text", "printed", "name"),
    [
        ("Fever was present in 30 of the 40 patients, cough in 24, and rash in 12.", "12", "rash"),
        ("CT showed consolidation in 90% of patients and the reversed halo sign in 20%.", "20%", "reversed halo sign"),
        ("We saw nausea in 12 patients (30%) and emboli in 3 (7.5%).", "3 (7.5%)", "embolus"),
        ("Idiopathic disease accounted for 34 cases (68%), drug reactions for 10 (20%).", "10 (20%)", "drug reaction"),
    ],
)
def test_each_figure_of_a_list_is_named_by_the_words_before_it(text: str, printed: str, name: str) -> None:
    (finding,) = [f for f in ENGINE.read(text=text) if text[f.start : f.end] == printed]
    assert finding.measure.partition(":")[2] == name


def test_groups_compared_share_one_name() -> None:
    text = "Nodules were found in 7/32 (22%) versus 6/11 (55%), and fever in 3/32 (9%) versus 4/11 (36%)."
    names = [f.measure.partition(":")[2] for f in ENGINE.read(text=text)]
    assert names == ["nodule", "nodule", "fever", "fever"]


def test_what_points_back_takes_the_name_before() -> None:
    text = "Survival at 5 years was 90% in women. Among sisters, the corresponding proportions were 70% and 88%."
    assert {f.measure.partition(":")[2] for f in ENGINE.read(text=text)} == {"survival"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Of 40 patients, 35 did not relapse and 5 relapsed.", ["no relapse", "relapse"]),
        ("Complete remission was not achieved in 6 (15%) of 40 patients.", ["no complete remission"]),
        ("No relapse occurred in 30 of 40 patients (75%).", ["no relapse"]),
    ],
)
def test_what_is_denied_is_not_counted_as_if_it_had_happened(text: str, names: list[str]) -> None:
    found = ENGINE.read(sections=[("RESULTS", text)])
    assert [f.measure.partition(":")[2] for f in found if f.measure != "participants"] == names


@pytest.mark.parametrize(
    ("text", "printed", "measure"),
    [
        (
            "Of 80 patients with lupus, 32 (40%) patients with nephritis received cyclophosphamide.",
            "32 (40%)",
            "treatment:cyclophosphamide",
        ),
        (
            "Rituximab (RTX) was free. Of 60 patients, 20 (33%) were given RTX under supervision.",
            "20 (33%)",
            "treatment:rituximab",
        ),
        (
            "Of 40 patients, 12 (30%) received prednisone 40 mg daily for 4 weeks.",
            "12 (30%)",
            "treatment:prednisone",
        ),
        (
            "Of 90 adults with pain, 30 (33%) with an early diagnosis were given adjuvant chemotherapy.",
            "30 (33%)",
            "treatment:adjuvant chemotherapy",
        ),
    ],
)
def test_what_people_were_given_names_their_number(text: str, printed: str, measure: str) -> None:
    (finding,) = [f for f in ENGINE.read(text=text) if text[f.start : f.end] == printed]
    assert finding.measure == measure
