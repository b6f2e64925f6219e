"""What a percentage in a review is of: the class, name and people of a proportion, from the words around it.

Comes in: a sentence, the figure in it, the review's population. Goes out: a `Name`. Grammar only; word lists are in
data/naming.toml. Called by `reports.claims`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reports.claim_figures import WORD, Figure
from reports.claim_population import Population

CLAUSE = re.compile(
    r"[;:]\s|,\s+(?:and|but|whereas|while|although|though|yet|so|with|which|who|whose|where)\s"
    r"|\s(?:but|whereas|while|although|whose)\s|\s[—–]\s"
)
OPENERS = re.compile(
    r"^(?:\s*(?:in|among|of|for|at|on|as|during|after|before|according to|with|despite|within"
    r"|because|since|when|if|although|compared)\b[^,]*,\s+(?=\S|$))+",
    re.I,
)
BY = re.compile(r"\bby\s+(?P<what>(?:(?!\bby\b)[\w\s-])+?)\s+in\s*$", re.I)
CAUSED_BY = re.compile(
    r"\b(?:(?:caused|triggered|precipitated|induced)\s+by|due\s+to|attribut(?:ed|able)\s+to"
    r"|secondary\s+to)\s+(?P<what>(?:(?!\b(?:is|are|was|were|occurs?|has|have)\b)[^,;])+?)\s+in\s*$",
    re.I,
)
TREATED = re.compile(
    r"(?:patients|persons|those|cases|adults|children)\s+((?:treated with|receiving|undergoing)\s.*)", re.I
)
ONLY_PEOPLE = re.compile(
    rf"(?:most |many |some )?(?:patients?|cases?|persons?|people|women|men|children|adults)|most"
    rf"|majority|{WORD}|\d+",
    re.I,
)
GENERAL_NOUN = re.compile(r"(?:\w+ )?(?:symptom|complication|finding|manifestation|sign|abnormality|feature)", re.I)
PRONOUN = re.compile(r"it|this|they|these|this (?:complication|finding|symptom|sign|manifestation|feature|form)", re.I)
AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|can|may|in)\b", re.I)
SEX_AFTER = re.compile(r"\s*(?:of|among|in|are|were)?\s*(?:the\s+)?((?:wo)?men|(?:fe)?males?)\b", re.I)
CARRIED = re.compile(
    r"^\s*(?:of|in|among|at|for|after)\b[^,;()]*\b(?:and|or|but|to)\s+(?:in|of|among|for|at"
    r"|by)?\s*(?:about\s+)?$",
    re.I,
)
AGAINST = re.compile(
    r"\b(?:as compared with|compared with|compared to|versus|vs\.?|as opposed to|against"
    r"|rather than)\s*(?:only\s+|just\s+)?$",
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
CAUSAL_END = re.compile(
    r"(?P<agent>[^;]*?)\b(?:(?:specifically|directly|alone|together|also|is|are|was|were|be|being"
    r"|been|thought to be|may be)\s+)*"
    r"(?:account(?:s|ed|ing)?(?:\s+for)?|responsible(?:\s+for)?|caus(?:e|es|ed|ing)|implicated"
    r"|the\s+(?:[\w-]+\s+){0,2}causes?|the causative (?:agent|organism)"
    r"|the underlying (?:cause|disease)|the (?:trigger|precipitant))\s*$",
    re.I,
)
LINKS = re.compile(
    r"^[\s,]*(?:and|or|to|vs\.?|versus|but|compared with|as compared with|in|of|the|up|among|for"
    r"|respectively|even|only|by|with|about|approximately|women|men|one|study|another|group|some|series|studies|first"
    r"|second|then|rising|falling|from|at|cases|patients|and|reported|other)*(?:[\s,]+(?:and|or|to|vs\.?|versus|but"
    r"|compared|with|as|in|of|the|up|among|for|respectively|even|only|by|about|approximately|women|men|one|study"
    r"|another|group|some|series|studies|first|second|then|rising|falling|from|at|cases|patients|reported"
    r"|other))*[\s,(]*$",
    re.I,
)
SENSITIVITY = re.compile(
    r"\b(?:sensitivit|specificit|predictive value|confidence interval|accuracy|\bCI\b|power\b"
    r"|significance level|heritab|concordance|I2\b)",
    re.I,
)
CHANGE = re.compile(
    r"\b(?:reduc\w+|decreas\w+|increas\w+|lower\w*|fall\w*|fell|declin\w+|rais\w+|rose|improv\w+"
    r"|drop\w*|ris(?:es|en|ing))\b(?P<what>[^.;,]{0,60}?)\bby\s*$",
    re.I,
)
AMOUNT_CHANGE = re.compile(
    r"^\s*(?:(?:relative|absolute|greater|lower|higher)\s+)*(?:reduction|decrease|increase"
    r"|decline|improvement|higher|lower|greater|more|less)\b",
    re.I,
)
POSSESSIVE = re.compile(
    r"\b(?:who|that|which|whose|at (?:the time|presentation|diagnosis|onset)|during|after|before"
    r"|on (?:physical|presentation|admission)|within|despite|because|when|if|over|per|since|on the basis|according"
    r"|as compared|compared|depending)\b.*$",
    re.I,
)


@dataclass(slots=True)
class Name:
    """`measure` as in GUIDELINES (class:name); `group` None for the review's population; `stat` percent or value."""

    measure: str
    group: str | None = None
    stat: str = "percent"
    unit: str | None = None
    condition: str | None = None


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


