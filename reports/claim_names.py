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

from reports.claim_figures import Figure
from reports.claim_population import Population

CLAUSE = re.compile(r"[;:]\s|,\s+(?:and|but|whereas|while|although|though|yet|so|with|which|who|whose|where)\s|\s(?:but|whereas|while|although|whose)\s|\s[—–]\s")
OPENERS = re.compile(r"^(?:\s*(?:in|among|of|for|at|on|as|during|after|before|according to|with|despite|within|because|since|when|if|although|compared)\b[^,]*,\s+(?=\S|$))+", re.I)
CARRIED = re.compile(r"^\s*(?:of|in|among|at|for|after)\b[^,;()]*\b(?:and|or|but|to)\s+(?:in|of|among|for|at|by)?\s*(?:about\s+)?$", re.I)
AGAINST = re.compile(r"\b(?:as compared with|compared with|compared to|versus|vs\.?|as opposed to|against|rather than)\s*(?:only\s+|just\s+)?$", re.I)
PREDICATE_NOUN = re.compile(r"\s(?:is|are|was|were|be)\s+(?:also\s+)?(?:the|a|an)\s+(?:[\w-]+\s+){0,3}?(?:symptoms?|manifestations?|signs?|findings?|features?|presentations?|complaints?|abnormalit(?:y|ies))(?:\s+(?:at|on)\s+\w+)?\s+(?=in\b|and\s)", re.I)
COMPARED = re.compile(r"\b(?:is|are|was|were|be)\s+((?:greater|higher|lower|less|more|older|younger|longer|shorter|larger|above|below|over|under|at least)\b(?! (?:frequent|common|likely|often|severe)).*)$", re.I)
ADJECTIVE = re.compile(r"\b(?:is|are|was|were|remains?|be|been)\s+((?:[\w-]+\s+){0,2}?(?:ab)?normal|(?:[\w-]+\s+){0,1}?(?:elevated|positive|negative|increased|decreased|reduced|"
                       r"absent|fatal|familial|bilateral|unilateral|asymptomatic|recurrent|severe|mild|permanent|reversible|curative|effective|ineffective|successful|involved|enlarged))$", re.I)
CAUSAL_END = re.compile(r"(?P<agent>[^;]*?)\b(?:(?:specifically|directly|alone|together|also|is|are|was|were|be|being|been|thought to be|may be)\s+)*"
                        r"(?:account(?:s|ed|ing)?(?:\s+for)?|responsible(?:\s+for)?|caus(?:e|es|ed|ing)|implicated|(?:the\s+)?(?:[\w-]+\s+)?causes?|the causative (?:agent|organism)|the underlying (?:cause|disease)|the (?:trigger|precipitant))\s*$", re.I)
