"""Figures whose class the words beside them settle, whatever the fitted deciders make of them.

One sex, an age, how all fared; and what tells only how many groups or treatments there were. Counted over the
annotated abstracts, each of these has hardly an exception in a hundred. Called by `extract.kinds`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from extract.abreast import is_spread, tail_of
from extract.case_report import told_as
from extract.doses import is_drug
from extract.features import Reader
from extract.items import Expression
from extract.wording import PEOPLE

MEN, WOMEN = r"(?:males?|men|man|boys?|m)", r"(?:females?|women|woman|girls?|f)"
AGAINST = r"\s*(?:[:/]|-?to-?|versus|vs\.?)\s*"
SEX_RATIO = re.compile(rf"\b({MEN}{AGAINST}{WOMEN}|{WOMEN}{AGAINST}{MEN})\b", re.I)
# What stands behind a figure that counts one sex: "were male", or (of a percentage) the noun itself.
BEING = (
    r"\s*(?:\([^()]{0,20}\)\s*)?(?:of\s+(?:the\s+|all\s+|these\s+)?(?:patients|subjects|participants|cases|them)\s+)?"
    r"(?:were|was)\s+"
)
IS_MALE = re.compile(rf"{BEING}(?:males?|men|boys)\b", re.I)
IS_FEMALE = re.compile(rf"{BEING}(?:females?|women|girls)\b", re.I)
# "All patients improved", "Both recovered": a result, however rarely "all" is one.
FARED = re.compile(
    r"\s+(?:of\s+(?:them|these|the|our)\s+)?(?:patients|subjects|participants|cases|of\s+them)?\s*(?:were\s+|was\s+)?"
    r"(?:improved|recovered|died|survived|responded|relapsed|cured|healed|alive)\b",
    re.I,
)
MALE = re.compile(r"(?:were\s+|was\s+)?(?:males?|men|boys)(?:\s+(?:patients?|subjects?|participants?))?", re.I)
FEMALE = re.compile(r"(?:were\s+|was\s+)?(?:females?|women|girls)(?:\s+(?:patients?|subjects?|participants?))?", re.I)
NOUN_MALE = re.compile(r"\s*(?:males?|men|boys)\s*(?=[),;.\]]|and\b)", re.I)
NOUN_FEMALE = re.compile(r"\s*(?:females?|women|girls)\s*(?=[),;.\]]|and\b)", re.I)
# "were current smokers", "(40%) had never smoked", "ex-smokers"
SMOKE = re.compile(
    rf"\s*(?:\([^()]{{0,12}}\)\s*)?(?:(?:of\s+(?:the\s+|all\s+|these\s+)?)?(?:{PEOPLE}|them)\s+)?"
    r"(?P<verb>(?:were|was|are|had\s+been|had|have)\s+)?"
    r"(?:(?P<never>never[\s-]+(?:smoked|smokers?)|(?:life-?long\s+)?non-?\s?smokers?|never\s+smoking)"
    r"|(?P<former>(?:ex|former|past|previous)[\s-]+(?:cigarette\s+)?smokers?|stopped\s+smoking|quit\s+smoking)"
    r"|(?P<ever>ever[\s-]+smokers?|smoked)"
    r"|(?:(?:current|active|heavy|cigarette|regular|tobacco)\s+)*(?:smokers?|smoked))\b(?!\s*[(\[]\s*n\s*=)",
    re.I,
)
BEHIND_OF = re.compile(r"\bof\s+(?:the\s+|our\s+|these\s+)?$")
JOINED = re.compile(r"\s*(?:,|;|,?\s*and)\s*")
# "mean (SD) age was", "median age of the patients:"; no gestational age, no age of vessels
AGE = re.compile(
    r"\b(?:mean|median|average)\s+(?:\([^()]{1,12}\)\s+)?(?:patient\s+)?age(?:\s*\((?:SD|IQR|range|±\s?SD|years|yrs|y)"
    r"[^()]{0,12}\))?(?:,?\s+(?:of\s+(?:the\s+)?(?:[a-z]+\s+){1,3})?(?:was|of|is|were|being)?)?[\s,:=]*$",
    re.I,
)
# Between two ages: "in group A and", "(range 4-60) versus"
AND_AGE = re.compile(
    r"\s*(?:years?\s*)?(?:\([^()]*\)\s*)?(?:in|for|of|with|among)?\s*(?:(?!duration|follow)[\w'-]+\s+){0,6}?"
    r"(?:and|vs\.?|versus|compared\s+(?:with|to))\s*(?:(?!duration|follow)[\w-]+\s+){0,2}?",
    re.I,
)
# "three groups", "two radiological patterns": how a study was made or is told, no people
PLAN = re.compile(
    r"\s+(?:(?!of\b|in\b|and\b|or\b)[a-z-]+\s+){0,2}(?:groups|subgroups|arms|types|subtypes|patterns|categories"
    r"|treatments|regimens|methods|techniques|parameters|variables|measures|conditions|domains|periods|phases"
    r"|time\s?points|strategies|approaches|factors|forms|variants|phenotypes|themes|dimensions|outcomes|questions"
    r"|therapies|agents|drugs)\b(?!\s*[(\[])"
)
# "included cough (n =", ", weight loss (": what stands in front of a figure's bracket
NOUN = re.compile(
    r".*(?:^|[,;:(]|\b(?:and|or|were|was|included?|including|comprised|comprising|as))\s+((?:[A-Za-z][\w'/-]*\s){1,4})"
    r"[(\[]\s*(?:[nN]\s*=\s*)?$",
    re.S,
)
OF_PEOPLE = re.compile(
    rf"\s+of\s+(?:the\s+|these\s+|those\s+|our\s+|all\s+)*(?:[a-z-]+\s+)?(?:{PEOPLE}|them|respondents)\b"
)
AMONG_PEOPLE = re.compile(
    rf"\b(?:of|among)\s+(?:the\s+|our\s+|these\s+)?\d+\s+(?:[a-z-]+\s+){{0,2}}{PEOPLE}\b[^.;]{{0,50}},\s*"
    r"(?:about\s+|nearly\s+|almost\s+)?$",
    re.I,
)
DENIED = re.compile(r"[^,;:.()]{3,70}\b(?:in|by|for|among)\s+(?:only\s+)?")
PLANNED = 20  # such numbers are small


def given(reader: Reader, e: Expression) -> bool:
    """Whether a figure is the dose of the drug named right before it ("prednisone at about 50 mg/d")."""
    return is_mass(e) and any(is_drug(word) for word in reader.doc.words[max(0, e.first - 4) : e.first])


def sex_ratios(reader: Reader) -> list[tuple[int, str]]:
    """The two sides of each printed sex ratio ("M:F 23:10", "a female-to-male ratio of 2.5:1"), by figure."""
    out: list[tuple[int, str]] = []
    sides = [i for i, e in enumerate(reader.figures) if e.form == "ratio" and e.drop is None]
    for left, right in pairwise(sides):
        start = reader.figures[left].start
        if reader.figures[right].start != start:
            continue
        before = list(SEX_RATIO.finditer(reader.doc.text, max(0, start - 60), start))
        if before and ";" not in reader.doc.text[before[-1].end() : start]:
            order = ("sex:female", "sex:male") if before[-1].group(1)[0] in "fFwWgG" else ("sex:male", "sex:female")
            out += [(left, order[0]), (right, order[1])]
    return out


def _shares(reader: Reader) -> Iterator[tuple[int, Expression]]:
    """The counts and percentages of a record that may count people, with their numbers."""
    for i, e in enumerate(reader.figures):
        if e.drop is None and e.form in ("count", "percent") and e.kind not in ("none", "all") and "base" not in e.tags:
            yield i, e


def sexes(reader: Reader) -> list[tuple[int, str]]:
    """Figures that count one sex by their wording alone ("21 (51%) were men", "54% females"), by the figure's index."""
    out: list[tuple[int, str]] = []
    text = reader.doc.text
    for i, e in _shares(reader):
        inner = reader.doc.text[reader.doc.starts[e.inner[0]] : reader.doc.ends[e.inner[1] - 1]] if e.inner else ""
        if inner and (MALE.fullmatch(inner) or FEMALE.fullmatch(inner)):  # "12 men (40%)"
            out.append((i, "sex:male" if MALE.fullmatch(inner) else "sex:female"))
        elif IS_MALE.match(text, e.end) or (e.form == "percent" and NOUN_MALE.match(text, e.end)):
            out.append((i, "sex:male"))
        elif IS_FEMALE.match(text, e.end) or (e.form == "percent" and NOUN_FEMALE.match(text, e.end)):
            out.append((i, "sex:female"))
    return out


