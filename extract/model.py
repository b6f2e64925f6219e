"""The one interface through which the engine gets entities from a spaCy pipeline.

Comes in: sentences. Goes out: `Entity` lists, labels as in `data/labels.toml`. The pipeline is the one that ships
with the program, or an installed spaCy or scispaCy model (`--model NAME`) read through a label map. It is loaded at
the first call, from disk only.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from extract import resources
from extract.repeats import repeated

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

#: Name of the pipeline that ships with the program, and where it is.
SHIPPED = "clinical"
WEIGHTS = Path(__file__).with_name("weights")


class ModelError(Exception):
    """The model cannot be used: what is wrong with which model, and what cures it, in one line."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A span of one sentence: character offsets into that sentence (end exclusive), label, and the head that found
    it.
    """

    start: int
    end: int
    label: str
    text: str
    head: str


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What `retally doctor` and every report say of the model in use.

    `checksum` is the SHA-256 over all files of the pipeline; `labels` those the engine gets, `ignored` those it does
    not.
    """

    name: str
    version: str
    checksum: str
    path: str
    spacy: str
    labels: tuple[str, ...]
    ignored: tuple[str, ...]


def checksum(folder: Path) -> str:
    """SHA-256 over the names and contents of all files under `folder`, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def label_map(name: str, file: Path | None = None) -> dict[str, str]:
    """The label map for the model `name`: its own table, else the first pattern that fits, else the general one.

    `file` is a user's own map, a TOML file with a table [labels] such as `DRUGNAME = "DRUG"`. Raises `ModelError`
    where the file cannot be read, or a label is mapped to one that the engine does not know.
    """
    table = resources.load("labels")
    known: dict[str, str] = table["labels"]
    chosen = _own_map(file) if file is not None else _map_for(name, table["models"])
    for label, target in chosen.items():
        if target not in known:
            where = file or "labels.toml"
            raise ModelError(f"{where} maps {label} to {target!r}, which is no label: {', '.join(sorted(known))}")
    return chosen


def _map_for(name: str, maps: dict[str, dict[str, str]]) -> dict[str, str]:
    if name in maps:
        return maps[name]
    patterns = [key for key in maps if key.endswith("*") and len(key) > 1 and fnmatchcase(name, key)]
    return maps[patterns[0]] if patterns else maps["*"]


def _own_map(file: Path) -> dict[str, str]:
    try:
        labels = tomllib.loads(file.read_text(encoding="utf-8"))["labels"]
    except (OSError, ValueError) as error:
        raise ModelError(f"the label map {file} cannot be read ({error}): give a TOML file with [labels]") from error
    except KeyError as error:
        raise ModelError(f'the label map {file} has no table [labels]: add it, with lines LABEL = "MEANING"') from error
    if not isinstance(labels, dict):
        raise ModelError(f'labels in {file} is no table: write [labels] and lines LABEL = "MEANING"')
    return labels


class ClinicalModel:
    """Entities from the shipped pipeline, or from another spaCy model.

    `source` is None for the shipped pipeline, else the name of an installed package or the folder of a saved pipeline.
    A model made for another spaCy than the installed one is refused, unless `any_spacy`. `labels` is a file with the
    meaning of another model's labels, in place of `data/labels.toml`. Nothing is loaded before the first use, and
    loading never touches the network.
    """

    def __init__(
        self, source: str | Path | None = None, any_spacy: bool = False, labels: str | Path | None = None
    ) -> None:
        self.shipped = source in (None, SHIPPED)
        self.source = str(WEIGHTS / SHIPPED if self.shipped else source)
        self.any_spacy = any_spacy
        self.label_file = Path(labels) if labels is not None else None
        self.name = SHIPPED if self.shipped else Path(self.source).name

    def entities(self, sentences: Sequence[str], labels: Iterable[str] | None = None) -> list[list[Entity]]:
        """The entities of each sentence of one record, ordered by place.

        `labels` limits the work to the heads that can give one of these labels (all heads by default). A name that is
        found in one sentence is found in all of them. Raises `ModelError`.
        """
        return self.entities_of_records([sentences], labels)[0]

    def entities_of_records(
        self, records: Sequence[Sequence[str]], labels: Iterable[str] | None = None
    ) -> list[list[list[Entity]]]:
        """As `entities`, for many records at once, which is faster than one call for each."""
        wanted = self.labels if labels is None else self.labels & frozenset(labels)
        if not wanted:
            return [[[] for _ in sentences] for sentences in records]
        nlp = self._pipeline
        docs = [[nlp.make_doc(sentence) for sentence in sentences] for sentences in records]
        filled = [doc for record in docs for doc in record if len(doc)]
        heads: list[Any] = []
        if self.shipped:
            needed = self._needed(wanted)
            for _, pipe in needed:
                pipe.set_annotations(filled, pipe.predict(filled))
            heads = [pipe for _, pipe in needed if getattr(pipe, "repeat_share", 0)]
        else:
            filled = list(nlp.pipe(filled))  # components write on the documents that they are given
        found = [[self._read(doc, wanted) for doc in record] for record in docs]
        for head in heads:
            for sentences, entities in zip(records, found, strict=True):
                _add_repeats(sentences, entities, head.name, head.repeat_share)
        return [[sorted(entities, key=_place) for entities in record] for record in found]

    @cached_property
    def labels(self) -> frozenset[str]:
        """The labels this model can give, in the engine's names."""
        return frozenset(self._map.values())

    def vectors(self, words: Sequence[str]) -> np.ndarray:
        """The pipeline's vector of each word, one a row. Raises `ModelError`."""
        vocab = self._pipeline.vocab
        return np.stack([np.asarray(vocab[word].vector, dtype=np.float32) for word in words])

    @cached_property
    def info(self) -> ModelInfo:
        """Name, version, checksum and labels of the model in use."""
        meta = self._pipeline.meta
        return ModelInfo(
            name=self.name,
            version=str(meta.get("version", "")),
            checksum=checksum(Path(self._pipeline.path)),
            path=str(self._pipeline.path),
            spacy=str(meta.get("spacy_version", "")),
            labels=tuple(sorted(self.labels)),
            ignored=tuple(sorted(self._given - set(self._map))),
        )

    @cached_property
    def _pipeline(self) -> Language:
        if self.shipped:
            _check_shipped()
        return _load(self.source, self.any_spacy)

    @cached_property
    def _given(self) -> frozenset[str]:
        """The labels of entities that the pipeline's components write, in its own names; tags and the like are none."""
        nlp = self._pipeline
        assigned = {name: set(nlp.get_pipe_meta(name).assigns) for name in nlp.pipe_names}
        marking = [name for name, what in assigned.items() if not what or what & {"doc.ents", "doc.spans"}]
        return frozenset(label for name in marking for label in nlp.pipe_labels.get(name, ()))

    @cached_property
    def _map(self) -> dict[str, str]:
        """The pipeline's labels in the engine's names."""
        if self.shipped:
            return {label: label for label in self._given}
        meta = self._pipeline.meta
        package = self.name if Path(self.source).name == self.source else f"{meta.get('lang')}_{meta.get('name')}"
        chosen = label_map(package, self.label_file)
        return {label: target for label, target in chosen.items() if label in self._given}

    def _needed(self, wanted: frozenset[str]) -> list[tuple[str, Any]]:
        """The components that give a wanted label, each after the encoder that it reads."""
        needed: list[tuple[str, Any]] = []
        encoder: tuple[str, Any] | None = None
        pipeline: list[tuple[str, Any]] = self._pipeline.pipeline
        for name, pipe in pipeline:
            if hasattr(pipe, "listener_map"):
                encoder = (name, pipe)
            elif wanted & set(pipe.labels):
                needed += [encoder, (name, pipe)] if encoder is not None else [(name, pipe)]
                encoder = None
        return needed

    def _read(self, doc: Doc, wanted: frozenset[str]) -> set[Entity]:
        spans: list[Span] = [*doc.ents, *(span for group in doc.spans.values() for span in group)]
        return {
            Entity(span.start_char, span.end_char, self._map[span.label_], span.text, span.id_ or self.name)
            for span in spans
            if self._map.get(span.label_) in wanted
        }


