"""Clauses and phrases of a review's sentence: what stands before and behind a figure, and names cleaned of all else.

Comes in: sentences. Goes out: phrases. Word lists are in data/naming.toml. Called by the other readers of claims.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from reports.claim_figure import Figure

CLAUSE = re.compile(
    r"[;:]\s|,\s+(?:and|but|whereas|while|although|though|yet|so|with|which|who|whose|where)\s"
    r"|\s(?:but|whereas|while|although|whose)\s|\s[—–]\s"
)
OPENERS = re.compile(
    r"^(?:\s*(?:in|among|of|for|at|on|as|during|after|before|according to|with|despite|within"
    r"|because|since|when|if|although|compared)\b[^,]*,\s+(?=\S|$))+",
    re.I,
)
PREDICATE_NOUN = re.compile(
    r"\s(?:is|are|was|were|be)\s+(?:also\s+)?(?:the|a|an)\s+(?:[\w-]+\s+){0,3}?(?:symptoms?"
    r"|manifestations?|signs?|findings?|features?|presentations?|complaints?|abnormalit(?:y|ies))(?:\s+(?:at"
    r"|on)\s+\w+)?\s+(?=in\b|and\s)",
    re.I,
)
COMPARED = re.compile(
    r"\b(?:is|are|was|were|be)?\s+((?:exceed(?:s|ed|ing)?|greater|higher|lower|less|more|older"
    r"|younger|longer|shorter|larger|above|below|over|under|at least)\b(?! (?:frequent|common|likely|often"
    r"|severe)).*)$",
    re.I,
)
ADJECTIVE = re.compile(
    r"\b(?:is|are|was|were|remains?|be|been)\s+((?:[\w-]+\s+){0,2}?(?:ab)?normal"
    r"|(?:[\w-]+\s+){0,1}?(?:elevated|positive|negative|increased|decreased|reduced|"
    r"absent|fatal|familial|bilateral|unilateral|asymptomatic|recurrent|severe|mild|permanent"
    r"|reversible|curative|effective|ineffective|successful|involved|enlarged))$",
    re.I,
)
POSSESSIVE = re.compile(
    r"\b(?:who|that|which|whose|at (?:the time|presentation|diagnosis|onset)|during|after|before"
    r"|on (?:physical|presentation|admission)|within|despite|because|when|if|over|per|since|on the basis|according"
    r"|as compared|compared|depending)\b.*$",
    re.I,
)


RELATIVE = re.compile(
    r"^\s*(?:who|that)?\s*(?:are|were|is|have|had|do|did|was)\s+(?:not\s+|been\s+)*\w+(?:\s+\w+){0,4}?"
    r"\s+(?=(?:will|develop|have|had|die|relapse|require|recover|respond|survive)\b)",
    re.I,
)


@cache
def cues() -> dict[str, Any]:
    """The word lists of naming.toml, compiled."""
    data = tomllib.loads((Path(__file__).parent / "data" / "naming.toml").read_text(encoding="utf-8"))
    for row in data["classes"]:
        row["pattern"] = re.compile(row["pattern"], re.I)
    data["outcome"] = next(row["pattern"] for row in data["classes"] if row["class"] == "outcome")
    data["standard"] = {name: re.compile(pattern, re.I) for name, pattern in data["standard"].items()}
    data["verb"] = re.compile(rf"\b{data['verbs']}\b", re.I)
    data["empty_end"] = re.compile(rf"(?:[\s,(]*(?<![\w-]){data['empty']}(?![\w-])[\s,]*)+$", re.I)
    data["empty_start"] = re.compile(rf"^(?:[\s,(]*(?<![\w-]){data['empty']}(?![\w-])[\s,]*)+", re.I)
    data["of_people"] = re.compile(
        rf"^\s*(?:\)\s*)?(?:of|among|in)?\s*(?P<who>(?:(?!{data['verbs']}\b|(?:for|at|after|to|with|and|or|by|versus"
        rf"|vs|on|in|than|from|during|within)\b)[\w’'–-]+\s+){{0,5}}?\b(?:{data['people']}|those|them)\b)"
        rf"(?P<more>(?:\s+(?:with|of|treated with|undergoing|receiving|older than|younger than|without"
        rf"|in the (?=[\w-]+ (?:group|arm)))\b\s*"
        rf"(?:(?!\b{data['verbs']}\b|\b(?:at|in|during|after|before|within|die|relapse|recur|experience|report|need"
        rf"|present|show|respond|recover|smoke|progress|survive|will|do|did|resolve|undergo|versus|vs|than"
        rf"|compared|as|whereas)\b|[,;.(\d]).)+)?)",
        re.I,
    )
    data["apposition"] = re.compile(
        rf",\s*(?:such as|including|like|e\.g\.|i\.e\.|characterized by|defined as|also (?:called|known as)|which|who"
        rf"|the|an?|or|usually|often)\b[^,;()]*(?:\([^()]*\)[^,;()]*)*(?:,[^,;()]*){{0,4}}?,"
        rf"(?=\s+(?:also\s+|usually\s+|often\s+)?(?:is|are|was|were|ha[sv]e?|may|can|occurs?|develops?|affects?"
        rf"|complicates?|remains?|(?:[a-z]+ly\s+)?{data['verbs']})\b)",
        re.I,
    )
    data["measures_of"] = re.compile(data["measures_of"], re.I)
    return data


def without_appositions(text: str, figure: Figure) -> str:
    """The sentence with `, which ...,` and `, a complication of ...,` blanked, those that hold the figure kept."""
    for m in cues()["apposition"].finditer(text):
        if m.end() <= figure.start and not re.search(r"\d\s?%", m[0]):
            text = text[: m.start()] + " " * (m.end() - m.start()) + text[m.end() :]
    return text


def sentence_subject(text: str) -> str:
    """What a sentence is about: the phrase before its first verb; empty where that is a pronoun."""
    verb = cues()["verb"].search(text)
    name = clean_name(last_clause(flatten(text[: verb.start()]))) if verb else ""
    return "" if re.match(r"(?:it|this|they|these|he|she|we|there)\b", name) or len(name.split()) > 6 else name


def surroundings(text: str, figure: Figure, following: int) -> tuple[str, str, bool]:
    """The clause before the figure, what follows it up to the clause's end, and whether it stands in parentheses."""
    opened = text.rfind("(", 0, figure.start)
    inside = opened > text.rfind(")", 0, figure.start)
    begin = 0
    for m in CLAUSE.finditer(text[: figure.start]):
        if not within_brackets(text, m.start()) and (not inside or m.end() <= opened):
            begin = m.end()
    left = text[begin : figure.start]
    if inside:
        inner = text[opened + 1 : figure.start]
        pieces = re.split(r"[,;]\s*(?:and\s+)?|\sand\s", inner)
        own = cues()["empty_end"].sub("", pieces[-1])
        if re.search(r"[a-z]{3}\s*,\s*$", inner):
            own = pieces[-2] if len(pieces) > 1 else own
        own = cues()["empty_start"].sub("", own)
        if re.search(r"[a-z]{3}", own) and not re.match(rf"{cues()['verbs']}\b|{cues()['people']}", own.strip(), re.I):
            left, inside = own + " ", False
        else:
            left = text[begin:opened]
    end = len(text)
    for m in re.finditer(r"[;)]|,\s+(?:and|but|whereas|while|with|which)\s|\swhereas\s|\sbut\s", text[figure.end :]):
        end = figure.end + m.start()
        break
    if following < end and (
        cues()["verb"].search(text, figure.end, following) or says_something(text[figure.end : following])
    ):
        end = following
    return left, text[figure.end : end], inside


