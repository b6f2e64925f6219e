"""A review's settings: its question, its search, its population, what is eligible, and when to raise an alarm.

`load_review` reads `review.toml` in a review folder and checks every key; what is wrong is reported with the file, the
key, what is expected there, and the cure. Everything particular to a disease is in that file, nothing in code.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import ReviewError, UsageError
from pipeline.toml_table import TomlTable

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
DESIGNS = (
    *("trial", "cohort", "case-control", "cross-sectional", "series", "case report"),
    *("review", "guideline", "opinion", "laboratory", "unclear"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A source document whose figures are re-counted; `key` is what its claims name as `doc`."""

    key: str
    title: str
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Names by which a text shows whom it is about; `abbreviations` are matched with capitals, `names` without."""

    label: str
    names: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Population:
    """Tier 1, the review's own population; tier 2, a wider one that is shown apart; and the terms of other people.

    `others` are terms of neighbouring populations (the disease with a known cause, say): a paper whose title names
    one of them and not tier 1 is not about tier 1. `loose` are names that mean tier 1 only where no others are named.
    """

    core: Terms
    loose: Terms | None = None
    wider: Terms | None = None
    others: Terms | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What is counted. Empty tuples and None mean no limit.

    `min_patients`: a smaller study is treated as a case report. `case_reports`: whether those are kept, for minima,
    maxima, doses and causes only. `languages` are PubMed's three-letter codes.
    """

    designs: tuple[str, ...] = ("trial", "cohort", "case-control", "cross-sectional", "series", "unclear")
    case_reports: bool = True
    min_patients: int = 5
    exclude_publication_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None


@dataclass(frozen=True, slots=True)
class Triggers:
    """When an update counts as news: a verdict that moved, an interval end that moved, that many new studies."""

    verdict_changed: bool = True
    interval_moved: float = 5.0  # percentage points
    new_studies: int = 1


@dataclass(frozen=True, slots=True)
class Overlap:
    """Reports of the same patients: records by id, and how that is known."""

    records: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """One review folder, checked."""

    id: str
    folder: Path
    title: str
    question: str
    query: str
    population: Population
    documents: tuple[Document, ...] = ()
    eligibility: Eligibility = field(default_factory=Eligibility)
    triggers: Triggers = field(default_factory=Triggers)
    overlaps: tuple[Overlap, ...] = ()
    synonyms: dict[str, str] = field(default_factory=dict)  # a name as papers print it -> the measure's own name
    cited: dict[str, str] = field(default_factory=dict)  # claim id -> record id of the one study that it quotes

    @property
    def claims_path(self) -> Path:
        """The file of the review's stated figures."""
        return self.folder / "claims.toml"

    @property
    def records_path(self) -> Path:
        """The bundled records; need not exist."""
        return self.folder / "records.jsonl"

    def settings(self) -> dict[str, Any]:
        """Everything that review.toml holds, as plain JSON types; the folder's place is left out."""
        plain = asdict(self)
        del plain["folder"]
        return json.loads(json.dumps(plain))


def find_review(name: str) -> Path:
    """The folder of a review: a path to one, else `corpora/NAME` here, else the one that comes with Retally.

    Raises `UsageError` for a name that is no review, naming those that exist.
    """
    path = Path(name)
    if path.name == "review.toml":
        path = path.parent
    if path.is_dir() and (path / "review.toml").exists():
        return path
    if path.is_dir() and ("/" in name or os.sep in name):
        raise ReviewError("there is no review.toml in this folder", name, "`retally new NAME` makes one to start from.")
    if NAME.fullmatch(name):
        for home in _homes():
            if (home / name / "review.toml").is_file():
                return home / name
    known = ", ".join(known_reviews()) or "none"
    raise UsageError(f"no review named {name!r}", "", f"Known: {known}. A path to a review's folder works too.")


def known_reviews() -> dict[str, Path]:
    """Name to folder of every review that is found by name."""
    found: dict[str, Path] = {}
    for home in _homes():
        for file in sorted(home.glob("*/review.toml")):
            found.setdefault(file.parent.name, file.parent)
    return dict(sorted(found.items()))


def _homes() -> list[Path]:
    return [Path("corpora"), Path(__file__).resolve().parent.parent / "corpora"]