def _add_repeats(sentences: Sequence[str], entities: list[set[Entity]], head: str, share: float) -> None:
    """Add one head's names where other sentences of the record repeat them, in place."""
    own = [[(e.start, e.end, e.label) for e in found if e.head == head] for found in entities]
    for sentence, found, more in zip(sentences, entities, repeated(sentences, own, share), strict=True):
        found.update(Entity(start, end, label, sentence[start:end], head) for start, end, label in more)


def _place(entity: Entity) -> tuple[int, int, str, str]:
    return entity.start, entity.end, entity.label, entity.head


def _check_shipped() -> None:
    """Raise `ModelError` unless the shipped pipeline is there and is, byte by byte, what was released."""
    folder, record = WEIGHTS / SHIPPED, WEIGHTS / f"{SHIPPED}.toml"
    if not folder.is_dir() or not record.is_file():
        raise ModelError(f"the clinical model is missing from {WEIGHTS}: reinstall retally")
    try:
        released = tomllib.loads(record.read_text(encoding="utf-8"))["sha256"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ModelError(f"{record} cannot be read ({error}): reinstall retally") from error
    if checksum(folder) != released:
        raise ModelError(f"the clinical model in {folder} is damaged (its checksum differs): reinstall retally")


def _load(source: str, any_spacy: bool) -> Language:
    """Load a pipeline from a folder or an installed package, or raise `ModelError` with the cure."""
    import spacy  # slow to import, and not needed before the first entity
    from thinc.api import use_ops

    import extract.entity_head  # noqa: F401  (registers the shipped pipeline's component)

    folder = Path(source)
    if not folder.is_dir():
        if not spacy.util.is_package(source):
            raise ModelError(f"no model {source} is installed: retally model install {source}, or leave out --model")
        folder = spacy.util.get_package_path(source)
        folder = next((meta.parent for meta in sorted(folder.glob(f"{source}-*/meta.json"))), folder)
    try:
        needs = json.loads((folder / "meta.json").read_text(encoding="utf-8")).get("spacy_version", "")
    except (OSError, json.JSONDecodeError) as error:
        raise ModelError(f"the model in {folder} is damaged ({error}): install it again") from error
    if needs and not any_spacy and spacy.util.is_compatible_version(spacy.__version__, needs) is False:
        raise ModelError(
            f"the model in {folder} is made for spaCy {needs} and spaCy {spacy.__version__} is installed: "
            "install a release that fits, or use it all the same with --any-spacy"
        )
    try:
        with warnings.catch_warnings():  # spaCy warns of another version again, after the user has been told
            warnings.filterwarnings("ignore", message=r"\[W095\]")
            with use_ops("numpy", use_blis=False):  # numpy's own matrix products are about three times as fast
                return spacy.load(folder)
    except Exception as error:  # a damaged file can fail in any reader below spaCy
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"the model in {folder} cannot be loaded ({reason}): install it again") from error