def smokers(reader: Reader) -> list[tuple[int, str]]:
    """Figures that count smokers by their wording alone ("15 were smokers, 12 ex-smokers and 7 had never smoked").

    Without a verb they may be a group of the study ("15 smokers and 15 controls"), but not behind such a figure.
    """
    out: list[tuple[int, str]] = []
    text, before = reader.doc.text, None
    for i, e in _shares(reader):
        if BEHIND_OF.search(text, max(0, e.start - 12), e.start) is not None:
            continue  # "twenty of the 45 patients were smokers"
        match = SMOKE.match(text, e.end)
        listed = before is not None and JOINED.fullmatch(text, before, e.start) is not None
        before = None
        if match is not None and (match.group("verb") or (e.form == "percent" and e.bracket) or listed):
            status = next((s for s in ("never", "former", "ever") if match.group(s)), "current")
            out.append((i, f"smoking:{status}"))
            before = match.end()
    return out


def is_denial(reader: Reader, figure: int) -> bool:
    """Whether a "no" only denies what the figure behind it counts: "no relapse occurred in 30 of 40 (75%)"."""
    figures = reader.figures
    if figures[figure].kind != "none" or figure + 1 >= len(figures):
        return False
    e, behind = figures[figure], figures[figure + 1]
    shares = behind.numerator is not None and (behind.denominator is not None or behind.form == "percent")
    if not shares or reader.sentence[figure] != reader.sentence[figure + 1]:
        return False
    return DENIED.fullmatch(reader.doc.text, e.end, behind.start) is not None


