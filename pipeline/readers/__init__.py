"""Files in, records out: PubMed XML, MEDLINE, RIS and the project's JSON lines, each plain or gzipped.

`read(path)` is the one entry; `retally run`, `retally extract` and the update from a local PubMed mirror call it. A
record that cannot be read comes out as a `BadRecord` with its position, and those after it are read all the same.
"""

from __future__ import annotations

from pipeline.readers.base import BadRecord, ReaderError
from pipeline.readers.choose import read

__all__ = ["BadRecord", "ReaderError", "read"]
