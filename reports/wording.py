"""The report's words that are data (`templates/wording.toml`): chapters, headings of claims, verdicts, flags.

Called by `reports.view` and `reports.page`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict as a reader meets it: `word`, the `key` of its shape and colour, `meaning` in one line."""

    word: str
    key: str
    meaning: str


@cache
def wording() -> dict[str, Any]:
    """`templates/wording.toml`, read once."""
    return tomllib.loads(files("reports").joinpath("templates/wording.toml").read_text(encoding="utf-8"))


@cache
def verdicts() -> dict[str, Verdict]:
    """Every verdict by its word, in the order of the page."""
    return {v["word"]: Verdict(v["word"], v["key"], v["meaning"]) for v in wording()["verdicts"]}


def fixed(name: str) -> str:
    """One of the sentences that never change (`caution`, `restated_banner`, ...)."""
    return cast(str, wording()["fixed"][name])


def sentence_case(text: str) -> str:
    """The first letter as a capital, the rest as it is: `SARS-CoV-2` and `X-ray` stay."""
    return text[:1].upper() + text[1:]


def proper(text: str) -> str:
    """Names that measures hold in lower case as they are written: `hiv` as `HIV`."""
    names = cast(dict[str, str], wording()["proper_names"])
    return re.sub(r"[\w-]+", lambda match: names.get(match[0].lower(), match[0]), text)


def chapter_of(measure: str) -> str:
    """The key of the chapter that a measure belongs to; `other` where its class is unknown."""
    return cast(str, wording()["measures"].get(measure.partition(":")[0], {}).get("chapter", "other"))


def heading(measure: str, drug: str | None = None, stat: str | None = None) -> str:
    """The heading of a claim about `measure`."""
    kind, _, name = measure.partition(":")
    pattern = wording()["measures"].get(kind, {}).get("heading", "{name}")
    text = pattern.format(name=name or kind, drug=drug or "treatment").removesuffix(": ")
    if kind == "age" and stat in ("mean", "median", "range"):
        text += f", {stat}"
    elif drug and "{drug}" not in pattern and drug.lower() not in text.lower():
        text += f", {drug}"
    return sentence_case(proper(text))


def flag(name: str) -> str:
    """What a flag says to a reader."""
    return cast(str, wording()["flags"].get(name, name.replace("-", " ")))
