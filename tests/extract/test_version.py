"""The engine's version moves with everything that a reading depends on, and with nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from extract import version
from extract.engine import Engine


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the package's code, data and deciders, without the clinical model's own files."""
    source = Path(version.__file__).parent
    copy = tmp_path / "extract"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("clinical", "__pycache__", "fit", "train"))
    monkeypatch.setattr(version, "_HOME", copy)
    version.engine_version.cache_clear()
    yield copy
    version.engine_version.cache_clear()


def now() -> str:
    version.engine_version.cache_clear()
    return version.engine_version()


def test_a_copy_of_the_engine_has_the_same_version(home: Path) -> None:
    assert now() == now()
    (home / "data" / "more").mkdir()
    assert len(now()) == 12


@pytest.mark.parametrize("part", ["engine.py", "data/units.toml", "weights/figure.npz", "weights/clinical.toml"])
def test_code_data_weights_and_model_each_move_it(home: Path, part: str) -> None:
    before = now()
    with (home / part).open("ab") as file:
        file.write(b"\n")
    assert now() != before


def test_other_weights_are_another_engine(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "weights"
    shutil.copytree(home / "weights", other)
    assert version.engine_version(other) == version.engine_version()
    (other / "figure.npz").write_bytes((other / "reader.npz").read_bytes())
    version.engine_version.cache_clear()
    assert version.engine_version(other) != version.engine_version()


def test_findings_carry_it_and_it_is_worked_out_once() -> None:
    version.engine_version.cache_clear()
    found = Engine().read("A made-up record", [("", "Of 40 patients, 10 (25%) had cough.")])
    assert {finding.engine for finding in found} == {Engine.version}
    assert version.engine_version.cache_info().misses == 1