LINKS = re.compile(r"^[\s,]*(?:and|or|to|vs\.?|versus|but|compared with|as compared with|in|of|the|up|among|for|respectively|even|only|by|with|about|approximately|women|men|one|study|another|group|some|series|studies|first|second|then|rising|falling|from|at|cases|patients|and|reported|other)*(?:[\s,]+(?:and|or|to|vs\.?|versus|but|compared|with|as|in|of|the|up|among|for|respectively|even|only|by|about|approximately|women|men|one|study|another|group|some|series|studies|first|second|then|rising|falling|from|at|cases|patients|reported|other))*[\s,(]*$", re.I)
SENSITIVITY = re.compile(r"\b(?:sensitivit|specificit|predictive value|confidence interval|accuracy|\bCI\b|power\b|significance level|heritab|concordance|I2\b)", re.I)
CHANGE = re.compile(r"\b(?:reduc\w+|decreas\w+|increas\w+|lower\w*|fall\w*|fell|declin\w+|rais\w+|rose|improv\w+|drop\w*|ris(?:es|en|ing))\b(?P<what>[^.;,]{0,60}?)\bby\s*$", re.I)
AMOUNT_CHANGE = re.compile(r"^\s*(?:(?:relative|absolute|greater|lower|higher)\s+)*(?:reduction|decrease|increase|decline|improvement|higher|lower|greater|more|less)\b", re.I)
POSSESSIVE = re.compile(r"\b(?:who|that|which|whose|at (?:the time|presentation|diagnosis|onset)|during|after|before|on (?:physical|presentation|admission)|within|despite|because|when|if|over|per|since|on the basis|according|as compared|compared|depending)\b.*$", re.I)


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
        rf"^\s*(?:\)\s*)?(?:of|among|in)?\s*(?P<who>(?:(?!{data['verbs']}\b)[\w’'–-]+\s+){{0,5}}?\b(?:{data['people']}|those|them)\b)"
        rf"(?P<more>(?:\s+(?:with|of|treated with|undergoing|receiving|older than|younger than|in the (?=[\w-]+ (?:group|arm)))\s*"
        rf"(?:(?!\b{data['verbs']}\b|\b(?:at|in|during|after|before|within|die|relapse|recur|experience|report|need|present|show|respond|recover|smoke|progress|survive|will|do|did|resolve|undergo)\b|[,;.(]).)+)?)", re.I)
    data["apposition"] = re.compile(
        rf",\s*(?:such as|including|like|e\.g\.|i\.e\.|characterized by|defined as|also (?:called|known as)|which|who|the|an?|or|usually|often)\b[^,;()]*(?:\([^()]*\)[^,;()]*)*(?:,[^,;()]*){{0,4}}?,"
        rf"(?=\s+(?:also\s+|usually\s+|often\s+)?(?:is|are|was|were|ha[sv]e?|may|can|occurs?|develops?|affects?|complicates?|remains?|(?:[a-z]+ly\s+)?{data['verbs']})\b)", re.I)
    data["measures_of"] = re.compile(data["measures_of"], re.I)
    return data


def excluded(text: str, figure: Figure) -> bool:
    """Figures that are no claim about patients: test accuracy, confidence levels."""
    before, after = text[max(0, figure.start - 90):figure.start], text[figure.end:figure.end + 40]
    near = re.split(r"[;.]|\bwhereas\b|\bwhile\b", before)[-1]
    return bool(SENSITIVITY.search(near) or re.match(r"\s*(?:CI\b|confidence|credible|sensitiv|specific(?:ity)?\b|power\b)", after, re.I))


def name_percent(text: str, figure: Figure, earlier: list[tuple[Figure, Name]], people: Population, following: int,
                 subject: str = "") -> Name:
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
    group = _group(right, people)
    previous = earlier[-1] if earlier else None
    between = text[previous[0].end:figure.start] if previous else ""
    own = _says_something(right)
    if inside and (sex := re.match(r"\s*(?:of|among|in|are|were)?\s*(?:the\s+)?((?:wo)?men|(?:fe)?males?)\b", right, re.I)):
        return Name("sex:female" if sex[1].lower()[0] in "wf" else "sex:male")
    if previous and (AGAINST.search(between) or not own and (
            LINKS.match(between) or not inside and CARRIED.match(between) and not cues()["verb"].search(between))):
        return Name(previous[1].measure, group or previous[1].group, previous[1].stat, previous[1].unit)
    who = cues()["of_people"].match(right)
    name = ""
    if not inside and (not re.search(r"[A-Za-z]{3}", _flat(left)) or not _has_subject(left) and not re.search(r"\b(?:is|are|was|were|has|have|can|may|in)\b", left) or re.search(r"\bwith\s*$", left) or (
            previous and own and re.search(r"(?:,|\band|\bbut|\bor|\bwhile|\bwhereas)\s*$", between))):
        name = _predicate(right, who)
    causal = None
    if not name and previous and not inside and not _has_subject(left) and re.search(r"\b(?:is|are|was|were|has|have|can|may|in)\b", left):
        return Name(previous[1].measure, group or previous[1].group, previous[1].stat, previous[1].unit)
    if not name:
        causal = CAUSAL_END.search(cues()["empty_end"].sub("", _flat(left)).rstrip() + " ") if not inside else None
        name = _clean(_last_clause(causal["agent"])) if causal else _subject(left, inside)
        if inside and re.fullmatch(rf"(?:most |many |some )?{cues()['people']}|most|majority", name or "patient", re.I):
            closing = text.find(")", figure.end)
            name = _predicate(text[closing + 1:], None) if closing > 0 else name
        if re.fullmatch(r"(?:\w+ )?(?:symptom|complication|finding|manifestation|sign|abnormality|feature)", name, re.I) or people.is_disease(name) and previous is None and not inside \
                and re.search(rf"{cues()['verbs']}\W+(?:the\s+)?{re.escape(name)}", left, re.I) or previous and people.is_disease(name) and re.search(r"\band\s", between):
            first = cues()["verb"].search(_flat(left))
            own_subject = _clean(_last_clause(_flat(left)[:first.start()])) if first else ""
            name = own_subject if own_subject and not people.is_disease(own_subject) else "" if previous else name
        for known in people.names:
            if name.casefold().startswith(known.casefold() + " "):
                name = name[len(known) + 1:]
        if re.fullmatch(r"it|this|they|these|this (?:complication|finding|symptom|sign|manifestation|feature|form)", name, re.I):
            name = subject
        if not name and not inside:
            name = _predicate(right, who)
    if previous and not name and previous[1].measure:
        return Name(previous[1].measure, group or previous[1].group)
    named = _classify(name, left, group, people, causal is not None)
    if previous and previous[1].measure.startswith("cause:") and named.measure.split(":")[0] not in ("cause", "sex", "outcome") \
            and not re.search(rf"\b{cues()['verbs']}\b", re.sub(r"\bfollowed\b", "", between)):
        return Name(f"cause:{name}", group)
    return named