def load_review(name: str) -> Review:
    """The review of that name or folder. Raises `ReviewError` with the file, the key, what is expected and the cure."""
    folder = find_review(name)
    file = folder / "review.toml"
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ReviewError(f"this is not valid TOML: {error}", str(file), "Mend the line it names.") from error
    except UnicodeDecodeError as error:
        raise ReviewError("this is not UTF-8 text", str(file), "Save it as UTF-8.") from error
    except OSError as error:
        raise ReviewError(f"cannot be read: {error.strerror}", str(file), "Check the file and its rights.") from error
    return _review(file, TomlTable(table, file))


def _review(file: Path, table: TomlTable) -> Review:
    review_id = table.take("id", str, "the review's short name")
    if not NAME.fullmatch(review_id):
        raise table.error("id", f"expected lower-case letters, digits, - and _, found {review_id!r}", "Mend the name.")
    search = table.table_at("search")
    review = Review(
        id=review_id,
        folder=file.parent,
        title=table.take("title", str, "the review's title"),
        question=table.take("question", str, "the question in one sentence"),
        query=" ".join(search.take("pubmed", str, "a PubMed query").split()),
        population=_population(table.table_at("population")),
        documents=tuple(_document(row) for row in table.each("documents")),
        eligibility=_eligibility(table.optional_table("eligibility")),
        triggers=_triggers(table.optional_table("triggers")),
        overlaps=tuple(_overlap(row) for row in table.each("overlaps")),
        synonyms={name.lower(): measure for name, measure in _names(table, "synonyms", "a measure's name").items()},
        cited=_names(table, "cited", "a record id"),
    )
    search.done()
    table.done()
    return review


def _document(table: TomlTable) -> Document:
    document = Document(
        key=table.take("key", str, "the name by which claims.toml refers to the document (its `doc`)"),
        title=table.take("title", str, "the document's title"),
        citation=table.take("citation", str, "the citation in words", ""),
    )
    table.done()
    return document


def _terms(table: TomlTable) -> Terms:
    terms = Terms(
        label=table.take("label", str, "a name for these people, as a report shows it"),
        names=table.strings("names", "names and synonyms"),
        abbreviations=table.strings("abbreviations", "abbreviations"),
    )
    if not terms.names and not terms.abbreviations:
        raise table.error("names", "missing; expected a list of names and synonyms", 'Add `names = ["..."]`.')
    table.done()
    return terms


def _population(table: TomlTable) -> Population:
    optional = {key: table.optional_table(key) for key in ("loose", "wider", "others")}
    population = Population(
        core=_terms(table.table_at("core")), **{key: _terms(found) for key, found in optional.items() if found}
    )
    table.done()
    return population


def _eligibility(table: TomlTable | None) -> Eligibility:
    standard = Eligibility()
    if table is None:
        return standard
    designs = table.strings("designs", f"designs out of {', '.join(DESIGNS)}", standard.designs)
    for design in designs:
        if design not in DESIGNS:
            raise table.error("designs", f"no such design: {design!r}", f"Use some of {', '.join(DESIGNS)}.")
    eligibility = Eligibility(
        designs=designs,
        case_reports=table.take("case_reports", bool, "true or false", standard.case_reports),
        min_patients=table.take("min_patients", int, "a whole number from 1", standard.min_patients),
        exclude_publication_types=table.strings("exclude_publication_types", "PubMed publication types"),
        languages=table.strings("languages", "PubMed language codes, such as eng"),
        first_year=table.optional_year("first_year"),
        last_year=table.optional_year("last_year"),
    )
    if eligibility.min_patients < 1:
        raise table.error("min_patients", "expected a whole number from 1", "Mend the value.")
    table.done()
    return eligibility


def _triggers(table: TomlTable | None) -> Triggers:
    standard = Triggers()
    if table is None:
        return standard
    triggers = Triggers(
        verdict_changed=table.take("verdict_changed", bool, "true or false", standard.verdict_changed),
        interval_moved=table.take("interval_moved", float, "percentage points", standard.interval_moved),
        new_studies=table.take("new_studies", int, "a whole number", standard.new_studies),
    )
    table.done()
    return triggers


def _overlap(table: TomlTable) -> Overlap:
    overlap = Overlap(table.strings("records", "record ids"), table.take("reason", str, "how the overlap is known"))
    if len(overlap.records) < 2:
        raise table.error("records", "expected at least two record ids", "Add the other one.")
    table.done()
    return overlap


def _names(table: TomlTable, key: str, expected: str) -> dict[str, str]:
    """A table of strings."""
    names = table.take(key, dict, f"a table [{key}]", {})
    for name, value in names.items():
        if not isinstance(value, str) or not value.strip():
            raise table.error(f"{key}.{name}", f"expected {expected}, found {value!r}", "Mend the value.")
    return names
