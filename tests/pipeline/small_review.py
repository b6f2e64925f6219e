"""A small review of a made-up disease, for tests of whole runs: its folder, its restated records, its claims."""

from __future__ import annotations

import json
from pathlib import Path

REVIEW = """
id = "spruce"
title = "Spruce fever"
question = "How often does spruce fever come back?"
[[documents]]
key = "review.txt"
title = "A made-up review"
[search]
pubmed = "spruce"
[population.core]
label = "spruce fever"
names = ["spruce fever"]
"""

CLAIMS = """
[[claims]]
doc = "review.txt"
id = "relapse"
measure = "outcome:relapse"
stat = "percent"
value = 50
kind = "proportion"
population = "spruce fever"

[[claims]]
doc = "review.txt"
id = "men"
measure = "sex:male"
stat = "percent"
value = 90
kind = "proportion"
population = "spruce fever"
"""


def sentence(patients: int, relapsed: int, men: int) -> str:
    """An abstract with three figures."""
    return (
        f"We reviewed retrospectively {patients} patients with spruce fever ({men} men and {patients - men} women)."
        f" Relapse occurred in {relapsed} of the {patients} patients"
        f" ({100 * relapsed / patients:.0f}%)."
    )


def make(folder: Path, studies: int = 4) -> Path:
    """Write the review's folder with that many restated studies; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "review.toml").write_text(REVIEW, encoding="utf-8")
    (folder / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    rows = [
        {
            "id": f"restated:spruce{number}",
            "source": "restatement",
            "title": f"Spruce fever in town number {number}: a made-up test record",
            "sections": [{"label": "", "text": sentence(40 + number, 18 + 2 * number, 21)}],
            "year": 2000 + number,
            "link": {"pmid": str(900_000_000 + number), "doi": None, "title": f"Original of made-up record {number}"},
            "citation": f"Nobody N. Spruce fever {number}. J Made-up Rec. {2000 + number}.",
        }
        for number in range(1, studies + 1)
    ]
    (folder / "records.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder
