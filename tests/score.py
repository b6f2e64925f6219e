"""Accuracy on the development gold beside the checkout: `make score` (or `python -m tests.score [--errors N]`).

Prints the scorer's table for the reader on the development abstracts, recall by class, the ten most frequent kinds of
error, and the same figures for claims on the three seed documents. The weights that ship have not been fitted on the
development abstracts.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from extract.engine import Engine
from reports.claims import parse, read_document
from tests.conftest import SHARED

Row = dict[str, Any]


def scorer() -> ModuleType:
    """The scorer that lies with the gold."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "gold" / "findings" / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_records(split: str, weights: Path | None) -> tuple[dict[str, list[Row]], dict[str, str], float]:
    """The reader's findings on a split, the texts, and the milliseconds a record took."""
    engine = Engine(weights)
    found, texts = {}, {}
    rows = [
        json.loads(line)
        for line in (SHARED / "gold" / "findings" / f"{split}.records.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    begin = time.perf_counter()
    for row in rows:
        sections = [(s.get("label") or "", s["text"]) for s in row.get("sections") or []]
        findings = engine.read(row.get("title"), sections) if sections else engine.read(text=row["text"])
        found[str(row["pmid"])] = [f.to_dict() for f in findings]
        texts[str(row["pmid"])] = row["text"]
    return found, texts, 1000 * (time.perf_counter() - begin) / len(rows)


def kind_of(error: tuple[str, str, Row | None, Row | None], score: ModuleType) -> str:
    """An error in a few words: what went wrong with which class of measure."""
    _, kind, gold, found = error
    one = (gold or found or {})["measure"].split(":")[0]
    if kind == "missed":
        return f"missed: {one} ({gold['stat'] if gold else ''})"
    if kind == "spurious":
        return f"no finding, taken for: {one}"
    if kind == "measure" and gold and found:
        other = found["measure"].split(":")[0]
        if gold["stat"] != found["stat"] and score.alike(
            gold["measure"].partition(":")[2], found["measure"].partition(":")[2]
        ):
            return f"statistic: {gold['stat']} taken for {found['stat']}"
        return (
            f"class: {one} taken for {other}"
            if one != other and "participants" in (one, other)
            else f"name or class of {one}"
        )
    if kind == "group" and gold and found:
        return "group: " + (
            "the whole taken for a group"
            if gold["group"] == "all"
            else "a group taken for the whole"
            if found["group"] == "all"
            else "another group"
        )
    return f"{kind} of {one}"


def show(out: dict[str, tuple[float, float, float]]) -> None:
    """The scorer's table."""
    for name, (p, r, f) in out.items():
        print(f"{name:10}  P {p:.3f}  R {r:.3f}  F1 {f:.3f}")


def claims(score: ModuleType) -> None:
    """Claims of the seed documents against their gold."""
    rows = []
    for path in sorted((SHARED / "seeds").glob("*.txt")):
        rows += [vars_of(c) for c in parse(read_document(path), doc=path.name)]
    found: dict[str, list[Row]] = {}
    for row in rows:
        row["cmp"] = row.get("cmp") or "="
        found.setdefault(row["doc"], []).append(row)
    optional: dict[str, list[Row]] = {}
    for line in (SHARED / "cop" / "claims.optional.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "start" not in row:  # some optional claims are given by their anchor alone
            text = (SHARED / "seeds" / row["doc"]).read_text(encoding="utf-8")
            row["start"] = text.find(row["anchor"])
            row["end"] = row["start"] + len(row["anchor"])
        row["cmp"] = row.get("cmp") or "="
        optional.setdefault(row["doc"], []).append(row)
    out, *_ = score.score(score.read(SHARED / "cop" / "claims.gold.jsonl"), found, optional)
    show(out)


def vars_of(claim: Any) -> Row:
    """A claim as plain values."""
    return claim if isinstance(claim, dict) else claim.to_dict()


def main() -> int:
    """Read, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", default="dev", choices=["dev", "train"])
    parser.add_argument("--weights", type=Path, help="a folder of fitted deciders, in place of those that ship")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="show N errors with their text")
    args = parser.parse_args()
    if not SHARED.is_dir():
        print(f"score: no development gold at {SHARED}: nothing to measure against", file=sys.stderr)
        return 1
    score = scorer()
    gold = score.read(SHARED / "gold" / "findings" / f"{args.split}.gold.jsonl")
    found, texts, cost = read_records(args.split, args.weights)
    out, _, per, errors = score.score(gold, found)
    where = f"{date.today()}, {platform.machine()}, Python {platform.python_version()}"
    fitted = f"weights of {args.weights}" if args.weights else "the weights that ship"
    print(
        f"reader, engine {Engine.version}, {fitted}\n{args.split}: {len(gold)} abstracts, {cost:.1f} ms each, {where}\n"
    )
    show(out)
    print("\nrecall by class      gold  number  measure  group")
    for name, n in sorted(per.items(), key=lambda item: -item[1]["gold"]):
        shares = (n[what] / n["gold"] for what in ("number", "measure", "group"))
        print(f"{name:18} {n['gold']:6d}" + "".join(f" {share:7.2f}" for share in shares))
    print("\nmost frequent errors")
    for kind, n in Counter(kind_of(e, score) for e in errors).most_common(10):
        print(f"{n:6d}  {kind}")
    for key, kind, right, wrong in errors[: args.errors]:
        at = right or wrong
        print(f"\n{key} {kind}: ...{texts[key][max(0, at['start'] - 60) : at['end'] + 60]!r}")
        for who, row in (("gold", right), ("read", wrong)):
            if row:
                keys = ("measure", "group", "stat", "value", "numerator", "denominator", "unit")
                print(f"   {who}:", " | ".join(str(row.get(key)) for key in keys))
    print("\nclaims, the three seed documents (the reader of claims was developed on them)")
    claims(score)
    return 0


if __name__ == "__main__":
    sys.exit(main())