def within_brackets(text: str, at: int) -> bool:
    return text.rfind("(", 0, at) > text.rfind(")", 0, at)


def flatten(text: str) -> str:
    """Text without its parentheses and without an opening adverbial (`In one series, ...`)."""
    text = re.sub(r"\([^()]*\)", " ", text)
    return OPENERS.sub("", text)


def has_subject(left: str) -> bool:
    """Whether the clause before the figure has a subject of its own."""
    flat = cues()["empty_start"].sub("", flatten(left))
    return bool(re.search(r"[A-Za-z]{3}", cues()["empty_end"].sub("", flat)))


def phrase_before(left: str, inside: bool) -> str:
    """The name in the words before a figure: the phrase just before it, or the subject of the verb before it."""
    flat = PREDICATE_NOUN.sub(" ", flatten(left).rstrip(" ,(") + " ").rstrip()
    stripped = cues()["empty_end"].sub("", flat).rstrip(" ,")
    compared = COMPARED.search(stripped)
    if compared:
        return f"{clean_name(last_clause(stripped[: compared.start()]))} {compared[1].lower()}".strip()
    adjective = ADJECTIVE.search(stripped)
    if adjective:
        return f"{clean_name(adjective[1])} {clean_name(last_clause(stripped[: adjective.start()]))}".strip()
    verbs = list(cues()["verb"].finditer(stripped))
    tail = stripped[verbs[-1].end() :] if verbs else stripped
    if not re.search(r"[A-Za-z]{3}", cues()["empty_start"].sub("", tail)):
        tail = ""
    if tail:
        pieces = (
            re.split(r",\s*(?:and\s+|or\s+)?|\s(?:and|or|plus)\s(?!\w+$)", tail)
            if verbs or inside or "," in tail
            else [tail]
        )
        last = pieces[-1]
        if inside:
            last = re.split(r"\s(?:and|or)\s", last)[-1]
        return clean_name(last)
    return clean_name(last_clause(stripped[: verbs[0].start()] if verbs else stripped))


def last_clause(text: str) -> str:
    pieces = [p for p in re.split(r"(?<=[a-z]),\s+(?=\w)", text) if p.strip()]
    return pieces[-1] if pieces else text


