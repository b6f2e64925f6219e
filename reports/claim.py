"""A review's claim: one checkable statement, and the files that hold a review's claims.

`reports.claims.parse` makes claims from a review's text, people edit them in `claims.toml`, `reports.compare` judges
them.

Two files, one direction. `claims.parsed.toml` is the machine's: `save_parsed` rewrites it at every parse and touches
nothing else. `claims.toml` is people's: nothing here writes it. `load_claims("claims.toml")` reads both: an edited
entry whose `id` is also parsed replaces just the fields it names; one with a new `id` is a claim of its own;
`drop = true` takes a parsed claim out. So a re-parse never undoes an edit.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from reports.toml_writer import toml_entry, write_atomically

KINDS = frozenset(
    {"proportion", "range", "age", "rate", "count", "cause", "dose", "duration", "time", "measurement", "qualitative"}
)
STATS = frozenset({"count", "percent", "mean", "median", "sd", "range", "iqr", "rate", "value"})
COMPARATORS = frozenset({"=", "<", "<=", ">", ">=", "~"})


class ClaimsError(ValueError):
    """A claims file that cannot be used: the file, the key in it, and the cure, in one line."""

    def __init__(self, file: str | Path, key: str, cure: str) -> None:
        super().__init__(f"{file}: {key}: {cure}")
        self.file, self.key, self.cure = str(file), key, cure


@dataclass(slots=True)
class Claim:
    """What a review states, where it states it, and over whom it is to be checked.

    `measure`, `group`, `stat`, `value`, `low`, `high`, `cmp`, `unit` and the dose fields mean what they mean in
    `extract.finding.Finding`; percentages are 0-100. `cmp` is one of = < <= > >= ~. `start` and `end` are character
    offsets (end exclusive) into the document `doc` as `read_document` gives it. `cites` holds printed citation numbers
    ("6-11" stays one item). `kind` decides how the claim is judged. `checkable` says where evidence can be had:
    `abstracts`, `fulltext` or `no`.

    The estimand: `population` is whose figures count; `at_risk` names the denominators that answer the claim (`all`,
    `treated`, `followed`, ...; several mean that each analysis is shown); `exclude_studies` maps the id of a record
    that was selected on the outcome itself to the reason. `origin` is `parsed`, `edited`, or `parsed+edited`.
    """

    doc: str
    id: str
    measure: str
    group: str = "all"
    stat: str = "value"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    cmp: str = "="
    unit: str | None = None
    drug: str | None = None
    per: str | None = None
    frequency: str | None = None
    route: str | None = None
    duration: str | None = None
    condition: str | None = None
    qualifier: str | None = None
    cites: list[str] = field(default_factory=list)
    category: str | None = None
    kind: str = "proportion"
    checkable: str = "abstracts"
    expr: str | None = None
    start: int | None = None
    end: int | None = None
    population: str = ""
    at_risk: list[str] = field(default_factory=lambda: ["all"])
    exclude_studies: dict[str, str] = field(default_factory=dict)
    note: str | None = None
    origin: str = "edited"

    @property
    def numeric(self) -> bool:
        """Whether the claim states a figure of its own."""
        return any(number is not None for number in (self.value, self.low, self.high))

    def to_dict(self) -> dict[str, Any]:
        """The claim as plain JSON types, every field present."""
        return asdict(self)

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Claim:
        """The inverse of `to_dict`; unknown keys are ignored.

        Raises:
            TypeError: a field without a default (`doc`, `id`, `measure`) is missing.
        """
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in row.items() if key in known and (value is not None)})


_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("value", "low", "high"), (int, float)),
    **dict.fromkeys(("start", "end"), (int,)),
    **dict.fromkeys(("cites", "at_risk", "exclude"), (list,)),
    "exclude_studies": (dict,),
    "drop": (bool,),
}
_EDIT_ONLY = {"drop", "exclude"}
_REQUIRED = tuple(f.name for f in fields(Claim) if f.default is MISSING and f.default_factory is MISSING)


def parsed_path(path: str | Path) -> Path:
    """Where the parsed claims lie: `claims.parsed.toml` beside `claims.toml`."""
    path = Path(path)
    return path.with_name(f"{path.stem}.parsed{path.suffix}")


def load_claims(path: str | Path) -> list[Claim]:
    """All claims of a review: the parsed ones as edited, in the parsed file's order, then those of people alone.

    Args:
        path: the review's `claims.toml`; it or its `claims.parsed.toml` must exist.

    Raises:
        ClaimsError: neither file exists, one is not TOML, or an entry has an unknown key, a missing or wrong value.
    """
    path = Path(path)
    machine = parsed_path(path)
    if not path.exists() and not machine.exists():
        raise ClaimsError(path, "file", "there is none; write one, or parse a review's text into " + machine.name)
    rows: dict[str, dict[str, Any]] = {}
    for row in _entries(machine, edited=False) if machine.exists() else []:
        rows[row["id"]] = row | {"origin": "parsed"}
    for edit in _entries(path, edited=True) if path.exists() else []:
        base = rows.get(edit["id"])
        if edit.pop("drop", False):
            rows.pop(edit["id"], None)
        elif base is None:
            rows[edit["id"]] = edit | {"origin": "edited"}
        else:
            rows[edit["id"]] = base | edit | {"origin": "parsed+edited"}
    claims = []
    for row in rows.values():
        source = path if "edited" in row["origin"] else machine
        missing = [name for name in _REQUIRED if name not in row]
        if missing:
            raise ClaimsError(source, f"claim {row['id']!r}", f"give {', '.join(missing)} (nothing parsed has this id)")
        claims.append(_checked(Claim.from_dict(row), source))
    return claims


def _entries(path: Path, *, edited: bool) -> list[dict[str, Any]]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ClaimsError(path, "file", f"cannot be read ({error}); save it as UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise ClaimsError(path, "file", f"is not TOML ({error}); mend that line") from error
    groups, defaults, rows = data.get("exclusions", {}), data.get("defaults", {}), data.get("claims", [])
    for key, value, wanted in (("exclusions", groups, dict), ("defaults", defaults, dict), ("claims", rows, list)):
        if not isinstance(value, wanted):
            raise ClaimsError(path, key, "write [[claims]] entries" if wanted is list else f"write a table [{key}]")
    seen: set[str] = set()
    out = []
    for number, row in enumerate(rows, 1):
        name = row.get("id") if isinstance(row, dict) else None
        if not isinstance(name, str) or not name:
            raise ClaimsError(path, f"claim {number}", "give it an id of its own, a string")
        if name in seen:
            raise ClaimsError(path, f"claim {name!r}", "this id is used twice; rename one")
        seen.add(name)
        _check_keys(row, path, name, edited)
        row = dict(row)
        for label in row.pop("exclude", []):
            if label not in groups:
                raise ClaimsError(path, f"claim {name!r}, exclude", f"no table [exclusions.{label}]; add it")
            row["exclude_studies"] = _group(groups[label], path, label) | row.get("exclude_studies", {})
        out.append(dict(defaults) | row if "measure" in row else row)
    return out


def _check_keys(row: Mapping[str, Any], path: Path, name: str, edited: bool) -> None:
    known = {f.name for f in fields(Claim)} | (_EDIT_ONLY if edited else set())
    for key, value in row.items():
        if key not in known:
            raise ClaimsError(path, f"claim {name!r}, {key}", "no such key; " + ", ".join(sorted(known)))
        wanted = _TYPES.get(key, (str,))
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            kinds = " or ".join(kind.__name__ for kind in wanted)
            raise ClaimsError(path, f"claim {name!r}, {key}", f"{value!r} must be {kinds}")


def _group(table: Any, path: Path, label: str) -> dict[str, str]:
    records, reason = (table.get("records"), table.get("reason")) if isinstance(table, dict) else (None, None)
    if not isinstance(records, list) or not isinstance(reason, str):
        raise ClaimsError(path, f"exclusions.{label}", 'give reason = "..." and records = ["pmid:..."]')
    return dict.fromkeys(map(str, records), reason)


def _checked(claim: Claim, path: Path) -> Claim:
    where = f"claim {claim.id!r}"
    closed = (("cmp", claim.cmp, COMPARATORS), ("stat", claim.stat, STATS), ("kind", claim.kind, KINDS))
    for key, value, allowed in closed:
        if value not in allowed:
            raise ClaimsError(path, f"{where}, {key}", f"{value!r} must be one of {', '.join(sorted(allowed))}")
    if (claim.low is None) != (claim.high is None):
        raise ClaimsError(path, f"{where}, low and high", "a range has both; use value and cmp for a bound")
    if claim.low is not None and claim.high is not None and claim.low > claim.high:
        raise ClaimsError(path, f"{where}, low", f"{claim.low:g} is above high {claim.high:g}; exchange them")
    stated = [number for number in (claim.value, claim.low, claim.high) if number is not None]
    if claim.stat == "percent" and any(not 0 <= number <= 100 for number in stated):
        raise ClaimsError(path, f"{where}, value", "a percentage lies between 0 and 100")
    if not claim.at_risk:
        raise ClaimsError(path, f"{where}, at_risk", 'name at least one, such as "all"')
    return claim


def dump(claims: Iterable[Claim], header: str = "") -> str:
    """Claims as the text of a claims file, fields that stand at their default left out, in the dataclass's order."""
    plain = {f.name: f.default_factory() if f.default_factory is not MISSING else f.default for f in fields(Claim)}
    parts = ["".join(f"# {line}".rstrip() + "\n" for line in header.splitlines())]
    for claim in claims:
        row = {
            key: value
            for key, value in claim.to_dict().items()
            if key != "origin" and value is not None and (key in _REQUIRED or value != plain[key])
        }
        parts.append(toml_entry("claims", row))
    return "\n".join(part for part in parts if part)


def save_parsed(path: str | Path, claims: Iterable[Claim]) -> Path:
    """Write a parse beside the review's `claims.toml` (which is left alone) and return the path written."""
    target = parsed_path(path)
    header = f"Written by the program at every parse; edits belong in {Path(path).name}."
    write_atomically(target, dump(claims, header))
    return target
