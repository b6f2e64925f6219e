"""Work spread over processes of this machine: results in the order of what goes in, memory that does not grow.

`in_order` hands batches to worker processes and gives back what they return, first in, first out, with only a few
batches under way. Used by `retally extract`, `retally run` and `retally update` (`--jobs`).
"""

from __future__ import annotations

import itertools
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from pipeline.errors import RetallyError

T = TypeVar("T")
R = TypeVar("R")

BATCH = 32  # records: some tenths of a second of reading, so that handing them over costs nothing
_WAITING = 3  # batches a process has waiting or done and not fetched


class WorkerError(RetallyError):
    """A worker process was ended from outside."""


def in_order(
    work: Callable[[list[T]], Sequence[R]],
    items: Iterable[T],
    jobs: int,
    prepare: Callable[..., None],
    given: tuple[Any, ...] = (),
    batch: int = BATCH,
) -> Iterator[R]:
    """`work` done on batches of the items by so many processes; its results one by one, in the items' order.

    `work` and `prepare` are functions of a module; `prepare(*given)` is called first in each process (or here, for one
    job). Raises what `work` raises, and `WorkerError` where a process was killed.
    """
    source = iter(items)
    batches = iter(lambda: list(itertools.islice(source, batch)), [])
    if jobs <= 1:
        prepare(*given)
        for some in batches:
            yield from work(some)
        return
    # Not forked: a copy of a process with an open store and threads would not be safe.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=prepare, initargs=given) as pool:
        under_way: deque[Future[Sequence[R]]] = deque()
        try:
            for some in batches:
                under_way.append(pool.submit(work, some))
                if len(under_way) >= jobs * _WAITING:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        except BrokenProcessPool as error:
            raise WorkerError(
                "a worker process was killed", "--jobs", "Is there memory enough? Run it again with fewer jobs."
            ) from error
        finally:
            for future in under_way:
                future.cancel()
