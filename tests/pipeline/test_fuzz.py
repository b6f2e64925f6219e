"""Every reader takes any input; `make fuzz` gives them a hundred thousand, the suite some hundreds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import READERS, fuzz


@pytest.mark.parametrize("name", READERS)
def test_any_input_ends_in_records_and_reports(name: str, tmp_path: Path) -> None:
    assert fuzz(name, 150, tmp_path) >= 100
