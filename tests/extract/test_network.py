"""The network: same answer every time, probabilities that add up, weights that cannot be read."""

from pathlib import Path

import numpy as np
import pytest

from extract.groups import label_counts, labels
from extract.layout import layout
from extract.linear import WeightsError
from extract.network import EVERYBODY, LONGEST, Network, Reading, code, load_network
from extract.reading import open_reader
from extract.sequence import sequence

TEXT = "Cough was seen in 12% of the placebo group and in 4% of those given salmeterol."


def reading() -> Reading:
    network = load_network()
    reader = open_reader(TEXT, [(0, len(TEXT), "RESULTS")])
    return network.read(sequence(reader, network.words))


def test_the_classes_of_a_figure_are_probabilities() -> None:
    odds = reading().kinds([0, 1])
    assert odds.shape == (2, len(load_network().classes))
    assert np.allclose(odds.sum(axis=1), 1.0, atol=1e-5)


def test_the_same_record_reads_the_same_to_the_bit() -> None:
    assert np.array_equal(reading().x, reading().x)


def test_a_record_knows_its_neighbours() -> None:
    network = load_network()
    other = TEXT.replace("placebo", "control")
    reader = open_reader(other, [(0, len(other), "RESULTS")])
    changed = network.read(sequence(reader, network.words)).x
    assert not np.allclose(changed[1], reading().x[1])  # a word far from the change


def test_a_text_as_long_as_a_book_is_read_in_pieces() -> None:
    network = load_network()
    text = " ".join([TEXT] * 500)
    reader = open_reader(text, [(0, len(text), "RESULTS")])
    record = sequence(reader, network.words)
    assert len(record.rows) > 2 * LONGEST
    assert network.read(record).x.shape == (len(record.rows), network.width)


def test_labels_and_candidates_are_scored_one_by_one() -> None:
    reader = open_reader(TEXT, [(0, len(TEXT), "RESULTS")])
    plan = layout(reader, 0)
    seen = reading()
    seen.lay([(p.first, p.last - 1) for p in plan.phrases])
    rows = labels(reader, {0: plan})
    sure = seen.group_labels([r.numbers for r in rows], [label_counts(reader.doc, r) for r in rows])
    assert sure.shape == (len(rows),) and np.all((sure >= 0) & (sure <= 1))
    features = [["ALL"], ["hit=True"], ["hit=False", "k=R0"]]
    together = seen.groups(0, "outcome", [EVERYBODY, 0, 1], [EVERYBODY, 0, 1], features)
    alone = seen.groups(0, "outcome", [1], [1], features[2:])
    assert np.isclose(together[2], alone[0], atol=1e-4)


def test_a_feature_has_the_same_bucket_on_every_machine() -> None:
    assert code("nk=R0") == 14218


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_damaged_weights_are_one_line_with_the_cure(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "reader.npz"
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=r"reader\.npz cannot be read .* reinstall retally"):
        Network(file)


def test_missing_weights_are_one_line_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="reinstall retally"):
        Network(tmp_path / "reader.npz")
