"""Models other than the one that ships with the program: find, install and check them.

`install_model` fetches scispaCy's release that fits the installed spaCy from its official address (or from another
address, a mirror), checks it and unpacks it into the user's folder of models; `open_model` gives the engine its model
by name. Called by the commands; nothing here is used unless a user names a model.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import tarfile
import tempfile
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import spacy
from packaging.specifiers import SpecifierSet

from extract.model import SHIPPED, ClinicalModel, ModelError, checksum
from pipeline.errors import RetallyError

_RELEASES = Path(__file__).with_name("models.toml")
_TIMEOUT = 60.0  # seconds without a byte before a download is given up
_CHUNK = 1 << 20
_LARGEST = 2 << 30  # bytes; en_core_sci_lg, the largest, has some 0.5 GB


class ModelInstallError(RetallyError):
    """A model could not be installed; what was installed before is still there."""


@dataclass(frozen=True, slots=True)
class Release:
    """A scispaCy release: its version and the spaCy that it asks for."""

    version: str
    spacy: str


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """What is recorded of a model at its installation; `sha256` is that of all files of the unpacked pipeline."""

    name: str
    version: str
    spacy: str
    source: str
    archive_sha256: str
    sha256: str
    installed: str


@cache
def _table() -> dict:
    return tomllib.loads(_RELEASES.read_text(encoding="utf-8"))


def models_folder() -> Path:
    """Where models are installed: RETALLY_MODELS, else the user's data folder."""
    named = os.environ.get("RETALLY_MODELS")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "retally" / "models"


def fitting_release(any_spacy: bool = False, installed: str | None = None) -> Release:
    """The newest release made for the installed spaCy; with `any_spacy` the newest of all where none is.

    Raises `ModelInstallError`, saying what to do, where none fits.
    """
    releases = [Release(**row) for row in _table()["releases"]]
    installed = installed or spacy.__version__
    for release in releases:
        if SpecifierSet(release.spacy).contains(installed, prereleases=True):
            return release
    newest = releases[0]
    if any_spacy:
        return newest
    raise ModelInstallError(
        f"scispaCy has no release of its models for spaCy {installed}; the newest, {newest.version}, "
        f"is made for spaCy {newest.spacy}",
        cure="Leave out --model: the model that ships with Retally needs nothing. "
        f"Or install {newest.version} all the same with --any-spacy; its figures may then differ from those published.",
    )


