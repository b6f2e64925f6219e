"""Extraction on a Dask cluster: one task a file, tried again when a worker dies, finished files skipped.

`extract_on_cluster` talks to a scheduler (`tcp://host:8786`) or makes a cluster of its own on this machine (`local`).
The workers need Retally and must see the files under the same paths. Needs `retally[large]`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import RetallyError
from pipeline.partitions import Extracted, Partition, extract_file, waiting
from pipeline.reading import ModelChoice

if TYPE_CHECKING:
    from distributed import Client, Future

log = logging.getLogger(__name__)

_RETRIES = 3  # of a task that failed by itself: a disk or network share that was away for a moment
_CONNECT = "20s"


class ClusterError(RetallyError):
    """The cluster cannot be used, or gave up on a file."""


def extract_on_cluster(
    scheduler: str,
    todo: Sequence[Partition],
    form: str,
    jobs: int,
    choice: ModelChoice,
    done: Callable[[Extracted], None],
) -> list[str]:
    """Extract the partitions on the cluster; `done` hears of each as it ends. Returns what failed, a line each.

    `jobs` is the number of workers of a `local` cluster. Raises `ClusterError` where the scheduler cannot be reached.
    """
    from distributed import Client, LocalCluster, as_completed

    local = LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None) if scheduler == "local" else None
    failed = []
    try:
        with _client(Client, local or scheduler) as client:
            tasks = {
                client.submit(
                    _task, str(one.source), str(one.target), form, choice, key=f"retally-{one.target}", retries=_RETRIES
                ): one
                for one in waiting(todo)
            }
            for future in as_completed(tasks):
                if future.status == "finished":
                    _tidy(tasks[future].target)
                    done(future.result())
                else:
                    failed.append(f"{tasks[future].source}: {_why(future)}")
                future.release()
    finally:
        if local is not None:
            local.close()
    return failed


def _client(make: Callable[..., Client], where: object) -> Client:
    try:
        return make(where, timeout=_CONNECT)
    except (OSError, TimeoutError, ValueError) as error:
        said = " ".join(str(error).split())
        raise ClusterError(f"no answer from the scheduler: {said}", str(where), "Is it running there?") from error


def _tidy(target: Path) -> None:
    """Take away what a worker that was killed left of a file that another has finished."""
    for part in target.parent.glob(f".{target.name}.*.part"):
        part.unlink(missing_ok=True)


def _why(future: Future) -> str:
    error = future.exception()
    return " ".join(str(error).split()) or type(error).__name__


def _task(source: str, target: str, form: str, choice: ModelChoice) -> Extracted:
    """On a worker. What another worker finished before it was lost is not done again."""
    if Path(target).exists():
        return Extracted(target, 0, [])
    return extract_file(Path(source), Path(target), form, 1, choice)
