"""What a person wrote into the fields of a finding, as a finding; every field at fault is named with what it must hold.

Called by `decide` for corrections and for findings that the reader missed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.judgements import JudgementError
from reports.study import settings as evidence_settings

STATS = ("count", "percent", "mean", "median", "sd", "range", "iqr", "rate", "value", "present", "absent")
COMPARATORS = ("=", "<", "<=", ">", ">=", "~")
MEASURE = re.compile(r"[a-z][a-z-]*(:[^:\n\r]{1,120})?")
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,9})?")
_LONGEST = 160


def corrected(finding: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """`finding` with the fields of the form in place of its own; a field that is missing from the form is kept."""
    new = dict(finding)
    if "measure" in form:
        new["measure"] = _measure(form["measure"])
    if "group" in form:
        new["group"] = _text(form["group"], "group") or "all"
    if "unit" in form:
        new["unit"] = _text(form["unit"], "unit") or None
    if "stat" in form:
        new["stat"] = _one_of(form["stat"], STATS, "statistic")
    if "cmp" in form:
        new["cmp"] = _one_of(form["cmp"] or "=", COMPARATORS, "comparison")
    for name in ("value", "low", "high"):
        if name in form:
            new[name] = _number(form[name], name)
    for name in ("numerator", "denominator"):
        if name in form:
            new[name] = _whole(form[name], name)
    _plausible(new)
    return new


def _measure(given: str) -> str:
    text = " ".join(given.split())
    if not MEASURE.fullmatch(text):
        raise JudgementError(
            f"{text!r} is no measure", "measure", "Write class or class:name, such as outcome:relapse or age."
        )
    return text


def _text(given: str, name: str) -> str:
    text = " ".join(given.split())
    if len(text) > _LONGEST:
        raise JudgementError(f"longer than {_LONGEST} characters", name, "Say it shorter.")
    return text


def _one_of(given: str, known: tuple[str, ...], name: str) -> str:
    if given not in known:
        raise JudgementError(f"{given!r} is not known", name, f"Choose one of {', '.join(known)}.")
    return given


def _number(given: str, name: str) -> float | None:
    text = given.strip().replace(",", "").replace("·", ".").removesuffix("%").strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise JudgementError(f"{given.strip()!r} is no number", name, "Write digits, such as 43.9, or leave it empty.")
    return float(text)


def _whole(given: str, name: str) -> int | None:
    number = _number(given, name)
    if number is None:
        return None
    if number < 0 or not number.is_integer():
        raise JudgementError(
            f"{given.strip()!r} is no number of people", name, "Write a whole number, or leave it empty."
        )
    return int(number)


def _plausible(finding: Mapping[str, Any]) -> None:
    numerator, denominator = finding.get("numerator"), finding.get("denominator")
    if denominator == 0:
        raise JudgementError("nobody is at risk", "denominator", "Leave it empty where the paper does not state it.")
    if numerator is not None and denominator is not None and numerator > denominator:
        raise JudgementError(f"{numerator} of {denominator} cannot be", "numerator", "Check both numbers.")
    value = finding.get("value")
    if finding["stat"] == "percent" and value is not None and not 0 <= value <= 100:
        raise JudgementError(f"{value:g}% cannot be a share", "value", "Write 0 to 100.")
    if finding["stat"] == "percent" and finding["cmp"] == "=" and value is not None and numerator is not None:
        share = 100 * numerator / (denominator or numerator or 1)
        if denominator and abs(share - value) > evidence_settings()["percent_slack"]:
            said = f"{numerator}/{denominator} is {share:.1f}%, not {value:g}%: as such it would be set aside"
            raise JudgementError(said, "value", "Correct one of them, or leave the value empty to count the people.")
    low, high = finding.get("low"), finding.get("high")
    if low is not None and high is not None and low > high:
        raise JudgementError(f"{low:g} to {high:g} runs backwards", "low", "Write the smaller number first.")
    figures = [finding.get(name) for name in ("value", "low", "high", "numerator")]
    if finding["stat"] not in ("present", "absent") and all(one is None for one in figures):
        raise JudgementError("there is no number", "value", "Fill in the value, or numerator and denominator.")


def missed(text: str, form: Mapping[str, str]) -> dict[str, Any]:
    """A finding that the reader missed, at the place that was selected, or where the words stand that were written.

    `start` and `end` are character offsets into `text`; without them `words` must stand in it exactly once.
    """
    start, end = _place(text, form)
    finding = {"stat": "value", "cmp": "=", "group": "all", "value": None, "low": None, "high": None,
               "numerator": None, "denominator": None, "unit": None}  # fmt: skip
    sentence_start, sentence_end = sentence_around(text, start, end)
    place = {"start": start, "end": end, "sentence_start": sentence_start, "sentence_end": sentence_end}
    if not form.get("measure", "").strip():
        raise JudgementError("the measure is missing", "measure", "Write class or class:name, such as outcome:relapse.")
    extra: dict[str, Any] = {"section": None, "flags": [], "how": "person", "engine": "", "confidence": 1.0}
    return corrected({**finding, **extra, **place, "measure": ""}, form)


def _place(text: str, form: Mapping[str, str]) -> tuple[int, int]:
    words = form.get("words", "")
    if form.get("start", "").isdigit() and form.get("end", "").isdigit():
        start, end = int(form["start"]), int(form["end"])
        if not 0 <= start < end <= len(text):
            raise JudgementError("the selection lies outside the text", "selection", "Select the number again.")
        if words and text[start:end].split() != words.split():
            raise JudgementError("the text has changed since it was selected", "selection", "Select the number again.")
        return start, end
    words = words.strip()
    times = text.count(words) if words else 0
    if times != 1:
        said = f"{words!r} stands {times} times in the text" if words else "nothing is selected"
        raise JudgementError(
            said, "words as printed", "Select the number in the text, or write enough words around it."
        )
    start = text.index(words)
    return start, start + len(words)


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence that holds a place: from the last full stop before a capital, or line, to the next."""
    stops = [0, *(m.end() for m in re.finditer(r"\n|(?<=[.!?])\s+(?=[A-Z0-9(])", text)), len(text)]
    first = max(stop for stop in stops if stop <= start)
    last = min(stop for stop in stops if stop >= end)
    while last > end and text[last - 1].isspace():
        last -= 1
    return first, last
