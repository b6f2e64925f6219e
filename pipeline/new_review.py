"""A commented review folder to start from: what `retally new NAME` makes.

The two files are templates beside this module; what must be filled in is empty there, so that a run before that says
which key is missing.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.review import NAME

_HERE = Path(__file__).resolve().parent
_TEMPLATES = {"review.toml": _HERE / "template_review.toml", "claims.toml": _HERE / "template_claims.toml"}


def make_review(home: Path, name: str) -> list[Path]:
    """Make `home/name` with review.toml and claims.toml; the files made. An existing folder is never touched.

    Raises `UsageError` for a name that is no plain name, or that is taken.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a review", "", "Use lower-case letters, digits, - and _.")
    folder = home / name
    if folder.exists():
        raise UsageError("this folder exists already", str(folder), "Choose another name.")
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as scratch:  # whole or not at all
        made = Path(scratch) / name
        made.mkdir()
        for file, template in _TEMPLATES.items():
            (made / file).write_text(template.read_text(encoding="utf-8").replace("NAME", name), encoding="utf-8")
        shutil.move(made, folder)
    return [folder / file for file in _TEMPLATES]