def is_age(reader: Reader, e: Expression) -> bool:
    """Whether a figure is the mean or median age of people."""
    return e.form in ("count", "value") and AGE.search(reader.doc.text, max(0, e.start - 60), e.start) is not None


def ages_too(reader: Reader, kinds: Mapping[int, str]) -> list[int]:
    """The figures in years that stand beside an age: "50 years in group A and 52 years in group B" (30 of 31)."""
    out: list[int] = []
    before: int | None = None
    for i in sorted(kinds):
        e = reader.figures[i]
        if is_spread(e):
            continue
        if before is not None and reader.sentence[before] == reader.sentence[i] and e.unit is not None:
            aged = kinds[before] == "age" or before in out
            joined = AND_AGE.fullmatch(reader.doc.text, tail_of(reader, before), e.start)
            if aged and kinds[i] != "age" and e.unit.text == "years" and joined:
                out.append(i)
        before = i
    return out


def is_plan(reader: Reader, e: Expression) -> bool:
    """Whether a figure counts the groups, treatments or methods of a study."""
    if e.form != "count" or e.denominator is not None or e.kind == "none":
        return False
    few = e.kind == "all" or (e.value or 0) < PLANNED
    return few and PLAN.match(reader.doc.text, e.end) is not None


def is_mass(e: Expression) -> bool:
    """Whether a figure is so much of something, as doses are."""
    return e.unit is not None and e.unit.kind == "mass"


def is_part(reader: Reader, e: Expression) -> bool:
    """Whether a figure is a part of people in words: "two thirds of the patients" (a finding in 24 of 40)."""
    if e.kind != "fraction":
        return False
    text = reader.doc.text
    return bool(OF_PEOPLE.match(text, e.end) or AMONG_PEOPLE.search(text, max(0, e.start - 90), e.start))


def is_share(e: Expression) -> bool:
    """Whether a figure is a result wherever it stands: "5 of 48 (10%)", "all but one" (826 of 833 annotated ones)."""
    return e.less > 0 or (e.form == "percent" and None not in (e.numerator, e.denominator) and e.kind != "all")


def fared(reader: Reader, e: Expression) -> bool:
    """Whether a figure says how all people fared ("All patients improved")."""
    return e.kind == "all" and FARED.match(reader.doc.text, e.end) is not None


def symptom_counted(reader: Reader, e: Expression) -> str | None:
    """The symptom before a figure's bracket: "included cough (n = 28)", but not "boys with cough (n = 28)"."""
    match = NOUN.match(reader.doc.text, max(0, e.start - 60), e.start) if e.bracket else None
    name = match.group(1).strip() if match is not None else ""
    return name if name and told_as(name.lower()) is not None else None
