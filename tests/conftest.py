"""Shared fixtures: the material beside the checkout, which a user does not have."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the checkout; the test is skipped, loudly, where there is none."""
    if not SHARED.is_dir():
        warnings.warn(f"SKIPPED for want of {SHARED}: tests against the development material", stacklevel=1)
        pytest.skip(f"no {SHARED} beside the checkout")
    return SHARED