def phrase_after(right: str, who: re.Match[str] | None) -> str:
    """The name in the words after a figure that counts people: `44% of patients have fever` is fever."""
    rest = right[who.end() :] if who else right
    rest = re.sub(r"\([^()]*\)?", " ", rest)
    rest = re.sub(r"^\s*(?:and|or|,|versus|vs\.?)\s+[\d.]+\s?%\s+(?:of|in|among)\s+\w+", " ", rest)
    rest = RELATIVE.sub(" ", rest)
    rest = re.sub(r"^[\s,]*(?:who|that|which)\s+", " ", rest)
    passive = re.match(
        r"\s*(?:(?:is|are|was|were|have been|has been|had been)\s+)?(?:also\s+|usually\s+)?"
        r"(?P<verb>treated with|managed with|given|receiv\w+|requir\w+|need\w*|underg\w+"
        r"|underwent)\s+(?P<what>[^,;.]+)",
        rest,
        re.I,
    )
    if passive and not cues()["outcome"].search(passive["what"]):
        return "treatment:" + clean_name(passive["what"])
    caused = re.match(
        r"\s*(?:is|are|was|were|can be|may be|have been)?\s*(?:thought to be\s+)?(?P<verb>caused by"
        r"|due to|attributed to|attributable to|secondary to|"
        r"associated with|preceded by|triggered by|related to|result from"
        r"|resulting from)\s+(?P<what>[^,;.]+)",
        rest,
        re.I,
    )
    if caused and not caused["verb"].startswith(("associated",)):
        return "cause:" + clean_name(caused["what"])
    smoking = re.match(r"[^,;.]{0,60}?\bsmok\w+(?:\s+at\s+(?:the\s+time\s+of\s+)?\w+)?", rest, re.I)
    if smoking:
        return smoking[0].strip()
    m = re.match(
        r"\s*(?:(?:also|usually|often|typically|eventually|ultimately|subsequently|initially|still|then"
        r"|first|do|does|did|not|will|can|may|would|"
        r"have|has|had|is|are|was|were|been|be|being|show|shows|showed|present|presents|presented"
        r"|presenting|report|reports|reported|develop|develops|developed|"
        r"experience|experienced|suffer|suffered|display|exhibit|exhibits|exhibited|demonstrate"
        r"|demonstrated|complain|carry|carries|having|with|from|of|a|an|the|as|found|to|noted)\s+)*"
        r"(?P<what>[^,;.:]*)",
        rest,
        re.I,
    )
    what = m["what"] if m else ""
    negative = re.match(
        r"\s*(?:do|does|did|have|has|had|are|were|is|was)\s+(?:not|no)\s+(?:(?:have|require|need"
        r"|receive|show|develop)\s+)?",
        rest,
        re.I,
    )
    name = clean_name(re.split(r"[,;.:]", rest[negative.end() :])[0] if negative else what)
    return f"no {name}" if negative and name and not name.startswith("no ") else name


def says_something(right: str) -> bool:
    """Whether the words after a figure give it a name of its own (`and 46% are smokers`)."""
    who = cues()["of_people"].match(right)
    rest = right[who.end() :] if who else right
    return bool(
        re.match(
            r"\s*(?:who\s+)?(?:also\s+|eventually\s+)?(?:are|is|were|was|have|has|had|develop\w*"
            r"|die[sd]?|relaps\w*|recover\w*|requir\w*|report\w*|present\w*|receiv\w*|remain\w*|progress\w*|respond\w*"
            r"|will|can|may|might|do|did|experience\w*|underg\w*|survive\w*|achieve\w*|need\w*|smoke\w*)\b",
            rest,
            re.I,
        )
    ) or bool(
        not who
        and re.match(
            r"\s+(?!of\b|in\b|and\b|or\b|to\b|at\b|for\b|among\b|after\b|by\b|with\b"
            r"|versus\b|vs\b|as\b|on\b|when\b|during\b|over\b|within\b|respectively\b|overall\b|annually\b"
            r"|per\b)[a-z]{4,}",
            rest,
        )
    )


def clean_name(name: str) -> str:
    """A name in plain lower-case words: no determiners, hedges, relative clauses, brackets or stray signs."""
    name = re.sub(r"\([^()]*\)|[*|]", " ", name)
    name = re.sub(r"^\W+|[\s,;:(]+$", "", " ".join(name.split()))
    name = POSSESSIVE.sub("", name).strip()
    for _ in range(3):
        name = cues()["measures_of"].sub("", name)
        name = cues()["empty_start"].sub("", name + " ").strip() if name else name
    name = re.sub(rf"\s+(?:in|among|of|for)\s+(?:[\w-]+\s+){{0,3}}?{cues()['people']}\b.*$", "", name, flags=re.I)
    name = cues()["empty_end"].sub("", " " + name).strip(" ,")
    if len(name.split()) > 7:
        name = " ".join(re.split(r"\s(?:in|with|from|that|by|for|among|to)\s", name)[0].split()[-7:])
    return singular_name(name)


def singular_name(name: str) -> str:
    words = name.split()
    if words:
        last = words[-1]
        if len(last) > 3 and last.endswith("ies"):
            last = last[:-3] + "y"
        elif (
            len(last) > 3
            and last.endswith("s")
            and not last.endswith(("ss", "us", "is", "as", "ics", "es's", "kles", "tes"))
        ):
            last = last[:-1]
        words[-1] = last
    return " ".join(word if re.search(r"[A-Z].*[A-Z0-9]|\d", word) else word.lower() for word in words)
