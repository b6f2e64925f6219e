"""Times in a review's prose: ages, durations of treatment and illness, times to an event; and measurements.

Comes in: a sentence and a figure with a unit of time or of measurement. Goes out: its measure and statistic, or None
where it is no claim (a time point, a calendar period, an interval of visits). Called by `reports.claims`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.claim_doses import drugs_in
from reports.claim_figure import Figure
from reports.claim_grammar import clean_name, cues, last_clause

EVENTS = (  # the word that names an event -> the event's name; the nearest before the figure counts
    ("death", r"deaths?|die[sd]?|dying|mortality|fatal\w*"),
    ("relapse", r"relaps\w*|recur\w*|flares?"),
    ("remission", r"remissions?"),
    ("clinical improvement", r"clinical improvement"),
    ("response", r"respon[sd]\w*"),
    ("improvement", r"improve\w*|relief"),
    ("resolution", r"resol(?:ution|ve[sd]?|ving)|disappear\w*|subside\w*|clear(?:s|ing|ed)?|normaliz\w*|abate\w*"),
    ("recovery", r"recover\w*"),
    ("nadir", r"nadir|maximal (?:weakness|severity)|peak(?: of)?|plateau\w*"),
    ("progression", r"progress\w*|worsen\w*|deteriorat\w*|evolv\w*"),
    ("diagnosis", r"diagnos\w*"),
    (
        "treatment",
        r"initiation of (?:treatment|therapy)|(?:is|are|be|was"
        r"|were) (?:started|initiated|begun|instituted)|treatment (?:is |was |should be )?(?:initiated|started)"
        r"|delayed treatment",
    ),
    (
        "onset",
        r"onset|begin\w*|appear\w*|develop\w*|occur\w*|start\w*|arise\w*|present\w*|manifest\w*|follow\w*"
        r"|emerge\w*",
    ),
    ("surgery", r"surgery|operation"),
)
EVENT = re.compile("|".join(rf"(?P<e{i}>\b(?:{pattern})\b)" for i, (_, pattern) in enumerate(EVENTS)), re.I)
NOT_TIME = re.compile(
    r"(?:\bevery|\bat|\bpast|\blast|\bprevious|\bover a|\bover the past|\bduring a|\bin a|\bonce"
    r"|\bage of \d+ to|-)\s*$",
    re.I,
)
AGE = re.compile(r"\b(?:ages?|aged|old(?:er)?|young(?:er)?|elderly|decades?)\b", re.I)
LENGTH_OF_CARE = re.compile(
    r"\b(?:continued|given|administered|taken|treated|treatment|therapy|course|regimen"
    r"|maintained|prescribed|infus\w+|prophylaxis|"
    r"antibiotics?|continue|used|use|receive[sd]?|recommended|duration|total|doses?)\b",
    re.I,
)
PREDICTED = re.compile(r"\s*(?:of\s+)?(?:the\s+)?predicted(?:\s+(?:value|normal))?", re.I)
PERCENT_MEASURES = re.compile(
    r"\b(ejection fraction|oxygen saturation|arterial saturation|saturation|hematocrit"
    r"|FEV1?|FVC|vital capacity|DLCO|diffusing capacity[\w ]*|stenosis|"
    r"glycated hemoglobin|hemoglobin A1c|HbA1c|parasitemia|blasts?|total lung capacity"
    r"|humidity)\b[^;.]{0,45}$",
    re.I,
)


OVER_PERIOD = re.compile(r"\bover a period of (?:about |approximately )?$", re.I)
COURSE = re.compile(
    r"\s*-?\s*(?:\w+ )?(?:course|regimen|taper|treatment|therapy|history|delay|duration|infusion|cycle)s?\b", re.I
)


@dataclass(slots=True)
class Timed:
    """`measure`, `stat` and the condition of a figure with a unit; `drug` for courses of treatment."""

    measure: str
    stat: str
    kind: str
    drug: str | None = None
    condition: str | None = None


def read_time(text: str, figure: Figure, others: list[Figure], topic_drug: str | None) -> Timed | None:
    """What a figure in years, months, weeks, days or hours is; None where it is no claim."""
    before, after = text[: figure.start], text[figure.end :]
    clause = re.split(r"[;]|,\s+(?:and|but|with|followed by)\s", before)[-1]
    stat = "range" if figure.low is not None else "value"
    if figure.unit == "years" and (age := _age(text, figure, clause, after, stat, others)):
        return age if age.measure else None
    if re.match(r"\s*(?:ago|later|earlier|old\b|-old)", after) or re.match(
        r"\s*-?\s*(?:survival|mortality|period"
        r"|rate|risk|follow-up (?:study|data)|old)\b",
        after,
    ):
        return None
    if re.search(r"follow(?:ed)?[- ]?up|followed", clause[-60:], re.I) or re.match(
        r"\s*(?:of\s+)?follow-?up", after, re.I
    ):
        return Timed("follow-up", _statistic(clause, stat), "duration")
    if re.search(r"\bincubation\b", clause, re.I):
        return Timed("duration:incubation period", _statistic(clause, stat), "duration")
    if re.match(r"\s*(?:in|during) the first\b", text[figure.start : figure.end], re.I) and re.search(
        r"(?:patients|cases|persons|%)\s*$", before
    ):
        return None
    course = re.match(
        r"\s*of\s+(?:\w+\s+)?(?:therapy|treatment|antibiotics?|antibiotic therapy|chemotherapy"
        r"|anticoagulation)\b",
        after,
        re.I,
    )
    if course or (drugs_in(after[:25]) and re.match(r"\s*of\s", after)):
        named = drugs_in(after[:30])
        drug = named[0][2] if named else _drug(text, figure, topic_drug)
        return Timed(f"duration:{drug + ' ' if drug else ''}treatment", _statistic(clause, stat), "duration", drug)
    shares = any(f.shape == "percent" and f.until <= figure.start for f in others)
    if re.search(r"\bat\s+(?:\d+,?\s+)+(?:and\s+)?$", before) or (shares and OVER_PERIOD.search(before)):
        return None
    if "-" in text[figure.at : figure.until] and figure.low is None and not COURSE.match(after):
        return None
    if NOT_TIME.search(before) or (text[figure.at - 1 : figure.at] == "-"):
        return None
    if figure.cmp == "=" and re.search(r"\b(?:at|after|by)\s*$", before) and any(f.shape == "percent" for f in others):
        return None
    if re.search(r"length of (?:the )?(?:hospital )?stay|hospital\w* (?:stay|for)|stay is", clause, re.I) or re.match(
        r"\s*in (?:the )?hospital", after
    ):
        return Timed("duration:hospital stay", _statistic(clause, stat), "duration")
    taper = re.search(
        r"\b(?:taper\w*|withdraw\w*|discontinu\w*|wean\w*|(?:dose|prednisone"
        r"|\w+one)\b[^.;,]{0,40}\b(?:reduced|lowered|decreased)|reduc\w+ (?:gradually|slowly)|gradual(?:ly)? (?:reduc"
        r"|decreas)\w*)\b",
        before[-110:] + " | " + re.split(r"[;.]", after[:60])[0],
        re.I,
    )
    drug = _drug(text, figure, topic_drug)
    if re.match(r"\s*(?:total|for)\s+(?:\w+\s+)?(?:therapy|treatment)\b", after, re.I) or re.search(
        r"\b(?:treatment|therapy) (?:duration|is (?:usually |generally |typically )?(?:continued|given"
        r"|administered))\b|duration of (?:the )?(?:treatment|therapy|antibiotic\w*)",
        clause,
        re.I,
    ):
        return Timed(f"duration:{drug + ' ' if drug else ''}treatment", _statistic(clause, stat), "duration", drug)
    if re.search(
        r"\b(?:initial|starting|start\w*|induction|this)\b[^.;]{0,30}\b(?:dose|dosage)\b|^\W*start\w*"
        r"|\bstart(?:ing|ed)? (?:with|at)\b",
        clause,
        re.I,
    ) and re.search(r"\bfor\s+(?:[a-z]+\s+){0,2}$|\bfor\b[^,]*$", before[-25:]):
        return Timed("duration:initial dose", stat, "duration", drug)
    if (
        re.search(r"\bincreas\w*[^.;,]{0,40}$", before[-70:])
        and re.search(r"\b(?:over|every)\b[^,;]{0,25}$", before[-45:])
        and re.search(r"\bdos", before[-90:])
    ):
        return Timed("duration:dose increase", stat, "duration", drug)
    if taper and re.search(
        r"\b(?:over|after|during|next|for|within)\b", text[max(0, figure.at - 25) : figure.at] + " "
    ):
        if (
            figure.cmp == "="
            and re.search(r"discontinu\w*|stopp\w*", before[-60:])
            and re.search(r"\bafter\s*$", before)
        ):
            _take_after(text, figure)
            figure.cmp = "<="
            return Timed(f"duration:{drug + ' ' if drug else ''}treatment", stat, "duration", drug)
        return Timed("duration:taper", stat, "duration", drug)
    if re.search(r"\bsymptoms?\b|\billness\b|\bprodrom\w*", clause, re.I) and re.search(
        r"\b(?:before|prior to|duration|last\w*|persist\w*|for)\b", clause[-40:] + after[:25], re.I
    ):
        return Timed("duration:symptoms", _statistic(clause, stat), "duration")
    if (
        re.search(
            r"\bfor\s+(?:a (?:total|period|minimum|maximum) of\s+)?$|\bfor (?:at least|up to|a total of"
            r"|approximately|about|an additional|another)\s*$",
            before,
        )
        or re.search(r"\b(?:course|regimen)s?\b", after[:25])
        or (figure.cmp in (">=", ">", "<=", "<") and re.search(r"\bfor\s*$", before))
    ):
        return (
            Timed(f"duration:{drug + ' ' if drug else ''}treatment", _statistic(clause, stat), "duration", drug)
            if drugs_in(text) or LENGTH_OF_CARE.search(clause)
            else Timed(f"duration:{_subject(clause) or 'symptoms'}", _statistic(clause, stat), "duration")
        )
    return _event(text, figure, stat, clause, after, drug)


def _take_after(text: str, figure: Figure) -> None:
    figure.start = text.rfind("after", 0, figure.at)


def _event(text: str, figure: Figure, stat: str, clause: str, after: str, drug: str | None) -> Timed | None:
    """A time to an event: the event named last before the figure, else the first after it."""
    before = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), text[: figure.start])
    found = list(EVENT.finditer(before[-220:]))
    offset = max(0, len(before) - 220)
    if found:
        specific = [m for m in found if not m["e12"]] or found
        # the event of the figure's own clause first
        own = [m for m in specific if offset + m.start() >= len(before) - len(clause)]
        chosen = (own or specific)[-1]
        if (
            re.search(
                r"\b(?:after|before|since|from|following)\s+(?:the\s+)?(?:\w+\s+)?$", before[: offset + chosen.start()]
            )
            and len(own or specific) > 1
        ):
            chosen = (own or specific)[-2]
        index = next(i for i in range(len(EVENTS)) if chosen[f"e{i}"])
        name = EVENTS[index][0]
        rest = before[offset + chosen.end() :]
        what = re.match(
            r"\s+of\s+(?:the\s+)?([^,;.(]+?)(?=\s+(?:within|in|over|after|is|are|was|were|usually|by|at"
            r"|beginning|begins|occurs?|(?:has|have) been|requires?|takes?)\b|[,;.(]|\s*$)",
            rest,
        )
        if (
            name in ("resolution", "improvement", "progression", "onset", "recovery", "response")
            and what
            and len(what[1].split()) <= 5
        ):
            name = f"{name} of {clean_name(what[1])}"
        elif name in ("onset", "resolution", "progression", "improvement"):
            subject = clean_name(
                last_clause(re.split(rf"\b{cues()['verbs']}\b", before[: offset + chosen.start()], flags=re.I)[0])
            )
            if name == "onset" and subject and len(subject.split()) <= 5:
                name = subject
            elif subject and len(subject.split()) <= 3 and name != "improvement":
                name = f"{name} of {subject}"
        return Timed(f"time:to {name}", _statistic(clause, stat), "time")
    if re.search(r"\b(?:over|during)\s*(?:a period of\s*)?$", before):
        subject = _subject(before.rsplit("(", 1)[0] if "(" in clause else clause)
        return Timed(f"duration:{subject or 'treatment'}", _statistic(clause, stat), "duration", drug)
    ahead = re.match(
        r"\s*(?:before|prior to|preceding)\s+(?:the\s+)?((?:onset|start|initiation"
        r"|appearance)(?:\s+of\s+(?:the\s+)?[\w-]+)?|[\w-]+)",
        after,
        re.I,
    )
    if ahead:
        return Timed(f"time:to {ahead[1].lower()}", _statistic(clause, stat), "time")
    work = re.match(r"\s*to\s+(\w+)", after)
    if work:
        return Timed(f"time:to {work[1].lower()}", _statistic(clause, stat), "time", drug)
    later = EVENT.search(after[:60])
    if re.match(r"\s*(?:after|from|before|of)\b", after) or later:
        subject = _subject(clause)
        if not subject and later:
            subject = EVENTS[next(i for i in range(len(EVENTS)) if later[f"e{i}"])][0]
        return Timed(f"time:to {subject or 'event'}", _statistic(clause, stat), "time")
    if LENGTH_OF_CARE.search(clause):
        return Timed(f"duration:{drug + ' ' if drug else ''}treatment", _statistic(clause, stat), "duration", drug)
    subject = _subject(clause)
    if not subject:
        return None
    return Timed(f"duration:{subject}", _statistic(clause, stat), "duration", drug)


def _subject(clause: str) -> str:
    clause = re.sub(r"\([^()]*\)|^[^()]*\)|\([^()]*$", " ", clause)
    head = re.split(rf"\b{cues()['verbs']}\b", clause, flags=re.I)[0]
    head = re.sub(
        r"^\s*(?:the\s+)?(?:mean|median|average|typical|usual|total)?\s*(?:time|duration|interval|period"
        r"|length|course)\s+(?:of|to|for|from|between)\s+",
        "",
        head,
        flags=re.I,
    )
    return clean_name(last_clause(head))


def _statistic(clause: str, stat: str) -> str:
    found = re.findall(r"\b(?:mean|median|average)\b", clause, re.I)
    if found:
        return "median" if found[-1].lower() == "median" else "mean"
    return stat


def _drug(text: str, figure: Figure, topic: str | None) -> str | None:
    before = drugs_in(text[: figure.start])
    if before:
        return before[-1][2]
    after = drugs_in(text[figure.end :])
    return after[0][2] if after and after[0][0] < 40 else topic


def _age(text: str, figure: Figure, clause: str, after: str, stat: str, others: list[Figure]) -> Timed | None:
    """The age of patients; a `Timed` with an empty measure where an age merely defines a group."""
    near = clause[-90:]
    aged = (
        re.match(r"\s*(?:of age|old\b|or older|and older)", after)
        or re.search(
            r"\bage[sd]?\b[^.;,]{0,60}$|\b(?:older|younger) than\s*$|\bpersons? (?:over|under)\s*$|\bage\b", near, re.I
        )
        or re.search(r"(?:older|younger) than|\bage\b", text[figure.start : figure.end])
    )
    if not aged:
        return None
    whole = text[figure.start : figure.end] + after[:12]
    shares = [f for f in others if f.shape == "percent" and f.until <= figure.start and figure.start - f.until < 80]
    if (
        shares
        and re.search(r"\b(?:are|were|is)\b", text[shares[-1].until : figure.start])
        and "," not in text[shares[-1].until : figure.start]
    ):
        return Timed("", "", "")
    defines = re.search(
        r"\b(?:patients|persons|people|adults|women|men|those|children|individuals|population|cases|%"
        r"|percent)\b[^,;]{0,30}$",
        near,
        re.I,
    ) and (
        re.search(r"older|younger|over|under|of age|≥|>", whole)
        or re.search(r"(?:aged|older than|younger than|over)\s*$", near)
    )
    if defines and not re.search(
        r"\b(?:mean|median|average|peak\w*|rare\w*|almost exclusively|usually|typically"
        r"|exclusively|commonly|primarily|mainly|uncommon|occurs|affects|majority|most)\b",
        clause,
        re.I,
    ):
        return Timed("", "", "")
    if re.search(r"\brate|\bper 1|incidence (?:is|was|of)|\d%", clause[-120:]) and defines:
        return Timed("", "", "")
    if (
        re.search(r"\brange[sd]?\b[^a-z]*$|\bfrom\s*$", near, re.I)
        and figure.low is not None
        and not re.search(r"\b(?:mean|median|average)\b[^,;(]*$", near, re.I)
    ):
        return Timed("age", "range", "age")
    return Timed("age", _statistic(near, stat), "age")


def read_measurement(text: str, figure: Figure) -> Timed | None:
    """A measured quantity (pressure, diameter, level): named by the phrase before it; None where no name is found."""
    before, after = text[: figure.start], text[figure.end :]
    if re.match(
        r"[\s-]*(?:thick|slices?|sections?|intervals?|needle|catheter|scanner|magnet|wide field)", after
    ) or re.search(r"\b(?:slice|section)\b", before[-30:]):
        return None
    stat = "range" if figure.low is not None else "value"
    size = re.match(
        r"\s*(?:in|of)\s+(diameter|size|length|thickness|width|depth)\b|\s*(thick|long|wide|large)\b", after
    )
    head = re.split(r"[;:(]|,\s+(?:and|or|but)\s", before)[-1]
    if re.search(r"\(\s*$", before):
        head = before.rsplit("(", 1)[0]
    parts = [p for p in re.split(r",\s+", head.rstrip(" ,")) if p.strip()]
    name = (
        clean_name(re.split(r"\b(?:that|which|who|is|are|was|were|of at least|of more than)\b", parts[-1])[0])
        if parts
        else ""
    )
    if not name and len(parts) > 1:
        name = clean_name(parts[-2])
    if len(name.split()) > 6:
        name = " ".join(name.split()[-4:])
    if size:
        name = f"{name} {size[1] or 'size'}"
    return Timed(f"measurement:{name}", _statistic(head, stat), "measurement") if name else None


def read_percent_measurement(text: str, figure: Figure) -> Timed | None:
    """A percentage that measures something (ejection fraction, per cent of predicted), or None."""
    predicted = PREDICTED.match(text, figure.end)
    if predicted:
        figure.unit = "% of predicted"
        head = (
            text[: figure.start].rsplit("(", 1)[0]
            if re.search(r"\(\s*$", text[: figure.start])
            else text[: figure.start]
        )
        name = clean_name(re.split(r"[,;:]|\babnormal\b|\bof\s+(?=less|more)", head)[-1])
        return Timed(f"measurement:{name}", "value" if figure.low is None else "range", "measurement")
    m = PERCENT_MEASURES.search(text[: figure.start])
    if m and not re.match(r"\s*(?:of|in|among)\s+(?:the\s+)?(?:\w+\s+)?(?:patients|cases|persons)", text[figure.end :]):
        between = text[m.end(1) : figure.start]
        if re.fullmatch(
            r"(?:[\s,(]|\b(?:is|was|of|below|above|less|more|than|at|least|or|remains|to|a|mean|the|under"
            r"|over|decreased|fell|falls|≤|≥|<|>)\b)*",
            between,
        ):
            figure.unit = "%"
            return Timed(f"measurement:{m[1].lower()}", "value" if figure.low is None else "range", "measurement")
    return None