def excluded(text: str, figure: Figure) -> bool:
    """Figures that are no claim about patients: test accuracy, confidence levels."""
    before, after = text[max(0, figure.start - 90) : figure.start], text[figure.end : figure.end + 40]
    near = re.split(r"[;.]|\bwhereas\b|\bwhile\b", before)[-1]
    return bool(
        SENSITIVITY.search(near)
        or re.match(
            r"\s*(?:CI\b|confidence|credible|sensitiv|specific(?:ity)?\b"
            r"|power\b)",
            after,
            re.I,
        )
    )


def name_percent(
    text: str, figure: Figure, earlier: list[tuple[Figure, Name]], people: Population, following: int, subject: str = ""
) -> Name:
    """The measure and group of a percentage.

    Args:
        text: the sentence. figure: the percentage. earlier: the percentages named so far in it.
        people: the review's population. following: where the next figure starts (the sentence's length if none).
        subject: what the sentence before was about, for "it" and "this".
    """
    text = without_appositions(text, figure)
    left, right, inside = _surroundings(text, figure, following)
    changed = _change(left, right)
    if changed:
        return changed
    if inside and (sex := SEX_AFTER.match(right)):
        return Name("sex:female" if sex[1].lower()[0] in "wf" else "sex:male")
    group, condition = _group(right, people) or _opening_group(left, people), None
    if group and (treated := TREATED.fullmatch(group)):
        group, condition = None, treated[1].lower()
    previous = earlier[-1] if earlier else None
    between = text[previous[0].end : figure.start] if previous else ""
    place = _Place(text, figure.end, left, right, inside, between, subject, people)
    if previous and _carried(place):
        return Name(previous[1].measure, group or previous[1].group, previous[1].stat, previous[1].unit)
    after_cause = previous is not None and previous[1].measure.startswith("cause:")
    cause = None if inside else _cause(place, after_cause)
    name = cause or (_counted(place) if _counts_people(place) else "") or _stated(place)
    if name.startswith("it is "):
        name = f"{name[6:]} {sentence_subject(text) or subject}".strip()
    if previous and not name:
        return Name(previous[1].measure, group or previous[1].group)
    named = _classify(name, left, group, people, cause is not None)
    named.condition = condition
    one_list = not re.search(rf"\b{cues()['verbs']}\b", re.sub(r"\bfollowed\b", "", between))
    if after_cause and one_list and named.measure.split(":")[0] not in ("cause", "sex", "outcome"):
        return Name(f"cause:{name}", group)
    return named


@dataclass(slots=True)
class _Place:
    """A figure's surroundings: the sentence and where the figure ends in it, the clause before it, the words after it,
    whether it stands in parentheses, the words since the figure before it, the subject of the sentence before."""

    text: str
    end: int
    left: str
    right: str
    inside: bool
    between: str
    subject: str
    people: Population


def _carried(place: _Place) -> bool:
    """Whether a figure shares the name of the one before: `in 10% of men and 4% of women`, `but is seen in 5%`."""
    if AGAINST.search(place.between):
        return True
    if place.inside:
        return bool(LINKS.match(place.between)) and not _says_something(place.right)
    if not _says_something(place.right) and (
        LINKS.match(place.between) or (CARRIED.match(place.between) and not cues()["verb"].search(place.between))
    ):
        return True
    return not _counts_people(place) and not _has_subject(place.left) and bool(AUXILIARY.search(place.left))


def _counts_people(place: _Place) -> bool:
    """Whether the figure is its clause's subject, so that its name follows: `20% of patients have fever`."""
    if place.inside:
        return False
    if not re.search(r"[A-Za-z]{3}", _flat(place.left)) or re.search(r"\bwith\s*$", place.left):
        return True
    if not _has_subject(place.left) and not AUXILIARY.search(place.left):
        return True
    return (
        bool(place.between)
        and _says_something(place.right)
        and bool(re.search(r"(?:,|\band|\bbut|\bor|\bwhile|\bwhereas)\s*$", place.between))
    )


def _counted(place: _Place) -> str:
    return _predicate(place.right, cues()["of_people"].match(place.right))


def _cause(place: _Place, after_cause: bool) -> str | None:
    """The cause of which a figure is the share: `X accounts for 30%`, `caused by X in 30%`, `and by Y in 10%`."""
    flat = _flat(place.left)
    by = (BY.search(place.left) if after_cause else None) or CAUSED_BY.search(flat)
    if by:
        return _clean(by["what"])
    causal = CAUSAL_END.search(cues()["empty_end"].sub("", flat).rstrip() + " ")
    return _clean(_last_clause(causal["agent"])) or None if causal else None


def _stated(place: _Place) -> str:
    """The name in the words before a figure, with the repairs that pronouns and general nouns need."""
    people, left = place.people, place.left
    name = _subject(left, place.inside)
    if place.inside and ONLY_PEOPLE.fullmatch(name or "patient"):
        closing = place.text.find(")", place.end)
        name = _predicate(place.text[closing + 1 :], None) if closing > 0 else name
    object_of_verb = people.is_disease(name) and re.search(
        rf"{cues()['verbs']}\W+(?:the\s+)?{re.escape(name)}", left, re.I
    )
    second = people.is_disease(name) and re.search(r"\band\s", place.between)
    if GENERAL_NOUN.fullmatch(name) or second or (object_of_verb and not place.between and not place.inside):
        verb = cues()["verb"].search(_flat(left))
        own = _clean(_last_clause(_flat(left)[: verb.start()])) if verb else ""
        name = own if own and not people.is_disease(own) else "" if place.between else name
    if place.between and re.search(r"\d", name):
        name = _clean(re.split(r"\b(?:and|or|but)\b|,", place.between)[-1])
    for known in people.names:
        if name.casefold().startswith(known.casefold() + " "):
            name = name[len(known) + 1 :]
    if PRONOUN.fullmatch(name):
        name = place.subject
    return name if name or place.inside else _counted(place)


def _change(left: str, right: str) -> Name | None:
    """A difference, not a share: `reduced relapses by 35%`, `a 30% reduction in deaths`."""
    by, of = CHANGE.search(left), AMOUNT_CHANGE.match(right)
    if by:
        name = _clean(by["what"]) or _clean(left[: by.start()])
    elif of:
        target = re.match(
            r"\s*(?:in|of)\s+(?:the\s+)?(?:risk|rate|odds|incidence)?\s*(?:of\s+)?([^,;.()]+)", right[of.end() :]
        )
        name = _clean(target[1]) if target else _clean(left)
    else:
        return None
    return Name(f"measurement:change in {name or 'outcome'}", stat="value", unit="%")


def without_appositions(text: str, figure: Figure) -> str:
    """The sentence with `, which ...,` and `, a complication of ...,` blanked, those that hold the figure kept."""
    for m in cues()["apposition"].finditer(text):
        if m.end() <= figure.start and not re.search(r"\d\s?%", m[0]):
            text = text[: m.start()] + " " * (m.end() - m.start()) + text[m.end() :]
    return text


def sentence_subject(text: str) -> str:
    """What a sentence is about: the phrase before its first verb; empty where that is a pronoun."""
    verb = cues()["verb"].search(text)
    name = _clean(_last_clause(_flat(text[: verb.start()]))) if verb else ""
    return "" if re.match(r"(?:it|this|they|these|he|she|we|there)\b", name) or len(name.split()) > 6 else name


def _surroundings(text: str, figure: Figure, following: int) -> tuple[str, str, bool]:
    """The clause before the figure, what follows it up to the clause's end, and whether it stands in parentheses."""
    opened = text.rfind("(", 0, figure.start)
    inside = opened > text.rfind(")", 0, figure.start)
    begin = 0
    for m in CLAUSE.finditer(text[: figure.start]):
        if not _within_brackets(text, m.start()) and (not inside or m.end() <= opened):
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
    if following < end and re.search(
        rf"\b{cues()['verbs']}\b|\b(?:die|relapse|smok)", text[figure.end : following], re.I
    ):
        end = following
    return left, text[figure.end : end], inside


def _within_brackets(text: str, at: int) -> bool:
    return text.rfind("(", 0, at) > text.rfind(")", 0, at)


def _flat(text: str) -> str:
    """Text without its parentheses and without an opening adverbial (`In one series, ...`)."""
    text = re.sub(r"\([^()]*\)", " ", text)
    return OPENERS.sub("", text)


def _has_subject(left: str) -> bool:
    """Whether the clause before the figure has a subject of its own."""
    flat = cues()["empty_start"].sub("", _flat(left))
    return bool(re.search(r"[A-Za-z]{3}", cues()["empty_end"].sub("", flat)))


def _subject(left: str, inside: bool) -> str:
    """The name in the words before a figure: the phrase just before it, or the subject of the verb before it."""
    flat = PREDICATE_NOUN.sub(" ", _flat(left).rstrip(" ,(") + " ").rstrip()
    stripped = cues()["empty_end"].sub("", flat).rstrip(" ,")
    compared = COMPARED.search(stripped)
    if compared:
        return f"{_clean(_last_clause(stripped[: compared.start()]))} {compared[1].lower()}".strip()
    adjective = ADJECTIVE.search(stripped)
    if adjective:
        return f"{_clean(adjective[1])} {_clean(_last_clause(stripped[: adjective.start()]))}".strip()
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
        return _clean(last)
    return _clean(_last_clause(stripped[: verbs[0].start()] if verbs else stripped))


def _last_clause(text: str) -> str:
    pieces = [p for p in re.split(r"(?<=[a-z]),\s+(?=\w)", text) if p.strip()]
    return pieces[-1] if pieces else text


def _predicate(right: str, who: re.Match[str] | None) -> str:
    """The name in the words after a figure that counts people: `44% of patients have fever` is fever."""
    rest = right[who.end() :] if who else right
    rest = re.sub(r"\([^()]*\)?", " ", rest)
    rest = re.sub(r"^\s*(?:and|or|,|versus|vs\.?)\s+[\d.]+\s?%\s+(?:of|in|among)\s+\w+", " ", rest)
    rest = re.sub(r"^[\s,]*(?:who|that|which)\s+", " ", rest)
    passive = re.match(
        r"\s*(?:(?:is|are|was|were|have been|has been|had been)\s+)?(?:also\s+|usually\s+)?"
        r"(?P<verb>treated with|managed with|given|receiv\w+|requir\w+|need\w*|underg\w+"
        r"|underwent)\s+(?P<what>[^,;.]+)",
        rest,
        re.I,
    )
    if passive and not cues()["outcome"].search(passive["what"]):
        return "treatment:" + _clean(passive["what"])
    caused = re.match(
        r"\s*(?:is|are|was|were|can be|may be|have been)?\s*(?:thought to be\s+)?(?P<verb>caused by"
        r"|due to|attributed to|attributable to|secondary to|"
        r"associated with|preceded by|triggered by|related to|result from"
        r"|resulting from)\s+(?P<what>[^,;.]+)",
        rest,
        re.I,
    )
    if caused and not caused["verb"].startswith(("associated",)):
        return "cause:" + _clean(caused["what"])
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
    name = _clean(re.split(r"[,;.:]", rest[negative.end() :])[0] if negative else what)
    return f"no {name}" if negative and name and not name.startswith("no ") else name


def _says_something(right: str) -> bool:
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


def _clean(name: str) -> str:
    """A name in plain lower-case words: no determiners, hedges, relative clauses, brackets or stray signs."""
    name = re.sub(r"\([^()]*\)", " ", name)
    name = re.sub(r"^\W+|[\s,;:(]+$", "", " ".join(name.split()))
    name = POSSESSIVE.sub("", name).strip()
    for _ in range(3):
        name = cues()["measures_of"].sub("", name)
        name = cues()["empty_start"].sub("", name + " ").strip() if name else name
    name = re.sub(rf"\s+(?:in|among|of|for)\s+(?:[\w-]+\s+){{0,3}}?{cues()['people']}\b.*$", "", name, flags=re.I)
    name = cues()["empty_end"].sub("", " " + name).strip(" ,")
    if len(name.split()) > 7:
        name = " ".join(re.split(r"\s(?:in|with|from|that|by|for|among|to)\s", name)[0].split()[-7:])
    return _singular(name)


