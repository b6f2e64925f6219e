"""Sizes of groups and what follows from them."""

from extract.sizes import Sizes, fitting, possible, vouched


def test_a_bare_percentage_takes_only_a_size_that_it_can_come_from() -> None:
    assert possible(33.3, 30, 1) == 10
    assert possible(33.3, 29, 1) is None


def test_count_and_percentage_choose_the_size_they_agree_with() -> None:
    assert fitting("percent", 25.0, 10, 0, [80, 40]) == 40


def test_no_size_fits_a_count_larger_than_the_group() -> None:
    assert fitting("count", 31.0, 31, 0, [30]) is None


def test_the_population_last_stated_before_the_figure_comes_first() -> None:
    sizes = Sizes()
    sizes.add("all", 120, 10)
    sizes.add("all", 96, 200)
    assert sizes.of("all", 300) == [96, 120]
    assert sizes.of("all", 100) == [120, 96]


def test_a_printed_denominator_is_the_size_of_a_group_that_states_none() -> None:
    sizes = Sizes()
    sizes.add_denominator("sham group", 44, 50, sentence=40)
    assert sizes.of("sham", 90) == [44]
    sizes.add("sham", 45, 20)
    assert sizes.of("sham", 90) == [45]


def test_a_group_of_two_sizes_has_no_certain_one() -> None:
    sizes = Sizes()
    sizes.add("arm A", 20, 5)
    sizes.add("arm A", 22, 60)
    assert sizes.certain("arm A", 90) is None


def test_a_denominator_printed_in_the_sentence_leads():
    sizes = Sizes()
    sizes.add("active", 451, 10)
    sizes.add_denominator("active", 453, 300, sentence=280)
    assert sizes.of("active", 330, sentence=280) == [453, 451]
    assert sizes.of("active", 900, sentence=880) == [451]


def test_the_size_that_fits_exactly_goes_before_one_that_nearly_does():
    assert fitting("percent", 98.4, 249, 1, [255, 253]) == 253


def test_count_and_percentage_vouch_for_the_one_size_that_gives_them():
    assert vouched(83.4, 196, 1, {235, 257, 600}) == 235
    assert vouched(83.4, 196, 1, {257, 600}) is None
    assert vouched(50.0, 6, 0, {12, 60}) == 12
    assert vouched(7.0, 6, 0, {86, 87}) is None
    assert vouched(50.0, 2, 0, {4}) is None


def test_the_sum_of_the_groups_is_a_size_where_none_is_stated_of_them_all():
    sizes = Sizes()
    for label, size in (("gel", 15), ("cream", 39), ("balm", 34)):
        sizes.add(label, size, 0)
    assert sizes.all() == {15, 39, 34, 88}
    sizes.add("all", 90, 10)
    assert sizes.all() == {15, 39, 34, 90}
