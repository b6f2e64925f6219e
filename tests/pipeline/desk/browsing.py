"""A real Chromium before the real `retally desk`, for tests and for the README's picture."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def missing(what: str, cure: str) -> None:
    """Say it loudly and skip; in CI, fail: a check that was promised must not go missing unseen."""
    said = f"{what} is missing: {cure}"
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(said, pytrace=False)
    warnings.warn(f"SKIPPED, browser tests: {said}", stacklevel=2)
    pytest.skip(said)


def chromium() -> str | None:
    """The system's Chromium."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@dataclass
class Served:
    """A desk that is being served: where, and each person's own address."""

    address: str
    enter: dict[str, str]


@contextmanager
def served(store: Path, people: Sequence[str] = ("ann", "bob"), *options: str) -> Iterator[Served]:
    """`retally desk` in a process of its own, until the block ends."""
    named = [word for person in people for word in ("--person", person)]
    command = [sys.executable, "-m", "pipeline", "desk", "--store", str(store), "--port", "0", *named, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=store.parent)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in (people if "--read-only" not in options else ("",))]
        urls = [line.split()[-1] for line in lines]
        yield Served(urls[0].split("/-/")[0], dict(zip(people, urls, strict=False)))
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium under Playwright."""
    path = chromium()
    if path is None:
        missing("Chromium", "`make test` installs it as root on Debian; else apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield opened
        finally:
            opened.close()
