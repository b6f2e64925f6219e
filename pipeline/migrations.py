"""The store's schema, as recorded migrations: each runs once, in a transaction, and is written down in the store.

Called by `pipeline.store` when a store is opened. The schema is plain SQL, because SQLite keeps the comment behind each
column: `docs/contracts.md` is generated from them. A released migration is never edited; add another below.

What changes over the years is kept, so that a past run's report can be built again:

* `record_versions` keeps every form a record ever had, `review_versions` a review's settings; `records` and `reviews`
  point at the current ones.
* `screening` rows are valid from one run until another; a quiet night adds none.
* `findings` belong to a text (`content_hash`) and an engine version and are never rewritten.
* `estimates` and `comparisons` belong to a run; a run whose results equal an earlier one's names it in `same_as`.
* `changes` says what each update changed, and whether it has been told; it is written together with the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("retally")

_FIRST = (
    """CREATE TABLE reviews (
    id TEXT PRIMARY KEY, -- the review's short name
    title TEXT NOT NULL, -- as in review.toml
    question TEXT NOT NULL, -- as in review.toml
    settings TEXT NOT NULL, -- the whole of review.toml as JSON
    settings_hash TEXT NOT NULL, -- SHA-256 of `settings`
    screened_as TEXT, -- what the current screening was made with: settings, rules and engine
    watermark_crdt TEXT, -- new records have been fetched up to this date (PubMed's crdt)
    watermark_mdat TEXT -- changed records have been fetched up to this date (PubMed's mdat)
)""",
    """CREATE TABLE review_versions (
    review_id TEXT NOT NULL REFERENCES reviews(id), -- whose settings
    settings_hash TEXT NOT NULL, -- SHA-256 of `settings`
    settings TEXT NOT NULL, -- the whole of review.toml as JSON, as it was
    PRIMARY KEY (review_id, settings_hash)
)""",
    """CREATE TABLE runs (
    id INTEGER PRIMARY KEY, -- runs are numbered in the order they started
    review_id TEXT NOT NULL REFERENCES reviews(id), -- the review that was counted
    kind TEXT NOT NULL CHECK (kind IN ('run', 'update', 'import')), -- the command
    status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'failed')), -- only complete runs are ever shown
    started_at TEXT NOT NULL, -- UTC, ISO 8601
    finished_at TEXT, -- UTC, ISO 8601
    seconds REAL, -- wall clock
    engine TEXT, -- version of the engine whose findings were used
    settings_hash TEXT NOT NULL, -- the review's settings, see review_versions
    versions TEXT NOT NULL, -- JSON: Retally, Python and the libraries that can move a number
    inputs TEXT NOT NULL, -- JSON: what went in (hashes of settings, claims, bundle; source; options)
    counts TEXT, -- JSON: records seen, new, changed, read
    flow TEXT, -- JSON: the PRISMA flow
    same_as INTEGER REFERENCES runs(id), -- the earlier run whose estimates and comparisons are also this run's
    error TEXT -- why a failed run failed
)""",
    """CREATE TABLE records (
    id TEXT PRIMARY KEY, -- pmid:..., doi:..., cite:... or restated:...
    version TEXT NOT NULL, -- SHA-256 of everything the record says; see record_versions
    content_hash TEXT NOT NULL, -- SHA-256 of the text that is read
    title TEXT NOT NULL, -- as the source gives it
    journal TEXT, -- as the source gives it
    year INTEGER, -- of publication
    pmid TEXT, -- PubMed's number; empty for a restatement
    doi TEXT, -- lower case; empty for a restatement
    link_pmid TEXT, -- the PubMed number of the paper that a restatement restates
    link_doi TEXT, -- the DOI of the paper that a restatement restates
    title_key TEXT NOT NULL, -- normalised title, to recognise a paper without identifiers
    source TEXT NOT NULL, -- pubmed, medline, ris, jsonl or restatement
    language TEXT, -- as the source gives it
    body TEXT NOT NULL, -- JSON: the whole record
    superseded_by TEXT REFERENCES records(id), -- the record of the same paper that is used instead
    deleted_at TEXT, -- when PubMed withdrew the number; the record stays
    added_at TEXT NOT NULL, -- UTC, ISO 8601
    changed_at TEXT NOT NULL -- UTC, ISO 8601
)""",
    "CREATE UNIQUE INDEX records_pmid ON records(pmid) WHERE pmid IS NOT NULL AND superseded_by IS NULL",
    "CREATE INDEX records_doi ON records(doi)",
    "CREATE INDEX records_link_pmid ON records(link_pmid)",
    "CREATE INDEX records_link_doi ON records(link_doi)",
    "CREATE INDEX records_title_key ON records(title_key)",
    "CREATE INDEX records_superseded_by ON records(superseded_by)",
    """CREATE TABLE record_versions (
    record_id TEXT NOT NULL REFERENCES records(id), -- whose earlier or present form this is
    version TEXT NOT NULL, -- SHA-256 of `body`
    content_hash TEXT NOT NULL, -- SHA-256 of the text that is read
    body TEXT NOT NULL, -- JSON: the whole record
    seen_at TEXT NOT NULL, -- UTC, ISO 8601
    PRIMARY KEY (record_id, version)
)""",
    """CREATE TABLE searches (
    id INTEGER PRIMARY KEY, -- in the order they were made
    review_id TEXT NOT NULL REFERENCES reviews(id), -- for which review
    run_id INTEGER REFERENCES runs(id), -- in which run; empty for an import
    source TEXT NOT NULL, -- PubMed, a file's name, or the bundled corpus
    query TEXT NOT NULL, -- exactly as sent
    translation TEXT, -- as the database understood it
    count INTEGER NOT NULL, -- results the database reported
    fetched INTEGER NOT NULL, -- records received
    duplicates INTEGER NOT NULL DEFAULT 0, -- records of a paper that was there already
    date_field TEXT, -- crdt or mdat, for an update
    date_from TEXT, -- start of the window
    date_to TEXT, -- end of the window
    version TEXT, -- of the database, where it says so
    made_at TEXT NOT NULL, -- UTC, ISO 8601
    complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)) -- 1 when every result was received and stored
)""",
    "CREATE INDEX searches_review ON searches(review_id)",
    """CREATE TABLE candidates (
    review_id TEXT NOT NULL REFERENCES reviews(id), -- the review
    record_id TEXT NOT NULL REFERENCES records(id), -- a record found for it
    search_id INTEGER REFERENCES searches(id), -- the search that found it first
    PRIMARY KEY (review_id, record_id)
)""",
    "CREATE INDEX candidates_record ON candidates(record_id)",
    """CREATE TABLE screening (
    id INTEGER PRIMARY KEY, -- a number
    review_id TEXT NOT NULL REFERENCES reviews(id), -- for which review
    record_id TEXT NOT NULL REFERENCES records(id), -- which record
    version TEXT NOT NULL, -- the form of the record that was screened
    decision TEXT NOT NULL CHECK (decision IN ('included', 'excluded')), -- the decision
    reason TEXT NOT NULL, -- one reason
    design TEXT NOT NULL, -- trial, cohort, series, case report, ...
    tier INTEGER CHECK (tier IN (1, 2)), -- 1 the population itself, 2 the wider one; empty where neither
    patients INTEGER, -- number of patients, where the text states it
    from_run INTEGER NOT NULL REFERENCES runs(id), -- first run for which this held
    until_run INTEGER REFERENCES runs(id) -- first run for which it no longer held; empty while it holds
)""",
    "CREATE UNIQUE INDEX screening_current ON screening(review_id, record_id) WHERE until_run IS NULL",
    "CREATE INDEX screening_record ON screening(record_id)",
    """CREATE TABLE readings (
    content_hash TEXT NOT NULL, -- the text that was read
    engine TEXT NOT NULL, -- by which version of the engine
    read_at TEXT NOT NULL, -- UTC, ISO 8601
    PRIMARY KEY (content_hash, engine)
)""",
    """CREATE TABLE findings (
    id INTEGER PRIMARY KEY, -- a number
    content_hash TEXT NOT NULL, -- the text that states it
    engine TEXT NOT NULL, -- version of the engine that read it
    record_id TEXT NOT NULL REFERENCES records(id), -- the record that had this text when it was read
    place INTEGER NOT NULL, -- order in the record, from 0
    measure TEXT NOT NULL, -- class or class:name
    grp TEXT NOT NULL, -- whose quantity: all, or the arm's label as printed
    stat TEXT NOT NULL, -- count, percent, mean, median, sd, range, iqr, rate, value, present, absent
    value REAL, -- the number
    low REAL, -- lower end of a range
    high REAL, -- upper end of a range
    unit TEXT, -- years, mg, ...; empty for counts and percentages
    numerator INTEGER, -- people counted
    denominator INTEGER, -- people at risk
    cmp TEXT NOT NULL, -- =, <, <=, >, >=, ~
    start INTEGER NOT NULL, -- character offset of the number into the record's text
    "end" INTEGER NOT NULL, -- end of it, exclusive
    sentence_start INTEGER NOT NULL, -- start of the sentence
    sentence_end INTEGER NOT NULL, -- end of the sentence, exclusive
    confidence REAL NOT NULL, -- 0 to 1
    body TEXT NOT NULL, -- JSON: the whole finding
    FOREIGN KEY (content_hash, engine) REFERENCES readings(content_hash, engine),
    UNIQUE (content_hash, engine, place)
)""",
    "CREATE INDEX findings_record ON findings(record_id)",
    "CREATE INDEX findings_measure ON findings(measure)",
    """CREATE TABLE claims (
    id INTEGER PRIMARY KEY, -- a number
    review_id TEXT NOT NULL REFERENCES reviews(id), -- whose claim
    claim_id TEXT NOT NULL, -- its id in claims.toml
    doc TEXT, -- the document that states it
    measure TEXT NOT NULL, -- class or class:name
    kind TEXT, -- proportion, bound, range, dose, ...
    body TEXT NOT NULL, -- JSON: the whole claim
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)), -- 0 when claims.toml no longer has it
    UNIQUE (review_id, claim_id)
)""",
    """CREATE TABLE estimates (
    run_id INTEGER NOT NULL REFERENCES runs(id), -- the run it belongs to
    claim INTEGER NOT NULL REFERENCES claims(id), -- the claim it answers
    name TEXT NOT NULL, -- headline, or the name of another method
    value REAL, -- the pooled figure: a share from 0 to 1, or in the claim's unit
    low REAL, -- its interval
    high REAL, -- its interval
    k INTEGER, -- studies pooled
    n INTEGER, -- people pooled
    body TEXT NOT NULL, -- JSON: the whole estimate
    PRIMARY KEY (run_id, claim, name)
)""",
    "CREATE INDEX estimates_claim ON estimates(claim)",
    """CREATE TABLE comparisons (
    run_id INTEGER NOT NULL REFERENCES runs(id), -- the run it belongs to
    claim INTEGER NOT NULL REFERENCES claims(id), -- the claim that was judged
    place INTEGER NOT NULL, -- order in the report, from 0
    verdict TEXT NOT NULL, -- agrees, differs, undecided, thin, silent, not judged
    reason TEXT NOT NULL, -- in words
    body TEXT NOT NULL, -- JSON: the claim, its studies, sentences, estimates, what was set aside
    PRIMARY KEY (run_id, claim)
)""",
    "CREATE INDEX comparisons_claim ON comparisons(claim)",
    """CREATE TABLE judgements (
    id INTEGER PRIMARY KEY, -- a number
    review_id TEXT NOT NULL REFERENCES reviews(id), -- for which review
    record_id TEXT NOT NULL REFERENCES records(id), -- about which record
    content_hash TEXT, -- the text that the person saw
    subject TEXT NOT NULL CHECK (subject IN ('screening', 'finding', 'missed')), -- what was judged
    verdict TEXT NOT NULL, -- include, exclude, right, wrong, ...
    body TEXT NOT NULL, -- JSON: the correction, or the finding that was missed
    person TEXT NOT NULL, -- who judged
    made_at TEXT NOT NULL -- UTC, ISO 8601
)""",
    "CREATE INDEX judgements_record ON judgements(review_id, record_id)",
)


@migrations(name="0001_first_tables")
def first_tables(db: Database) -> None:
    """Reviews, records and what is said of them."""
    for statement in _FIRST:
        db.execute(statement)


_LIVING = (
    # Every column that tells whether a candidate was screened as it is now: the question is then answered from the
    # index alone, without the pages that hold the texts.
    "CREATE INDEX records_in_use ON records(id, superseded_by, version, content_hash, deleted_at)",
    """CREATE TABLE update_state (
    review_id TEXT PRIMARY KEY REFERENCES reviews(id), -- the review that is kept up to date
    folder TEXT NOT NULL, -- where its review.toml was when it was last counted
    query TEXT, -- the PubMed query for which the watermarks of `reviews` hold
    whole_at TEXT -- day on which the whole query, without a window, was last searched
)""",
    """CREATE TABLE mirror_files (
    review_id TEXT NOT NULL REFERENCES reviews(id), -- for which review the file was searched
    name TEXT NOT NULL, -- the file of the baseline or of the daily updates
    md5 TEXT NOT NULL, -- its checksum when it was searched
    applied_at TEXT NOT NULL, -- UTC, ISO 8601
    PRIMARY KEY (review_id, name)
)""",
    """CREATE TABLE changes (
    run_id INTEGER PRIMARY KEY REFERENCES runs(id), -- the run that made them
    review_id TEXT NOT NULL REFERENCES reviews(id), -- of which review
    news INTEGER NOT NULL CHECK (news IN (0, 1)), -- 1 when a trigger of review.toml was met
    verdict_changed INTEGER NOT NULL CHECK (verdict_changed IN (0, 1)), -- 1 when a verdict is not what it was
    body TEXT NOT NULL, -- JSON: new studies, figures and verdicts that moved, retractions and other notices
    told_at TEXT -- when pages, feed and mail had been written; empty until then
)""",
    "CREATE INDEX changes_review ON changes(review_id)",
)


@migrations(name="0002_living_review")
def living_review(db: Database) -> None:
    """What the nightly update needs: how far it has come, and what it has told."""
    for statement in _LIVING:
        db.execute(statement)


_JUDGEMENTS = (
    """CREATE TABLE judgements_new (
    id INTEGER PRIMARY KEY, -- in the order they were made
    review_id TEXT NOT NULL REFERENCES reviews(id), -- for which review
    record_id TEXT NOT NULL REFERENCES records(id), -- about which record
    content_hash TEXT, -- the text that the person saw
    subject TEXT NOT NULL CHECK (subject IN ('screening', 'finding', 'missed')), -- what was judged
    target TEXT NOT NULL, -- names the one thing judged, so that all judgements on it are known
    place INTEGER NOT NULL, -- counts this person's judgements on the thing, from 0
    role TEXT NOT NULL CHECK (role IN ('reviewer', 'adjudicator')), -- an own opinion, or the settling of a difference
    verdict TEXT NOT NULL, -- include, exclude, accept, reject, correct, add; withdraw takes the last one back
    before TEXT, -- JSON: what the machine said when it was judged
    after TEXT, -- JSON: what holds by this judgement; empty for a rejection
    why TEXT NOT NULL DEFAULT '', -- the reason given
    origin TEXT NOT NULL DEFAULT '', -- where it was made: queue, sample, record, screening, agreement
    blind INTEGER NOT NULL DEFAULT 0 CHECK (blind IN (0, 1)), -- 1 when the machine and other people were hidden
    engine TEXT, -- version of the engine whose reading the person saw
    finding_id INTEGER REFERENCES findings(id), -- the finding that the person saw
    person TEXT NOT NULL, -- who judged
    made_at TEXT NOT NULL, -- UTC, ISO 8601
    UNIQUE (review_id, target, person, role, place),
    CHECK (verdict IN ('include', 'exclude', 'accept', 'reject', 'correct', 'add', 'withdraw'))
)""",
    "INSERT INTO judgements_new (id, review_id, record_id, content_hash, subject, target, place, role, verdict, after,"
    " person, made_at) SELECT id, review_id, record_id, content_hash, subject, 'earlier:' || id, 0, 'reviewer',"
    " CASE verdict WHEN 'right' THEN 'accept' WHEN 'wrong' THEN 'reject' ELSE verdict END, body, person, made_at"
    " FROM judgements",
    "DROP TABLE judgements",
    "ALTER TABLE judgements_new RENAME TO judgements",
    "CREATE INDEX judgements_record ON judgements(review_id, record_id)",
    # What a person has decided is added to and never altered, whatever program writes to the store.
    "CREATE TRIGGER judgements_stay BEFORE UPDATE ON judgements"
    " BEGIN SELECT RAISE(ABORT, 'judgements are never altered'); END",
    "CREATE TRIGGER judgements_are_kept BEFORE DELETE ON judgements"
    " BEGIN SELECT RAISE(ABORT, 'judgements are never deleted'); END",
)


@migrations(name="0003_judgements")
def judgements(db: Database) -> None:
    """What the desk needs: who judged what when, what it was before and after, and why; append-only."""
    for statement in _JUDGEMENTS:
        db.execute(statement)


@migrations(name="0004_baselines")
def baselines(db: Database) -> None:
    """In which year's files of PubMed a mirror last held a record: a new baseline does not say what it leaves out."""
    db.execute(
        """CREATE TABLE mirror_seen (
    review_id TEXT NOT NULL REFERENCES reviews(id), -- for which review
    pmid TEXT NOT NULL, -- a record that a file of a mirror held
    year INTEGER NOT NULL, -- the newest year (two digits) of whose files one held it
    told INTEGER, -- the year whose baseline was told to lack it; empty where none
    PRIMARY KEY (review_id, pmid)
)"""
    )
