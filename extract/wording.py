"""The words of a finding: names in plain lower case, singular, without the number; group labels as printed.

Called by `extract.engine`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from extract.resources import load

FIXED = frozenset({"participants", "age", "dose", "follow-up"})
PEOPLE = r"(?:patients?|subjects?|participants?|women|men|children|individuals|people|cases|infants|adults)"
LEAD = re.compile(
    r"^(?:the|an?|of|in|with|any|some|most|their|his|her|its|other|had|was|were|have|has|been|total|overall|having|eventual|subsequent|only|also"
    r"|commensurate|significantly|statistically|markedly|slightly|substantially"
    r"|developed|developing|experienced|experiencing|underwent|undergoing|received|receiving|required|requiring|suffered(?:\s+from)?|exhibited|showed|reported(?=\s+(?:an?|the|any)\b)|achieved|given|presented\s+with"
    r"|(?:increased|decreased|reduced|higher|lower|greater|highest|lowest|significant|similar|significantly\s+(?:higher|lower))(?=\s+(?:overall\s+)?(?:incidence|rate|frequency|proportion|percentage|prevalence|risk|number|mean|median)s?\b)"
    rf"|{PEOPLE}\s+(?:who|with|had|were|developed|experienc(?:ed|ing)|having|underwent|received|requir(?:ed|ing)|showed|report(?:ed|ing)|achiev(?:ed|ing)))\s+",
    re.I,
)
SHARE = re.compile(
    r"^(?:(?:cumulative|crude|overall|observed|reported|actuarial|estimated|mean|median|average|annual|total|corresponding|respective|relative)\s+)*"
    r"(?:incidences?|rates?|frequenc(?:y|ies)|proportions?|percentages?|prevalences?|risks?|numbers?|occurrences?|episodes?|cases?|evidence|presence|probabilit(?:y|ies)|likelihood|development|history)\s+of\s+"
    rf"(?:the\s+|an?\s+)?(?:{PEOPLE}\s+(?:who\s+(?:had\s+|were\s+)?|with\s+|experiencing\s+|having\s+|reporting\s+|achieving\s+)?)?",
    re.I,
)
CHANGE = re.compile(
    r"^(?:(?:mean|median|average|percent(?:age)?|relative|absolute|net|%|overall|significant|greater|larger|smaller)\s+)*(?:improvement|increase|decrease|reduction|decline|fall|rise|change|increment|drop)s?\s+(?:in|of|from\s+baseline\s+in)\s+(?:the\s+)?(?=\w{2})",
    re.I,
)
CHANGED = re.compile(
    r"^(?:(?:mean|median|average|percent(?:age)?|relative|absolute|net|%)\s+)*(.{2,60}?(?=\s+(?:improvement|increase|decrease|reduction|decline|change))|weight(?=\s+(?:loss|gain)))\s+\w+$",
    re.I,
)
SPAN = [
    (
        re.compile(
            r"^(?:(?:mean|median|average)\s+)?(?:operat(?:ing|ive|ion)|surg(?:ery|ical))\s+(?:time"
            r"|duration)s?$|^duration of (?:surgery|the operation|operation)$",
            re.I,
        ),
        "surgery",
    ),
    (
        re.compile(
            r"^(?:(?:mean|median|average|postoperative|total)\s+)*(?:hospitali[sz]ations?"
            r"|length of (?:hospital )?stay|(?:length of "
            r"|duration of )?hospital(?:i[sz]ation)?(?: length of)? stays?|hospital days|los|stays?)$",
            re.I,
        ),
        "hospital stay",
    ),
    (
        re.compile(
            r"^(?:(?:double[- ]blind|active|open[- ]label|study|mean|median|total)\s+)*(?:treatment"
            r"|therapy)(?:\s+(?:period|phase|duration|course|time))?s?$",
            re.I,
        ),
        "treatment",
    ),
]
LENGTH = re.compile(
    r"^(?:(?:mean|median|average|total)\s+)*(?:durations?|length|period)\s+of\s+(?:the\s+)?|\s+(?:durations?|times?|periods?|length)$",
    re.I,
)
STANDARD = [
    (
        re.compile(
            r"^(?:died|deaths?|mortality(?: rates?)?|dead|fatalit(?:y|ies)|fatal(?: (?:outcome|event)s?)?|death rates?"
            r"|case fatality(?: rates?)?|death occurred)$"
        ),
        "death",
    ),
    (
        re.compile(
            r"^(?:relapsed?|relapses|recurrences?|recurred|relapse rates?|recurrence rates?"
            r"|disease recurrence|relapse occurred)$"
        ),
        "relapse",
    ),
    (re.compile(r"^(?:respon(?:se|ses|ded|ders?)|response rates?|responder rates?)$"), "response"),
    (re.compile(r"^(?:survived|survival(?: rates?)?|survivors?|alive)$"), "survival"),
    (re.compile(r"^(?:remissions?|remission rates?)$"), "remission"),
    (re.compile(r"^(?:recover(?:y|ed)|cured?|cure rates?|recovery rates?)$"), "recovery"),
    (re.compile(r"^(?:complications?|complication rates?|morbidity(?: rates?)?)$"), "complication"),
    (
        re.compile(
            r"^(?:adverse (?:drug )?(?:events?|effects?|reactions?|experiences?)|aes?|adrs?"
            r"|side[- ]effects?|toxicit(?:y|ies)|adverse event rates?)$"
        ),
        "adverse event",
    ),
    (re.compile(r"^(?:readmi(?:ssions?|tted)|readmission rates?)$"), "readmission"),
    (re.compile(r"^(?:reoperat(?:ions?|ed)|reoperation rates?)$"), "reoperation"),
]
# How an outcome compares is no part of its name: "superior survival rates relative to", "actuarial survival".
COMPARED = re.compile(
    r"^(?:(?:superior|inferior|better|worse|improved|prolonged|longer|shorter|actuarial|kaplan-meier|estimated|observed|mean"
    r"|median|significantly|higher|lower|crude)\s+)+"
    r"(?=(?:[\w-]+\s+){0,3}(?:survival|mortality|relapse|recurrence|remission|response)\b)"
)
OTHERWISE = re.compile(
    r"(?<=\w)\s+(?:(?:rates?|times?|proportions?|probabilit(?:y|ies))\s+)?(?:relative(?:\s+to\b.*)?$|regardless\b.*"
    r"|irrespective\b.*|according\s+to\b.*|compared\b.*)"
)
WHEN = re.compile(
    r"\s(?:within|during|after|before|by|at|in)\s(?=.*\b(?:days?|weeks?|months?|years?|hours?|hospital|follow-up)\b)"
)
TOOK_PLACE = re.compile(r"\s+(?:took\s+place|happened|occurred|(?:was|were)\s+(?:observed|seen|noted|found|recorded))$")
ENDING = re.compile(
    r"\s+(?:rates?|estimates?|occurred|was|were|(?:of|with)\s+(?:grade|degree|stage|level|class|type)s?)$"
)
# What follows an event of people in a clause of its own is no part of its name; what they died of is.
CLAUSE = re.compile(
    r"(died|survived|relapsed|recurred|recovered|responded|improved)\s+"
    r"(?:when|while|although|though|whereas|despite|because|if|unless|once|until)\b"
)
DEATH_FROM = re.compile(r"^(?:died|death|dying)\s+(?:of|from|(?:due|secondary)\s+to|because\s+of)\s+(?:an?\s+|the\s+)?")
LEVEL_OF = re.compile(
    r"^((?:serum|plasma|blood|urine|urinary)\s+)?(?:levels?|values?|concentrations?)\s+of\s+(?:the\s+)?(?=\w{2})"
)
SHORT_PLURAL = re.compile(r"(?<=[A-Z][A-Z])s\b")  # "GI AEs"
GREEK = re.compile(r"(?:gno|ly|the|tasta|teno|rombo|stomo|cro|cho|neuro|cri|fibro)ses$")
KEEP_S = frozenset(
    [
        "diabetes",
        "series",
        "pancreatitis",
        "sepsis",
        "ascites",
        "rabies",
        "herpes",
        "measles",
        "mumps",
        "lens",
        "stasis",
        "abscess",
        "ptosis",
        "status",
        "varices",
        "thrombosis",
        "diagnosis",
        "species",
    ]
)


TIMES = "weeks?|days?|months?|years?|hours?|hrs?|minutes?|visits?|baseline|least|most|times?|end|cycles?"
UNITS = "mmol|mol|[mµuμnpk]?g|[mdµμ]?l|[cmµμk]?m|m2|h|min|s|sec|[mk]?iu|u|mm ?hg|hg|bpm|beats|kcal|kj|dyn|meq|events"
NAMELESS = re.compile(
    rf"(?:(?:at|by|in|on|after|per|of)\s+)?(?:(?:{TIMES})(?:[\s-]\d+(?:\s?[-–]\s?\d+)?)?|(?:{UNITS})(?:[\s/·.*^-]+(?:{UNITS}|\d+))*[\d-]*)",
    re.I,
)


def is_name(name: str) -> bool:
    """Whether a name can be that of a measure: no bare time or unit ("week", "mmol/mol"), no people, no bare verb."""
    if not name or NAMELESS.fullmatch(name) is not None:
        return False
    words, before = _nameless()
    return name not in words and (before.match(name) is None or NAMELESS.fullmatch(before.sub("", name)) is None)


def points_back(name: str) -> bool:
    """Whether a name only points to what was measured before ("the corresponding proportions")."""
    return _pointing().fullmatch(name) is not None


@cache
def _pointing() -> re.Pattern[str]:
    data = load("names")["nameless"]
    pointers = "|".join(data["pointers"])
    return re.compile(rf"(?:{'|'.join(data['pointing'])})\s+(?:\w+\s+)?(?:{pointers})s?(?:\s+exceeded)?")


@cache
def _nameless() -> tuple[frozenset[str], re.Pattern[str]]:
    data = load("names")["nameless"]
    return frozenset(data["words"]), re.compile(rf"(?:{'|'.join(data['before'])})\s+")


def fixed_measure(kind: str) -> str | None:
    """The measure of a class that needs no name, or None."""
    if kind in FIXED or kind.startswith(("sex:", "smoking:")):
        return kind
    return None


@lru_cache(maxsize=10000)
def singular(word: str) -> str:
    """A noun in the singular, as far as its ending tells."""
    if plural := load("names")["plurals"].get(word):
        return str(plural)
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or word in KEEP_S:
        return word
    if GREEK.search(word):  # "diagnoses", "metastases"
        return word[:-2] + "is"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=20000)  # asked for when names are ranked, and again for the one chosen
def clean_name(text: str, kind: str = "") -> str:
    """A measure's name from the phrase chosen: lower case, head noun singular, standard names for its class."""
    name = re.sub(r"\s+", " ", SHORT_PLURAL.sub("", text.strip()).lower())
    while True:
        shorter = LEAD.sub("", name)
        shorter = SHARE.sub("", shorter) or shorter
        if shorter == name:
            break
        name = shorter
    if kind == "duration":
        for pattern, standard in SPAN:
            if pattern.match(name):
                return standard
        name = LENGTH.sub("", LENGTH.sub("", name)) or name
    elif kind == "measurement":
        shorter = CHANGE.sub("", name)
        match = CHANGED.match(name) if shorter == name else None
        if match is not None or shorter != name:
            return "change in " + _one(_quantity(match.group(1) if match is not None else shorter))
        name = _quantity(name)
    if turned := CLAUSE.match(name):  # "relapsed when steroids were reduced" is a relapse
        name = turned.group(1)
    if kind in ("outcome", "time"):
        name = OTHERWISE.sub("", COMPARED.sub("", name))
    name = DEATH_FROM.sub("death from ", name)
    when = WHEN.search(name)
    if when is None:
        name = TOOK_PLACE.sub("", name)
    event, rest = (name[: when.start()], name[when.start() :]) if when is not None else (name, "")
    for pattern, standard in STANDARD:
        if pattern.match(event):
            return standard + rest
    return _one(ENDING.sub("", name))


