"""The training's parts: the recurrent encoder's gradient, members joined as the sum of their scores, storing with half
the digits, and a project file whose commands exist.
"""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from thinc.api import NumpyOps, fix_random_seed

import extract.train
from extract.encoders import half_precision, quasi_recurrent, window_recurrent_encoder
from extract.train.corpus import load_heads
from extract.train.join import join
from extract.train.pretrain import pretrain, texts
from extract.train.settings import load_settings
from extract.train.train import Folders, build, train_members

PROJECT = Path(extract.train.__file__).with_name("project.yml")
SENTENCES = ["Cough was seen in 3 of 10 patients.", "Prednisone 40 mg daily for spruce fever.", "No relapse."]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A floret table of 50 rows of 4 numbers."""
    file = tmp_path_factory.mktemp("vectors") / "tiny.floret"
    draw = random.Random(1)
    rows = [f"{row} " + " ".join(f"{draw.gauss(0, 1):.4f}" for _ in range(4)) for row in range(50)]
    file.write_text("\n".join(["50 4 2 3 2 2166136261 < >", *rows]) + "\n")
    return file


def member(vectors: Path, folder: Path, seed: int, **changes: Any) -> Path:
    """An untrained member for sentences, with weights drawn from `seed`."""
    fix_random_seed(seed)
    settings = load_settings()
    settings["encoder"] |= {"rows": [50, 50, 50, 50]}
    heads = [head for head in load_heads().values() if head.encoder == "sentences"]
    nlp = build({"encoder": "sentences", "width": 8, "hidden": 6, **changes}, heads, vectors, settings)
    for head in heads:
        for label in sorted(set(head.labels.values())):
            nlp.get_pipe(head.name).add_label(label)  # type: ignore[attr-defined]
    nlp.initialize()
    upper = nlp.get_pipe("results").model.get_ref("upper")  # type: ignore[attr-defined]
    upper.set_param("W", np.random.RandomState(seed).normal(size=upper.get_param("W").shape).astype("f"))
    nlp.to_disk(folder)
    return folder


def scores(nlp: spacy.Language, sentence: str) -> dict[str, float]:
    """The score of each first action in a sentence."""
    doc = nlp.make_doc(sentence)
    encoder: Any = nlp.get_pipe("sentences")
    head: Any = nlp.get_pipe("results")
    encoder.set_annotations([doc], encoder.predict([doc]))
    found = head.model.predict([doc]).predict(head.moves.init_batch([doc]))
    return {head.moves.get_class_name(number): float(score) for number, score in enumerate(found[0])}


@pytest.fixture
def members(vectors: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings = load_settings()
    monkeypatch.setattr("extract.train.join.load_settings", lambda: settings | {"members": {"one": {}, "two": {}}})
    member(vectors, tmp_path / "one", 1, hidden=0)
    member(vectors, tmp_path / "two", 2)
    return tmp_path


def test_joined_members_decide_by_the_sum_of_their_scores(members: Path) -> None:
    joined = join(members)
    for sentence in SENTENCES:
        one, two = (scores(spacy.load(members / name), sentence) for name in ("one", "two"))
        together = scores(joined, sentence)
        assert together == pytest.approx({action: one[action] + two[action] for action in one}, abs=1e-4)
        assert len({round(score, 3) for score in together.values()}) > 3


def test_a_pipeline_stored_with_half_the_digits_is_read_as_single_precision(members: Path) -> None:
    joined = join(members)
    before = scores(joined, SENTENCES[0])
    half_precision(joined)
    joined.to_disk(members / "half")
    read = spacy.load(members / "half")
    assert read.vocab.vectors.data.dtype == np.float32
    assert scores(read, SENTENCES[0]) == pytest.approx(before, abs=0.05)
    weights = (members / "half" / "sentences" / "model").stat().st_size
    joined_whole = join(members)
    joined_whole.to_disk(members / "whole")
    assert weights < 0.7 * (members / "whole" / "sentences" / "model").stat().st_size


def test_the_recurrent_layers_gradient_is_that_of_its_output() -> None:
    draw = np.random.default_rng(0)
    layer = quasi_recurrent(6, 5)
    layer.ops = NumpyOps()
    layer.initialize()
    texts: Any = [draw.normal(size=(length, 5)).astype("f") for length in (4, 7, 1)]
    wanted: Any = [draw.normal(size=(length, 11)).astype("f") for length in (4, 7, 1)]

    def loss() -> float:
        return sum(float((out * want).sum(dtype="d")) for out, want in zip(layer.predict(texts), wanted, strict=True))

    _, backprop = layer.begin_update(texts)
    d_texts = backprop(wanted)
    W: Any = layer.get_param("W")
    slopes: Any = layer.get_grad("W")
    places = [(W, place, slopes[place]) for place in [(0, 0), (4, 2), (8, 1), (13, 0), (17, 4)]]
    places += [(text, (0, 1), d_text[0, 1]) for text, d_text in zip(texts, d_texts, strict=True)]
    for array, place, slope in places:
        was = array[place]
        array[place] = was + 1e-2
        more = loss()
        array[place] = was - 1e-2
        less = loss()
        array[place] = was
        assert slope == pytest.approx((more - less) / 2e-2, abs=2e-3)


def test_texts_of_one_batch_do_not_see_each_other() -> None:
    encoder: Any = window_recurrent_encoder(8, 1, 1, 2, 4)
    draw = np.random.default_rng(0)
    texts: Any = [draw.normal(size=(length, 8)).astype("f") for length in (5, 1, 9)]
    encoder.initialize(texts)
    alone = [encoder.predict([text])[0] for text in texts]
    for one, other in zip(encoder.predict(texts), alone, strict=True):
        assert one.shape == (len(other), 12)
        assert np.allclose(one, other, atol=1e-5)


def test_every_encoder_has_a_member_and_members_start_from_earlier_ones() -> None:
    plans = load_settings()["pretraining"]
    trained = {name: plan for name, plan in plans.items() if isinstance(plan, dict)}
    encoder = load_settings()["encoder"]
    members = load_settings()["members"]
    for name, settings in members.items():
        start = settings.get("start")
        assert start is None or start in trained
        if start is not None:  # weights fit only an encoder of the same form
            assert all((encoder | settings)[key] == (encoder | trained[start])[key] for key in encoder)
        trained[name] = settings
    assert {settings["encoder"] for settings in members.values()} == {head.encoder for head in load_heads().values()}


def test_an_encoder_learns_to_guess_hidden_words(
    vectors: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drugs = ["Prednisone", "Methotrexate", "Colchicine", "Aspirin", "Insulin", "Warfarin"] * 5
    lines = [f"{drug} {n} relieved the cough of most patients. It was given daily." for n, drug in enumerate(drugs)]
    rows = [{"text": line} for line in lines] + [{"text": "A development part is not read.", "split": "dev"}]
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = list(texts([tmp_path / "texts.jsonl"]))
    assert found == lines
    settings = load_settings(["pretraining.epochs=6", "pretraining.common=40", "pretraining.words=60"])
    settings["encoder"] |= {"rows": [50, 50, 50, 50], "width": 16, "hidden": 0}
    settings["optimizer"] |= {"rate": 0.02}
    settings["pretraining"] |= {"windows": {}}
    one, other = (pretrain("windows", vectors, found, settings) for _ in range(2))
    losses = [json.loads(line)["loss"] for line in capsys.readouterr().err.splitlines()]
    assert losses[5] < 0.8 * losses[0] and losses[:6] == losses[6:]  # it learns, and the same every time
    seen = [nlp.get_pipe("windows").predict([nlp.make_doc("Insulin was given daily.")])[0] for nlp in (one, other)]  # type: ignore[attr-defined]
    assert np.array_equal(*seen)


def test_members_are_trained_at_once_and_one_waits_for_the_one_it_starts_from(
    vectors: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = "Relapse fell by 12 percent with colchicine."
    places = [("Relapse", "OC"), ("12 percent", "MEAS"), ("colchicine", "INTV")]
    spans = [{"start": text.index(words), "end": text.index(words) + len(words), "label": x} for words, x in places]
    rows = [{"split": split, "id": split, "text": text, "entities": spans} for split in ("train", "dev")]
    (tmp_path / "rct_art.jsonl").write_text("\n".join(map(json.dumps, rows)))
    settings = load_settings(["schedule.epochs=5", "schedule.dropout=0.0", "schedule.lower=0.0"])
    settings["encoder"] |= {"rows": [50, 50, 50, 50], "width": 8, "hidden": 4}
    sentences = {"encoder": "sentences"}
    settings["members"] = {"last": sentences | {"start": "first"}, "first": sentences, "other": sentences | {"seed": 2}}
    out = tmp_path / "build" / "final"  # not there yet
    train_members(list(settings["members"]), settings, 2, Folders(tmp_path, vectors, out, out), ["train"])
    assert {folder.name for folder in out.iterdir()} == {"last", "first", "other"}
    told = [json.loads(line)["member"] for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    assert told.index("last") > told.index("first")
    begun, ended = (spacy.load(out / name).get_pipe("sentences").model for name in ("first", "last"))  # type: ignore[attr-defined]
    assert begun.to_bytes() != ended.to_bytes()


def test_the_projects_workflows_and_modules_exist() -> None:
    from weasel.util.config import load_project_config  # type: ignore[import-untyped]

    project = load_project_config(PROJECT.parent)
    commands = {command["name"]: command for command in project["commands"]}
    assert {step for steps in project["workflows"].values() for step in steps} <= set(commands)
    for command in commands.values():
        modules = [script.split()[2] for script in command["script"]]
        assert all(importlib.util.find_spec(module) for module in modules), command["name"]
        own = [path for path in command["deps"] if path.endswith((".py", ".toml"))]
        assert all((PROJECT.parent / path).is_file() for path in own), command["name"]
