"""Settings of a run that are not a review's: where things are kept and how PubMed is asked.

Each comes from a command-line option, else from the environment, else from the default here. Secrets are no settings:
`pipeline.secret` reads them at the moment they are used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError

TOOL = "retally"
DEFAULT_STORE = Path("retally.sqlite")
DEFAULT_OUT = Path("out")
_FASTEST = 1000.0  # requests a second: more is a slip of the pen, or not a number
BUSY_SECONDS = 10.0  # how long a write waits for another process to release the store before it gives up


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the store and the reports are, and who asks PubMed.

    `store` is the SQLite file, `out` the folder under which each review gets a folder of pages; `email` is what NCBI
    asks every user to send; `base_url` replaces the address of the E-utilities (a mirror or a test server);
    `rate` are requests a second, for going slower than NCBI allows; `jobs` processes read texts at the same time.
    """

    store: Path = DEFAULT_STORE
    out: Path = DEFAULT_OUT
    email: str | None = None
    base_url: str | None = None
    rate: float | None = None
    jobs: int = 1

    @classmethod
    def load(
        cls,
        store: str | Path | None = None,
        out: str | Path | None = None,
        email: str | None = None,
        base_url: str | None = None,
        rate: float | None = None,
        jobs: int = 1,
    ) -> Settings:
        """Options that are None fall back to RETALLY_STORE, _OUT, _EMAIL, _BASE_URL and _RATE.

        Raises `UsageError` for a rate that is no number above 0.
        """
        env = os.environ
        return cls(
            store=Path(store or env.get("RETALLY_STORE") or DEFAULT_STORE),
            out=Path(out or env.get("RETALLY_OUT") or DEFAULT_OUT),
            email=email or env.get("RETALLY_EMAIL") or None,
            base_url=base_url or env.get("RETALLY_BASE_URL") or None,
            rate=_rate(rate if rate is not None else env.get("RETALLY_RATE")),
            jobs=jobs,
        )


def _rate(given: float | str | None) -> float | None:
    if given in (None, ""):
        return None
    try:
        rate = float(given)  # type: ignore[arg-type]
    except ValueError:
        rate = 0.0
    if not 0 < rate <= _FASTEST:
        raise UsageError(f"a rate of {given!r} requests a second", "RETALLY_RATE or --rate", "Give a number such as 2.")
    return rate