def _change(left: str, right: str) -> Name | None:
    """A difference, not a share: `reduced relapses by 35%`, `a 30% reduction in deaths`."""
    by, of = CHANGE.search(left), AMOUNT_CHANGE.match(right)
    if by:
        name = _clean(by["what"]) or _clean(left[:by.start()])
    elif of:
        target = re.match(r"\s*(?:in|of)\s+(?:the\s+)?(?:risk|rate|odds|incidence)?\s*(?:of\s+)?([^,;.()]+)", right[of.end():])
        name = _clean(target[1]) if target else _clean(left)
    else:
        return None
    return Name(f"measurement:change in {name or 'outcome'}", stat="value", unit="%")


def without_appositions(text: str, figure: Figure) -> str:
    """The sentence with `, which ...,` and `, a complication of ...,` blanked, those that hold the figure kept."""
    for m in cues()["apposition"].finditer(text):
        if m.end() <= figure.start and not re.search(r"\d\s?%", m[0]):
            text = text[:m.start()] + " " * (m.end() - m.start()) + text[m.end():]
    return text


def sentence_subject(text: str) -> str:
    """What a sentence is about: the phrase before its first verb; empty where that is a pronoun."""
    verb = cues()["verb"].search(text)
    name = _clean(_last_clause(_flat(text[:verb.start()]))) if verb else ""
    return "" if re.match(r"(?:it|this|they|these|he|she|we|there)\b", name) or len(name.split()) > 6 else name


def _surroundings(text: str, figure: Figure, following: int) -> tuple[str, str, bool]:
    """The clause before the figure, what follows it up to the clause's end, and whether it stands in parentheses."""
    opened = text.rfind("(", 0, figure.start)
    inside = opened > text.rfind(")", 0, figure.start)
    begin = 0
    for m in CLAUSE.finditer(text[:figure.start]):
        if not _within_brackets(text, m.start()) and (not inside or m.end() <= opened):
            begin = m.end()
    left = text[begin:figure.start]
    if inside:
        inner = text[opened + 1:figure.start]
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
    for m in re.finditer(r"[;)]|,\s+(?:and|but|whereas|while|with|which)\s|\swhereas\s|\sbut\s", text[figure.end:]):
        end = figure.end + m.start()
        break
    if following < end and re.search(rf"\b{cues()['verbs']}\b|\b(?:die|relapse|smok)", text[figure.end:following], re.I):
        end = following
    return left, text[figure.end:end], inside


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
        return f"{_clean(_last_clause(stripped[:compared.start()]))} {compared[1].lower()}".strip()
    adjective = ADJECTIVE.search(stripped)
    if adjective:
        return f"{_clean(adjective[1])} {_clean(_last_clause(stripped[:adjective.start()]))}".strip()
    verbs = list(cues()["verb"].finditer(stripped))
    tail = stripped[verbs[-1].end():] if verbs else stripped
    if not re.search(r"[A-Za-z]{3}", cues()["empty_start"].sub("", tail)):
        tail = ""
    if tail:
        pieces = re.split(r",\s*(?:and\s+|or\s+)?|\s(?:and|or|plus)\s(?!\w+$)", tail) if verbs or inside or "," in tail else [tail]
        last = pieces[-1]
        if inside:
            last = re.split(r"\s(?:and|or)\s", last)[-1]
        return _clean(last)
    return _clean(_last_clause(stripped[:verbs[0].start()] if verbs else stripped))


