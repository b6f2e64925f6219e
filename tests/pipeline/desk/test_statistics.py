"""Agreement against published values, and against the definition."""

from __future__ import annotations

import pytest

from pipeline.desk.statistics import cohen_kappa, share


def pairs(table: list[list[int]]) -> list[tuple[int, int]]:
    return [(i, j) for i, row in enumerate(table) for j, times in enumerate(row) for _ in range(times)]


def test_kappa_of_two_dermatologists_is_the_published_one() -> None:
    """The SkinCondition data of the SAS/STAT user guide (PROC FREQ): kappa 0.3449, ASE 0.0724, 0.2030 to 0.4868."""
    found = cohen_kappa(pairs([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]))
    assert found.n == 88
    assert [found.kappa, found.se, found.low, found.high] == pytest.approx([0.3449, 0.0724, 0.2030, 0.4868], abs=6e-5)


def test_kappa_is_agreement_beyond_chance() -> None:
    """20 of 25 and 15 of 25: observed 0.7, expected 0.5 (a textbook table, kappa 0.4)."""
    found = cohen_kappa(pairs([[20, 5], [10, 15]]))
    assert (found.observed, found.expected) == (pytest.approx(0.7), pytest.approx(0.5))
    assert found.kappa == pytest.approx(0.4)


def test_perfect_agreement_on_two_categories_is_one() -> None:
    found = cohen_kappa(pairs([[5, 0], [0, 5]]))
    assert (found.kappa, found.low, found.high) == (1.0, 1.0, 1.0)


def test_where_both_always_said_the_same_kappa_is_not_defined() -> None:
    found = cohen_kappa([("include", "include")] * 9)
    assert (found.kappa, found.observed) == (None, 1.0)


def test_without_pairs_there_is_nothing() -> None:
    assert cohen_kappa([]).kappa is None and share(0, 0).value is None


def test_a_share_has_its_exact_interval() -> None:
    """8 of 10: Clopper-Pearson 0.4439 to 0.9748, as published widely (R's binom.test)."""
    found = share(8, 10)
    assert [found.value, found.low, found.high] == pytest.approx([0.8, 0.4439045, 0.9747893], abs=1e-6)


def test_kappa_of_husbands_and_wives_is_the_published_one() -> None:
    """The table SexualFun of R's package vcd, whose `Kappa` gives 0.1293 with an ASE of 0.0686."""
    found = cohen_kappa(pairs([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]))
    assert [found.kappa, found.se] == pytest.approx([0.1293, 0.0686], abs=6e-5)
