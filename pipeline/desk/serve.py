"""Serving the desk on this machine, and writing its exports without one. Called by `retally desk`."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.desk.access import PATH
from pipeline.desk.app import Desk, make_app
from pipeline.desk.warm import warm
from pipeline.errors import RetallyError, UsageError
from pipeline.store import Store, existing_store

HOST = "127.0.0.1"  # never another: who is elsewhere comes through a tunnel
_LONGEST = 80  # characters of a person's name


def serve(
    path: Path,
    review: str | None,
    people: Sequence[str],
    blind: bool,
    read_only: bool,
    port: int,
    browse: bool,
    say: Callable[[str], Any],
) -> None:
    """Serve until it is stopped. Raises a `RetallyError` where there is no such store, review or free port."""
    import uvicorn

    _check(path, review, people, read_only)
    app = make_app(path.resolve(), people, blind, read_only)
    warm(app.retally_desk)
    listening = _listen(port)
    address = f"http://{HOST}:{listening.getsockname()[1]}"
    start = addresses(app.retally_desk, address, review)
    for line in start.values():
        say(line)
    if browse:
        import webbrowser

        webbrowser.open(next(iter(start.values())).split()[-1])
    server = uvicorn.Server(
        uvicorn.Config(app.app(), log_level="warning", lifespan="on", timeout_graceful_shutdown=2, server_header=False)
    )
    server.run(sockets=[listening])


def addresses(desk: Desk, address: str, review: str | None) -> dict[str, str]:
    """A line to print for each person, with the address that lets him write; one line in a desk that only reads."""
    if not desk.people:
        return {"": f"{address}{PATH}/{review or ''}"}
    width = max(map(len, desk.people.values()))
    return {who: f"{who.ljust(width)}  {address}{PATH}/-/enter?token={token}" for token, who in desk.people.items()}


def _check(path: Path, review: str | None, people: Sequence[str], read_only: bool) -> None:
    for who in people:
        if not who.strip() or len(who) > _LONGEST or not who.isprintable():
            raise UsageError(f"{who!r} is no name", "--person", f"Give up to {_LONGEST} printable characters.")
    if len(set(people)) < len(people):
        raise UsageError("two people have the same name", "--person", "Tell them apart.")
    if read_only and path.exists():
        return  # an archive may not be written, not even to bring its tables up to date
    with existing_store(path) as store:
        _known(store, review)


def _known(store: Store, review: str | None) -> None:
    known = [row["id"] for row in store.rows("SELECT id FROM reviews ORDER BY id")]
    if review is not None and review not in known:
        cure = f"The store has {', '.join(known)}." if known else f"`retally run {review}` counts it."
        raise UsageError("this review is not in the store", review, cure)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        cure = "Is a desk open already? Else give another with --port."
        raise RetallyError("this port is taken", f"{HOST}:{port}", cure) from error
    listening.listen(128)
    return listening


def export_all(path: Path, review: str | None, folder: Path) -> Iterator[Path]:
    """Write every export of a review (the only one, or the one named) into `folder`; yields each file."""
    from pipeline.desk.exports import EXPORTS, export
    from pipeline.desk.view import open_review

    with existing_store(path) as store:
        known = [row["id"] for row in store.rows("SELECT id FROM reviews ORDER BY id")]
        if review is None and len(known) == 1:
            review = known[0]
        if review is None:
            raise UsageError("which review?", str(path), f"Name one of {', '.join(known)}.")
        _known(store, review)
        view = open_review(Desk(path, path.stem), store, review)
        if view is None or view.run is None:
            raise UsageError("this review has not been counted yet", review, f"`retally run {review}` counts it.")
        folder.mkdir(parents=True, exist_ok=True)
        for name in EXPORTS:
            target = folder / f"{review}-{name}"
            target.write_bytes(export(view, name))
            yield target
