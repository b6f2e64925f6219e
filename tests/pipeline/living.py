"""What the tests of the nightly update share: a review, a PubMed on this machine, and the state of a store."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.deliver import Told, deliver
from pipeline.entrez import Entrez, EntrezSettings
from pipeline.history import PastRun
from pipeline.logs import LogDisplay
from pipeline.mail import Mailer
from pipeline.ratelimit import RateLimiter
from pipeline.review import Review, load_review
from pipeline.secret import secret
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.update import update_review
from tests.eutils.articles import Article
from tests.eutils.server import EutilsServer
from tests.pipeline.small_review import CLAIMS, make, sentence

FIRST = 900_000_100


def study(number: int, relapsed: int = 30, men: int = 31, **given: Any) -> Article:
    """A made-up paper on spruce fever."""
    fields = {
        "title": f"Spruce fever in made-up town {number}: a cohort",
        "sections": [("", sentence(60, relapsed, men))],
    }
    return Article(str(FIRST + number), **{**fields, **given})


@dataclass
class Living:
    """A review that is kept up to date from a server; `night` updates it as `retally update` does, without pages."""

    folder: Path
    server: EutilsServer
    name: str = "a"
    seen: list[PastRun] = field(default_factory=list)

    @property
    def review(self) -> Review:
        home = self.folder / "spruce"
        if not home.exists():
            make(home, studies=0)
            # one claim of few studies: pooling is not what is tested here, and it takes most of a night
            (home / "claims.toml").write_text(CLAIMS.split("[[claims]]")[1].join(["[[claims]]", ""]), encoding="utf-8")
        return load_review(str(home))

    @property
    def settings(self) -> Settings:
        return Settings(
            self.folder / f"{self.name}.sqlite", self.folder / "out", "test@example.org", self.server.base_url
        )

    def night(self, today: date = date(2025, 1, 2), mirror: Path | None = None) -> PastRun:
        with Store(self.settings.store) as store:
            return update_review(store, self.review, self.settings, LogDisplay(), mirror, today)

    def tell(self, mailer: Mailer | None = None) -> Told:
        with Store(self.settings.store) as store:
            return deliver(store, self.review, self.settings, mailer)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with Store(self.settings.store) as store:
            return store.rows(sql)

    def state(self) -> dict[str, Any]:
        """All that must not depend on how a store came to be as it is: records, decisions, findings, results."""
        return {
            "records": self.rows(
                "SELECT id, version, superseded_by, deleted_at IS NOT NULL AS gone FROM records ORDER BY id"
            ),
            "screening": self.rows(
                "SELECT record_id, version, decision, reason, design, tier, patients FROM screening"
                " WHERE until_run IS NULL ORDER BY record_id"
            ),
            "findings": self.rows(
                "SELECT content_hash, engine, place, body FROM findings WHERE content_hash IN"
                " (SELECT content_hash FROM records) ORDER BY content_hash, engine, place"
            ),
            "results": self.rows(
                "SELECT body FROM comparisons WHERE run_id = (SELECT coalesce(same_as, id) FROM runs"
                " WHERE status = 'complete' ORDER BY id DESC LIMIT 1) ORDER BY place"
            ),
        }


def quick_entrez(settings: Settings, asked_by: str) -> Entrez:
    """A client that does not wait for a server of our own."""
    given = EntrezSettings(
        str(settings.email),
        base_url=str(settings.base_url),
        tries=2,
        first_pause=0.001,
        timeout=0.5,
        api_key=secret("NCBI_API_KEY") or "x",
        rate=1e6,
    )
    return Entrez(given, RateLimiter(1e6, settings.store.with_suffix(".rate")))


def without_power() -> None:
    """Take from this process, before its program starts, root's right to write what nobody may write (Linux)."""
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE; fails for others than root: good


def command(
    living: Living, *more: str, limit: int | None = None, powerless: bool = False, **environment: str
) -> subprocess.Popen[str]:
    """`retally update` as a process of its own.

    `limit`: the size in bytes beyond which no file may grow; `powerless`: the rights of files hold for root too.
    """
    words = ["update", str(living.review.folder), "--store", str(living.settings.store)]
    words += ["--out", str(living.settings.out), "--email", "test@example.org"]
    words += ["--base-url", living.server.base_url, "--rate", "1000", *more]
    env = {**os.environ, "XDG_CACHE_HOME": str(living.folder), "NCBI_API_KEY": "a-made-up-key", **environment}
    start = "from pipeline.cli import main; main()"
    if limit is not None:
        start = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); {start}"
    return subprocess.Popen(
        [sys.executable, "-c", start, *words],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=without_power if powerless else None,
    )
