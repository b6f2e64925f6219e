"""Pictures of a report as a browser shows it: desktop and phone, light and dark, and the printed PDF.

    python tests/screens.py report.html pictures/ [anchor ...]

With anchors (`claim-...`, `flow`, ...), a picture of each in place of the top of the page.

Needs Chromium (`apt-get install chromium`); for people's eyes, no part of the test suite.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
         "--hide-scrollbars", "--virtual-time-budget=2000", "--allow-file-access-from-files")  # fmt: skip
DESKTOP, PHONE = (1280, 1600), (390, 1600)
FRAME = '<!doctype html><meta charset="utf-8"><title>measure</title><body style="margin:0">'


def browser() -> str:
    """The browser's command.

    Raises:
        SystemExit: none is installed.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("screens: no Chromium found; install it (Debian: apt-get install chromium)")
    return found


def call(*arguments: str) -> str:
    """Runs the browser and gives what it prints."""
    done = subprocess.run([browser(), *FLAGS, *arguments], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def in_window(page: Path, anchor: str, folder: Path, width: int, height: int) -> Path:
    """A page that shows `page` in a frame of exactly this size: the browser's own window has a least width."""
    frame = folder / f".frame-{width}.html"
    source = f"{page.resolve().as_uri()}#{anchor}"
    frame.write_text(
        f'{FRAME}<iframe src="{source}" style="border:0;display:block;width:{width}px;height:{height}px"></iframe>',
        encoding="utf-8",
    )
    return frame


def picture(page: Path, anchor: str, folder: Path, name: str, size: tuple[int, int], dark: bool) -> Path:
    """One PNG of the window at `anchor`; an empty anchor is the top of the page."""
    width, height = size
    target = folder / f"{name}.png"
    frame = in_window(page, anchor, folder, width, height)
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else ["--blink-settings=preferredColorScheme=1"]
    call(*scheme, f"--screenshot={target}", f"--window-size={max(width, 500)},{height}", frame.as_uri())
    frame.unlink()
    return target


def main(arguments: list[str]) -> int:
    """Makes all pictures; returns the exit code."""
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    page, folder, anchors = Path(arguments[0]), Path(arguments[1]).resolve(), arguments[2:] or [""]
    folder.mkdir(parents=True, exist_ok=True)
    for anchor, dark, (name, size) in product(anchors, (False, True), (("desktop", DESKTOP), ("phone", PHONE))):
        full = "-".join(part for part in (anchor, name, "dark" if dark else "light") if part)
        print(picture(page, anchor, folder, full, size, dark), file=sys.stderr)
    call(f"--print-to-pdf={folder / 'print.pdf'}", "--no-pdf-header-footer", page.resolve().as_uri())
    print(folder / "print.pdf", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
