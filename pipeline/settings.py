"""Settings of a run that are not a review's: where things are kept and how PubMed is asked.

Each comes from a command-line option, else from the environment, else from the default here. Secrets are read from the
environment only, at the moment they are used, and are never stored, logged or reported.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TOOL = "retally"
DEFAULT_STORE = Path("retally.sqlite")
DEFAULT_OUT = Path("out")
BUSY_SECONDS = 10.0  # how long a write waits for another process to release the store before it gives up


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the store and the reports are, and who asks PubMed.

    `store` is the SQLite file, `out` the folder under which each review gets a folder of pages; `email` is what NCBI
    asks every user to send; `base_url` replaces the address of the E-utilities (a mirror or a test server).
    """

    store: Path = DEFAULT_STORE
    out: Path = DEFAULT_OUT
    email: str | None = None
    base_url: str | None = None

    @classmethod
    def load(
        cls,
        store: str | Path | None = None,
        out: str | Path | None = None,
        email: str | None = None,
        base_url: str | None = None,
    ) -> Settings:
        """Options that are None fall back to RETALLY_STORE, RETALLY_OUT, RETALLY_EMAIL and RETALLY_BASE_URL."""
        env = os.environ
        return cls(
            store=Path(store or env.get("RETALLY_STORE") or DEFAULT_STORE),
            out=Path(out or env.get("RETALLY_OUT") or DEFAULT_OUT),
            email=email or env.get("RETALLY_EMAIL") or None,
            base_url=base_url or env.get("RETALLY_BASE_URL") or None,
        )
