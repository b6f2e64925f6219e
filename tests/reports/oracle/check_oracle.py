"""Compare reference numbers made anew with those in the repository: exit 0 when nothing differs, else 1.

Rscript tests/reports/oracle/oracle.R NEW.json && python tests/reports/oracle/check_oracle.py NEW.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("oracle.json")
TOLERANCE = 1e-6  # lme4's optimiser differs between machines in the seventh digit


def differences(kept: Any, new: Any, where: str = "") -> list[str]:
    """Every place where the two differ, as one line each."""
    if isinstance(kept, dict) and isinstance(new, dict):
        keys = sorted(kept.keys() | new.keys())
        return [line for key in keys for line in differences(kept.get(key), new.get(key), f"{where}/{key}")]
    if isinstance(kept, list) and isinstance(new, list) and len(kept) == len(new):
        pairs = enumerate(zip(kept, new, strict=True))
        return [line for i, (a, b) in pairs for line in differences(a, b, f"{where}/{i}")]
    if isinstance(kept, (int, float)) and isinstance(new, (int, float)):
        same = abs(kept - new) <= TOLERANCE * max(1.0, abs(kept))
    else:
        same = kept == new
    return [] if same else [f"{where}: {kept} in the repository, {new} anew"]


def main(path: str) -> int:
    """Print the differences between oracle.json and the file at `path`."""
    found = differences(json.loads(KEPT.read_text()), json.loads(Path(path).read_text()))
    sys.stdout.write("\n".join([*found, f"{len(found)} differences"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