def _last_clause(text: str) -> str:
    pieces = [p for p in re.split(r"(?<=[a-z]),\s+(?=\w)", text) if p.strip()]
    return pieces[-1] if pieces else text


def _predicate(right: str, who: re.Match[str] | None) -> str:
    """The name in the words after a figure that counts people: `44% of patients have fever` is fever."""
    rest = right[who.end():] if who else right
    rest = re.sub(r"\([^()]*\)?", " ", rest)
    rest = re.sub(r"^\s*(?:and|or|,|versus|vs\.?)\s+[\d.]+\s?%\s+(?:of|in|among)\s+\w+", " ", rest)
    rest = re.sub(r"^[\s,]*(?:who|that|which)\s+", " ", rest)
    passive = re.match(r"\s*(?:(?:is|are|was|were|have been|has been|had been)\s+)?(?:also\s+|usually\s+)?"
                       r"(?P<verb>treated with|managed with|given|receiv\w+|requir\w+|need\w*|underg\w+|underwent)\s+(?P<what>[^,;.]+)", rest, re.I)
    if passive and not cues()["outcome"].search(passive["what"]):
        return "treatment:" + _clean(passive["what"])
    caused = re.match(r"\s*(?:is|are|was|were|can be|may be|have been)?\s*(?:thought to be\s+)?(?P<verb>caused by|due to|attributed to|attributable to|secondary to|"
                      r"associated with|preceded by|triggered by|related to|result from|resulting from)\s+(?P<what>[^,;.]+)", rest, re.I)
    if caused and not caused["verb"].startswith(("associated",)):
        return "cause:" + _clean(caused["what"])
    smoking = re.match(r"[^,;.]{0,60}?\bsmok\w+(?:\s+at\s+(?:the\s+time\s+of\s+)?\w+)?", rest, re.I)
    if smoking:
        return smoking[0].strip()
    m = re.match(rf"\s*(?:(?:also|usually|often|typically|eventually|ultimately|subsequently|initially|still|then|first|do|does|did|not|will|can|may|would|"
                 rf"have|has|had|is|are|was|were|been|be|being|show|shows|showed|present|presents|presented|presenting|report|reports|reported|develop|develops|developed|"
                 rf"experience|experienced|suffer|suffered|display|exhibit|exhibits|exhibited|demonstrate|demonstrated|complain|carry|carries|having|with|from|of|a|an|the|as|found|to|noted)\s+)*"
                 r"(?P<what>[^,;.:]*)", rest, re.I)
    what = m["what"] if m else ""
    negative = re.match(r"\s*(?:do|does|did|have|has|had|are|were|is|was)\s+(?:not|no)\s+(?:(?:have|require|need|receive|show|develop)\s+)?", rest, re.I)
    name = _clean(re.split(r"[,;.:]", rest[negative.end():])[0] if negative else what)
    return f"no {name}" if negative and name and not name.startswith("no ") else name


def _says_something(right: str) -> bool:
    """Whether the words after a figure give it a name of its own (`and 46% are smokers`)."""
    who = cues()["of_people"].match(right)
    rest = right[who.end():] if who else right
    return bool(re.match(r"\s*(?:who\s+)?(?:also\s+|eventually\s+)?(?:are|is|were|was|have|has|had|develop\w*|die[sd]?|relaps\w*|recover\w*|requir\w*|report\w*|present\w*|receiv\w*|remain\w*|progress\w*|respond\w*|will|can|may|might|do|did|experience\w*|underg\w*|survive\w*|achieve\w*|need\w*|smoke\w*)\b", rest, re.I)) \
        or bool(not who and re.match(r"\s+(?!of\b|in\b|and\b|or\b|to\b|at\b|for\b|among\b|after\b|by\b|with\b|versus\b|vs\b|as\b|on\b|when\b|during\b|over\b|within\b|respectively\b|overall\b|annually\b|per\b)[a-z]{4,}", rest))


