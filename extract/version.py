"""The engine's version: a digest of all that a reading depends on, so that nobody has to raise a number by hand.

It covers the code of this package, its vocabularies, the fitted deciders, and the release record of the clinical model
(which holds that model's own checksum). `extract.engine` writes it on every finding; what was read by another version
is read again.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_HOME = Path(__file__).parent
_LENGTH = 12  # hexadecimal digits: 48 bits, and it stands on every finding


@cache
def engine_version(weights: Path | None = None) -> str:
    """The version of the engine as it is installed, with the deciders that ship or those in the folder `weights`.

    Twelve hexadecimal digits; some 10 ms at the first call.
    """
    whole = hashlib.sha256()
    for path in _parts(weights or _HOME / "weights"):
        whole.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:_LENGTH]


def _parts(weights: Path) -> list[Path]:
    """Code and data of reading; how the weights were fitted (`fit`, `train`) shows in the weights."""
    data = (path for path in (_HOME / "data").iterdir() if path.is_file())
    fitted = (path for path in weights.iterdir() if path.suffix in (".npz", ".toml"))
    return [*sorted(_HOME.glob("*.py")), *sorted(data), *sorted(fitted)]


class EngineVersion:
    """The class attribute `Engine.version`, worked out when it is first asked for and not at import."""

    def __get__(self, engine: object | None, owner: type | None = None) -> str:
        return engine_version(getattr(engine, "weights", None))