def install_model(
    name: str,
    address: str | None = None,
    any_spacy: bool = False,
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> InstalledModel:
    """Fetch, check and unpack scispaCy's model `name`; returns what was installed.

    `address` replaces the official one (also RETALLY_MODEL_ADDRESS); `folder` replaces `models_folder()`. `progress`
    is told the bytes received and expected (0 where unknown). A model of that name is replaced only once the new one
    has been checked. Raises `ModelInstallError`.
    """
    names = _table()["names"]
    if name not in names:
        raise ModelInstallError(f"{name} is not a model of scispaCy", cure=f"These are: {', '.join(names)}.")
    release = fitting_release(any_spacy)
    base = (address or os.environ.get("RETALLY_MODEL_ADDRESS") or _table()["address"]).rstrip("/")
    url = f"{base}/v{release.version}/{name}-{release.version}.tar.gz"
    folder = folder or models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".installing-", dir=folder) as workplace:
        archive = Path(workplace) / "archive.tar.gz"
        archive_sha256 = _download(url, archive, progress)
        unpacked = _unpack(archive, Path(workplace), name, url)
        _check_meta(unpacked, name, release, url)
        ClinicalModel(unpacked, any_spacy=True).entities(["Prednisone relieved the cough."])
        record = InstalledModel(
            name=name,
            version=release.version,
            spacy=release.spacy,
            source=url,
            archive_sha256=archive_sha256,
            sha256=checksum(unpacked),
            installed=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        _put_in_place(unpacked, folder / name)
        (folder / f"{name}.json").write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
    return record


def installed_model(name: str, folder: Path | None = None) -> InstalledModel | None:
    """What is recorded of the installed model `name`; None where `retally model install` has not installed it.

    Raises `ModelInstallError` where the record or the model is damaged.
    """
    folder = folder or models_folder()
    record = folder / f"{name}.json"
    if not record.is_file():
        return None
    cure = f"Run `retally model install {name}` again."
    try:
        model = InstalledModel(**json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelInstallError(f"the record of the model cannot be read ({error})", str(record), cure) from error
    if not (folder / name).is_dir() or checksum(folder / name) != model.sha256:
        raise ModelInstallError(
            f"the model {name} is damaged: its checksum differs from the installed one", str(folder / name), cure
        )
    return model


def open_model(
    name: str | None = None, any_spacy: bool = False, labels: str | Path | None = None, load: bool = False
) -> ClinicalModel:
    """The model that a user means by `--model NAME`: installed by Retally, else a package or a folder; None is the
    shipped one.

    `labels` is a file with the meaning of its labels. With `load`, what is wrong with the model is raised at once, and
    so is a label map that leaves nothing to mark. Raises `ModelError` or `ModelInstallError`.
    """
    if name is None or name == SHIPPED:
        if labels is not None:
            raise ModelError("the shipped model has the engine's labels: leave out --labels, or name another model")
        model = ClinicalModel()
    elif installed_model(name) is not None:
        model = ClinicalModel(models_folder() / name, any_spacy, labels)
    else:
        model = ClinicalModel(name, any_spacy, labels)
    if load and not model.labels:
        given = ", ".join(model.info.ignored) or "none"
        raise ModelError(f"none of the labels of {model.name} has a meaning here ({given}): give --labels FILE")
    return model


def describe_model(name: str | None = None, any_spacy: bool = False, labels: str | Path | None = None) -> str:
    """One line on a model: name, version, checksum, labels left out."""
    info = open_model(name, any_spacy, labels).info
    left_out = f"; labels left out: {', '.join(info.ignored)}" if info.ignored else ""
    return f"{info.name} {info.version}, sha256 {info.checksum[:16]}, {len(info.labels)} labels{left_out}"


def _download(url: str, target: Path, progress: Callable[[int, int], None] | None) -> str:
    """Fetch `url` into `target`; the SHA-256 of what came."""
    host = urlsplit(url).hostname or ""
    direct = [urllib.request.ProxyHandler({})] if host in ("localhost", "127.0.0.1", "::1") else []
    opener = urllib.request.build_opener(*direct)
    digest = hashlib.sha256()
    received = 0
    try:
        with opener.open(url, timeout=_TIMEOUT) as answer, target.open("wb") as out:
            expected = int(answer.headers.get("Content-Length") or 0)
            while chunk := answer.read(_CHUNK):
                received += len(chunk)
                if received > _LARGEST:
                    raise ModelInstallError("the answer is larger than any model", url, "Check the address.")
                digest.update(chunk)
                out.write(chunk)
                if progress:
                    progress(received, expected)
    except urllib.error.HTTPError as error:
        cure = "Check the address, or the list of releases at https://allenai.github.io/scispacy/."
        raise ModelInstallError(f"the server answered {error.code} {error.reason}", url, cure) from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ModelInstallError(
            f"the download failed ({reason})", url, "Check the network and run it again."
        ) from error
    if expected and received != expected:
        raise ModelInstallError(f"the download broke off at {received} of {expected} bytes", url, "Run it again.")
    return digest.hexdigest()


def _unpack(archive: Path, workplace: Path, name: str, url: str) -> Path:
    """Unpack the archive and give the folder of the pipeline in it (the one with config.cfg and meta.json)."""
    cure = "Run it again; if it stays so, the address serves something else."
    try:
        with tarfile.open(archive, "r:gz") as tar:
            members = [member for member in tar.getmembers() if name in PurePosixPath(member.name).parts]
            tar.extractall(workplace, members=members, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ModelInstallError(f"the download is not a model's archive ({error})", url, cure) from error
    configs = [config.parent for config in workplace.rglob("config.cfg") if (config.parent / "meta.json").is_file()]
    if len(configs) != 1:
        raise ModelInstallError(f"the archive holds {len(configs)} pipelines instead of one", url, cure)
    return configs[0]


def _check_meta(pipeline: Path, name: str, release: Release, url: str) -> None:
    """The archive must hold the model that its address promises."""
    cure = "The address serves something else; check it."
    try:
        meta = json.loads((pipeline / "meta.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelInstallError(f"its meta.json cannot be read ({error})", url, cure) from error
    found = f"{meta.get('lang')}_{meta.get('name')}", str(meta.get("version"))
    if found != (name, release.version):
        raise ModelInstallError(f"the archive holds {found[0]} {found[1]}, not {name} {release.version}", url, cure)


def _put_in_place(new: Path, target: Path) -> None:
    """Move the checked pipeline to `target`; a former one goes only when the new one is in its place."""
    former = target.with_name(f".former-{target.name}")
    shutil.rmtree(former, ignore_errors=True)
    if target.exists():
        target.rename(former)
    new.rename(target)
    shutil.rmtree(former, ignore_errors=True)
