"""A local mirror of PubMed's files: the yearly baseline and the daily update files, in order, each checked by its MD5.

The files lie in one folder or below it as NLM names them (`pubmed26n0001.xml.gz` and `pubmed26n0001.xml.gz.md5`).
PubMed's query language is not there, so a record is a candidate where its title or abstract names the review's
population, as screening asks anyway. A file is noted when all of it is stored: a run that was killed takes it again.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.baseline import missing, note_seen, withdraw_listed
from pipeline.database import now
from pipeline.errors import InputError
from pipeline.readers import BadRecord, read
from pipeline.record import Record
from pipeline.review import Review
from pipeline.screening import population_tier
from pipeline.sources import close_search, note_search, withdraw
from pipeline.store import Store
from pipeline.windows import Fetched

log = logging.getLogger(__name__)

_NAME = re.compile(r"pubmed(\d\d)n(\d{4,5})\.xml\.gz")
_MD5 = re.compile(r"\b[0-9a-f]{32}\b")
_CHUNK = 2**20


@dataclass(frozen=True, slots=True, order=True)
class MirrorFile:
    """One file: the year of its baseline, its number, its place, and the MD5 that NLM gives for it."""

    year: int
    number: int
    path: Path
    md5: str


def apply_mirror(
    store: Store, review: Review, run_id: int, folder: Path, progress: Callable[[int, int], None] | None = None
) -> Fetched:
    """Search the files that have not been searched for this review, in order, and store what is found.

    Raises `InputError` for a gap in the numbers, a missing or wrong MD5, or a file that cannot be read whole: nothing
    after that file is taken, for a later file may withdraw what an earlier one brings.
    """
    all_files = _files(folder)
    files, year = _waiting(store, review.id, all_files), all_files[0].year
    fetched = Fetched()
    for done, file in enumerate(files, 1):
        _check(file)
        _apply(store, review, run_id, file, fetched)
        if progress is not None:
            progress(done, len(files))
    withdraw_listed(store, review.id, year, folder)
    fetched.missing, fetched.year = missing(store, review.id, year), year
    return fetched


def _files(folder: Path) -> list[MirrorFile]:
    """The files of the newest year in order, without a gap from the first."""
    found = []
    for path in folder.rglob("pubmed*.xml.gz"):
        named = _NAME.fullmatch(path.name)
        if named:
            found.append(MirrorFile(int(named[1]), int(named[2]), path, _given_md5(path)))
    if not found:
        raise InputError("no PubMed files (pubmed26n0001.xml.gz) here", str(folder), "Name the folder that holds them.")
    year = max(file.year for file in found)
    files = sorted(file for file in found if file.year == year)
    for expected, file in enumerate(files, 1):
        if file.number != expected:
            missing = f"pubmed{year:02}n{expected:04}.xml.gz"
            raise InputError(f"{missing} is missing or there twice", str(folder), "Fetch it; files go in order.")
    return files


def _given_md5(path: Path) -> str:
    beside = path.with_name(f"{path.name}.md5")
    try:
        found = _MD5.search(beside.read_text(encoding="utf-8", errors="replace").lower())
    except OSError:
        found = None
    if not found:
        raise InputError("its MD5 file is missing or holds none", str(path), f"Fetch {beside.name} too.")
    return found[0]


def _waiting(store: Store, review_id: str, files: list[MirrorFile]) -> list[MirrorFile]:
    """The files from the first one on that has not been searched as it is: NLM may issue a file again."""
    known = {row["name"]: row["md5"] for row in _applied(store, review_id)}
    for place, file in enumerate(files):
        if known.get(file.path.name) != file.md5:
            return files[place:]
    return []


def _applied(store: Store, review_id: str) -> list[dict[str, str]]:
    return store.rows("SELECT name, md5 FROM mirror_files WHERE review_id = ?", [review_id])


def _check(file: MirrorFile) -> None:
    whole = hashlib.md5(usedforsecurity=False)
    with file.path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            whole.update(chunk)
    if whole.hexdigest() != file.md5:
        raise InputError("its MD5 is not the one that NLM gives", str(file.path), "Fetch the file again.")


def _apply(store: Store, review: Review, run_id: int, file: MirrorFile, fetched: Fetched) -> None:
    deleted: list[str] = []
    whole: list[BadRecord] = []
    seen: list[str] = []
    known = {
        row["pmid"]
        for row in store.rows(
            "SELECT pmid FROM candidates JOIN records ON id = record_id WHERE review_id = ? AND pmid IS NOT NULL",
            [review.id],
        )
    }

    def wanted() -> Iterator[Record]:
        for item in read(file.path, deleted.append):
            if isinstance(item, BadRecord):
                log.warning("%s", item)
                whole.extend([item] if not item.number else [])
            elif item.pmid in known or _about(item, review):
                seen.append(item.pmid or "")
                yield item

    search_id = note_search(store, review.id, run_id, f"PubMed file {file.path.name}", f"md5 {file.md5}", 0)
    put = store.put_records(wanted(), review.id, search_id)
    if whole:
        raise InputError(f"it cannot be read to its end: {whole[0].problem}", str(file.path), "Fetch it again.")
    close_search(store, search_id, put.total, put.duplicates, count=put.total)
    withdraw(store, deleted)
    with store.transaction():
        store.execute(
            "INSERT OR REPLACE INTO mirror_files (review_id, name, md5, applied_at) VALUES (?, ?, ?, ?)",
            [review.id, file.path.name, file.md5, now()],
        )
        note_seen(store, review.id, file.year, seen)
    fetched.put.add(put)


def _about(record: Record, review: Review) -> bool:
    abstract = record.text[len(record.title) :] if record.given_text is None else record.given_text
    return population_tier(record.title, abstract, review.population) is not None