def _singular(name: str) -> str:
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


def _opening_group(left: str, people: Population) -> str | None:
    """The subgroup that opens a clause: `of former or current smokers, fewer than 15% ...`."""
    m = re.search(
        rf"(?:^|[;,—]\s*)(?:of|among)\s+(?:the\s+)?((?:(?!{cues()['verbs']}\b)[^,;(])*{cues()['people']}[^,;(]*),\s*$",
        left.rstrip() + " ",
        re.I,
    )
    return _group(" of " + m[1], people) if m else None


def _group(right: str, people: Population) -> str | None:
    """The subgroup that the words behind a figure name, or None."""
    arm = re.match(r"\s*(?:in|of|among|with|for)\s+(?:the\s+)?([\w\s-]{2,40}?\s(?:group|arm))\b", right, re.I)
    if arm:
        return _singular(arm[1])
    who = cues()["of_people"].match(right)
    if not who:
        who_only = re.match(
            r"\s*(?:of|among|in)\s+((?:patients|those|cases)\s+[^,;.()]+|(?:former|current|never"
            r"|ever)[- ][^,;.()]*smokers|men|women|children|adults)\b",
            right,
            re.I,
        )
        return _singular(who_only[1]) if who_only else None
    if re.search(r"\b(?:stud(?:y|ies)|series|reports?|instances?|episodes?)$", who["who"], re.I):
        return None
    label = re.sub(
        r"^(?:of|in|among|the|all|reported|these|those)\s+", "", (who["who"] + (who["more"] or "")).strip(), flags=re.I
    )
    plain = label.casefold()
    for name in people.names:
        plain = re.sub(rf"\b{re.escape(name.casefold())}s?\b", "", plain)
    plain = re.sub(
        r"\b(?:patients?|cases?|persons?|people|individuals?|adults?|subjects?|the|all|of|with|in"
        r"|published|series|reports?|reported|affected|disease|this|studies|study|those|them|confirmed)\b",
        "",
        plain,
    )
    return " ".join(label.split()).strip(" ,") if not label[:1].isdigit() and re.search(r"[a-z]{3}", plain) else None


def _classify(name: str, left: str, group: str | None, people: Population, causal: bool) -> Name:
    """The class of a name, and the standard names of sexes, smoking, deaths and relapses."""
    if name.startswith(("treatment:", "cause:")):
        return Name(name, group)
    lower = name.casefold()
    if re.search(r"smok", lower):
        return Name("smoking:" + _smoking(lower), group)
    sex = re.match(
        r"^(?:predominantly |mostly )?(?P<sex>women|woman|men|man|females?|males?|boys?"
        r"|girls?)\b(?! reproduct)",
        lower,
    )
    if sex and len(lower.split()) <= 3:
        return Name("sex:female" if sex["sex"][0] in "wfg" else "sex:male", group)
    measured = re.search(r"\b(prevalence|incidence)\b", left, re.I)
    if measured and (people.is_disease(name) or not name or lower in ("prevalence", "incidence")):
        place = re.search(r"\b(?:studies|registr(?:y|ies)|analys[ie]s|surveys?|cohorts?)\s+of\s+([^,;]+?)(?:,|$)", left)
        return Name(
            measured[1].lower(),
            group or (_clean(place[1]) if place and not people.is_disease(_clean(place[1])) else None),
        )
    if causal and name and not people.is_disease(name):
        return Name("cause:" + name, group)
    if re.search(r"\b(?:performed|undertaken|administered|given|used)\s+in\s*$", left) and name:
        return Name("treatment:" + name, group)
    for standard, pattern in cues()["standard"].items():
        if pattern.match(lower):
            return Name(f"outcome:{standard}", group)
    if not name:
        return Name("proportion:", group)
    for row in cues()["classes"]:
        if row["pattern"].search(lower):
            return Name(f"{row['class']}:{name}", group)
    return Name(f"proportion:{name}", group)


def _smoking(name: str) -> str:
    if re.search(r"never|non-?smok|no history|not smok", name):
        return "never"
    current = re.search(r"current|active|smoked at|at the time|at diagnosis", name)
    former = re.search(r"former|ex-smok|past|previous|quit", name)
    return (
        "ever"
        if (current and former) or re.search(r"\bever\b|history of smok", name)
        else "former"
        if former
        else "current"
    )
