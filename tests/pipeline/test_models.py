"""`retally model install`: from an address to a checked model, against a server on this machine."""

from __future__ import annotations

import http.server
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy

from pipeline.models import (
    ModelInstallError,
    describe_model,
    fitting_release,
    install_model,
    installed_model,
    models_folder,
    open_model,
)

NAME = "en_ner_bc5cdr_md"
NEWEST = "0.5.4"


def archive(folder: Path, name: str = NAME, version: str = NEWEST, labels: tuple[str, ...] = ("CHEMICAL",)) -> bytes:
    """A model's archive, laid out as scispaCy's releases are."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": "prednisone"} for label in labels])  # type: ignore[attr-defined]
    nlp.meta.update(name=name.removeprefix("en_"), version=version, spacy_version=">=3.7.4,<3.8.0")
    inner = folder / f"{name}-{version}" / name / f"{name}-{version}"
    inner.parent.mkdir(parents=True)
    nlp.to_disk(inner)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(folder / f"{name}-{version}", f"{name}-{version}")
    return packed.getvalue()


class Server:
    """Serves the files it is given, and remembers what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut = 0  # bytes held back at the end of every answer
        self.asked: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                body = outer.files.get(self.path)
                if body is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) - outer.cut])

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}/releases"

    def offer(self, body: bytes, name: str = NAME, version: str = NEWEST) -> None:
        self.files[f"/releases/v{version}/{name}-{version}.tar.gz"] = body


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RETALLY_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("RETALLY_MODEL_ADDRESS", raising=False)
    return tmp_path / "models"


def test_a_model_is_fetched_checked_and_usable_by_name(server: Server, tmp_path: Path) -> None:
    server.offer(archive(tmp_path / "made"))
    record = install_model(NAME, server.address, any_spacy=True)
    assert server.asked == [f"/releases/v{NEWEST}/{NAME}-{NEWEST}.tar.gz"]
    assert installed_model(NAME) == record
    (entities,) = open_model(NAME, any_spacy=True).entities(["She took prednisone."])
    assert [(entity.text, entity.label) for entity in entities] == [("prednisone", "CHEMICAL")]
    assert describe_model(NAME, any_spacy=True).startswith(f"{NAME} {NEWEST}, sha256 {record.sha256[:16]}")


def test_the_address_may_come_from_the_environment(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETALLY_MODEL_ADDRESS", server.address + "/")
    server.offer(archive(tmp_path / "made"))
    assert install_model(NAME, any_spacy=True).source.startswith(server.address)


def test_progress_is_told_in_bytes(server: Server, tmp_path: Path) -> None:
    body = archive(tmp_path / "made")
    server.offer(body)
    told: list[tuple[int, int]] = []
    install_model(NAME, server.address, any_spacy=True, progress=lambda now, all_: told.append((now, all_)))
    assert told[-1] == (len(body), len(body))


@pytest.mark.parametrize(("installed", "version"), [("3.7.5", "0.5.4"), ("3.6.1", "0.5.3"), ("3.4.4", "0.5.1")])
def test_the_release_made_for_the_installed_spacy_is_chosen(installed: str, version: str) -> None:
    assert fitting_release(installed=installed).version == version


def test_where_no_release_fits_it_says_what_to_do() -> None:
    with pytest.raises(ModelInstallError, match=r"no release .* spaCy 3\.8\.18.*Leave out --model.*--any-spacy"):
        fitting_release(installed="3.8.18")
    assert fitting_release(any_spacy=True, installed="3.8.18").version == NEWEST


def test_an_unknown_name_lists_the_known_ones(server: Server) -> None:
    with pytest.raises(ModelInstallError, match="en_core_sci_sm"):
        install_model("en_core_sci_xs", server.address, any_spacy=True)
    assert server.asked == []


def test_a_missing_file_is_named_with_its_address(server: Server) -> None:
    with pytest.raises(ModelInstallError, match=rf"{NAME}-{NEWEST}\.tar\.gz.*404"):
        install_model(NAME, server.address, any_spacy=True)


def test_an_unreachable_server_is_named(server: Server) -> None:
    with pytest.raises(ModelInstallError, match=r"download failed.*Check the network"):
        install_model(NAME, "http://127.0.0.1:9/releases", any_spacy=True)


def test_a_download_that_breaks_off_installs_nothing(server: Server, tmp_path: Path, own_folder: Path) -> None:
    server.offer(archive(tmp_path / "made"))
    server.cut = 100
    with pytest.raises(ModelInstallError, match=r"broke off|download failed"):
        install_model(NAME, server.address, any_spacy=True)
    assert list(own_folder.iterdir()) == []


def test_a_page_instead_of_an_archive_is_refused(server: Server) -> None:
    server.offer(b"<html>log in first</html>")
    with pytest.raises(ModelInstallError, match="not a model's archive"):
        install_model(NAME, server.address, any_spacy=True)


def test_another_model_than_asked_for_is_refused(server: Server, tmp_path: Path) -> None:
    body = archive(tmp_path / "made", name=NAME, version="0.5.1")
    server.offer(body)
    with pytest.raises(ModelInstallError, match=rf"{NAME} 0\.5\.1, not {NAME} {NEWEST}"):
        install_model(NAME, server.address, any_spacy=True)


def test_an_archive_cannot_write_outside_its_folder(server: Server, own_folder: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo(f"../../{NAME}/evil.txt")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))
    server.offer(packed.getvalue())
    with pytest.raises(ModelInstallError):
        install_model(NAME, server.address, any_spacy=True)
    assert not list(own_folder.parent.rglob("evil.txt"))


def test_a_failed_update_leaves_the_installed_model(server: Server, tmp_path: Path) -> None:
    server.offer(archive(tmp_path / "made"))
    record = install_model(NAME, server.address, any_spacy=True)
    server.offer(b"damaged")
    with pytest.raises(ModelInstallError):
        install_model(NAME, server.address, any_spacy=True)
    assert installed_model(NAME) == record


def test_installing_again_replaces_the_model(server: Server, tmp_path: Path) -> None:
    server.offer(archive(tmp_path / "one"))
    first = install_model(NAME, server.address, any_spacy=True)
    server.offer(archive(tmp_path / "two", labels=("DISEASE",)))
    second = install_model(NAME, server.address, any_spacy=True)
    assert first.sha256 != second.sha256
    assert installed_model(NAME) == second


def test_a_model_damaged_after_its_installation_is_refused(server: Server, tmp_path: Path) -> None:
    server.offer(archive(tmp_path / "made"))
    install_model(NAME, server.address, any_spacy=True)
    (models_folder() / NAME / "tokenizer").write_bytes(b"")
    with pytest.raises(ModelInstallError, match=f"damaged.*retally model install {NAME}"):
        open_model(NAME)


def test_a_damaged_record_is_refused(server: Server, tmp_path: Path) -> None:
    server.offer(archive(tmp_path / "made"))
    install_model(NAME, server.address, any_spacy=True)
    (models_folder() / f"{NAME}.json").write_text(json.dumps({"name": NAME}))
    with pytest.raises(ModelInstallError, match="record of the model"):
        installed_model(NAME)


def test_a_model_that_was_never_installed_is_none() -> None:
    assert installed_model(NAME) is None


def test_the_shipped_model_describes_itself_in_one_line() -> None:
    line = describe_model()
    assert line.startswith("clinical ")
    assert "sha256" in line and "\n" not in line