def _clean(name: str) -> str:
    """A name in plain lower-case words: no determiners, hedges, relative clauses, brackets or stray signs."""
    name = re.sub(r"\([^()]*\)", " ", name)
    name = re.sub(r"^\W+|[\s,;:(]+$", "", " ".join(name.split()))
    name = POSSESSIVE.sub("", name).strip()
    for _ in range(3):
        name = cues()["measures_of"].sub("", name)
        name = cues()["empty_start"].sub("", name + " ").strip() if name else name
    name = re.sub(r"\s+(?:in|among|of)\s+(?:(?:most|all|some|many|reported|the|these|adult|older|retrospective|large|published|several|other|small|prospective)\s+)*"
                  rf"{cues()['people']}\b.*$", "", name, flags=re.I)
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
        elif len(last) > 3 and last.endswith("s") and not last.endswith(("ss", "us", "is", "as", "ics", "es's", "kles", "tes")):
            last = last[:-1]
        words[-1] = last
    return " ".join(word if re.search(r"[A-Z].*[A-Z0-9]|\d", word) else word.lower() for word in words)


def _group(right: str, people: Population) -> str | None:
    """The subgroup that the words behind a figure name, or None."""
    arm = re.match(r"\s*(?:in|of|among|with|for)\s+(?:the\s+)?([\w\s-]{2,40}?\s(?:group|arm))\b", right, re.I)
    if arm:
        return _singular(arm[1])
    who = cues()["of_people"].match(right)
    if not who:
        who_only = re.match(r"\s*(?:of|among|in)\s+((?:patients|those|cases)\s+[^,;.()]+|(?:former|current|never|ever)[- ][^,;.()]*smokers|men|women|children|adults)\b", right, re.I)
        return _singular(who_only[1]) if who_only else None
    if re.search(r"\b(?:stud(?:y|ies)|series|reports?|instances?|episodes?)$", who["who"], re.I):
        return None
    label = re.sub(r"^(?:of|in|among|the|all|reported|these|those)\s+", "", (who["who"] + (who["more"] or "")).strip(), flags=re.I)
    plain = label.casefold()
    for name in people.names:
        plain = re.sub(rf"\b{re.escape(name.casefold())}s?\b", "", plain)
    plain = re.sub(rf"\b(?:patients?|cases?|persons?|people|individuals?|adults?|subjects?|the|all|of|with|in|published|series|reports?|reported|affected|disease|this|studies|study|those|them|confirmed)\b", "", plain)
    return " ".join(label.split()).strip(" ,") if re.search(r"[a-z]{3}", plain) else None


def _classify(name: str, left: str, group: str | None, people: Population, causal: bool) -> Name:
    """The class of a name, and the standard names of sexes, smoking, deaths and relapses."""
    if name.startswith(("treatment:", "cause:")):
        return Name(name, group)
    lower = name.casefold()
    if re.search(r"smok", lower):
        return Name("smoking:" + _smoking(lower), group)
    sex = re.match(r"^(?:predominantly |mostly )?(?P<sex>women|woman|men|man|females?|males?|boys?|girls?)\b(?! reproduct)", lower)
    if sex and len(lower.split()) <= 3:
        return Name("sex:female" if sex["sex"][0] in "wfg" else "sex:male", group)
    measured = re.search(r"\b(prevalence|incidence)\b", left, re.I)
    if measured and (people.is_disease(name) or not name or lower in ("prevalence", "incidence")):
        place = re.search(r"\b(?:studies|registr(?:y|ies)|analys[ie]s|surveys?|cohorts?)\s+of\s+([^,;]+?)(?:,|$)", left)
        return Name(measured[1].lower(), group or (_clean(place[1]) if place and not people.is_disease(_clean(place[1])) else None))
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
    return "ever" if (current and former) or re.search(r"\bever\b|history of smok", name) else "former" if former else "current"