def _quantity(name: str) -> str:
    """The name of a measured quantity without the words around it that are no part of it."""
    told, ended, before, behind = _around()
    name = LEVEL_OF.sub(r"\1", name) or name
    name = told.sub("", name) or name
    name = ended.sub("", name) or name
    name = before.sub("", name) or name
    return behind.sub("", name) or name


@cache
def _around() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = {key: "|".join(map(re.escape, row)) for key, row in load("names")["measurement"].items()}
    return (
        re.compile(
            rf"^.*\b(?:(?:{words['telling']})|(?:{words['changing']})(?!\s+(?:{words['how']})\b))\s+(?:an?\s+|the\s+)?(?=\S)"
        ),
        re.compile(rf"(?<=\w)\s+(?:{words['ended']})\b.*$"),
        re.compile(rf"^(?:(?:{words['before']})\s+)+(?=\S\S)"),
        re.compile(rf"\s+(?:{words['behind']})$"),
    )


def _one(name: str) -> str:
    """A name with its last word in the singular."""
    parts = name.split(" ")
    return " ".join([*parts[:-1], singular(parts[-1])])


def clean_group(text: str) -> str:
    """A group's label as printed, without a leading article."""
    return re.sub(r"\s+", " ", re.sub(r"^(?:the|an?|both|those|these)\s+", "", text.strip(), flags=re.I))
