"""The clinical tokenizer: spaCy's English tokenizer with the splits that clinical entity boundaries need.

Strict span scores are lost before training starts where an entity begins or ends inside a token ("mg/kg",
"drug-induced", "CD4+", "45-year-old"). The rules are of spaCy's own kind (prefix, infix and suffix patterns), so they
are saved inside the pipeline, and loading the pipeline needs no code of this package. Called by the converters and
the training of vectors.
"""

from __future__ import annotations

import re
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

#: Characters that always stand alone: compounds and quantities as abstracts write them ("n=45", "p<0.05", "5%",
#: "mg/day").
_BREAKS = r"[\-‐‑‒–—−/\\+±=<>≤≥~:;()\[\]{}&|%*^°′’\"“”•·×→]"
#: Units that are written onto their number ("50mg").
_UNITS = "mg|mcg|ug|μg|µg|g|kg|ng|ml|mL|l|L|dl|dL|mm|cm|h|hr|hrs|d|wk|yr|yrs|y|Gy|IU|U|mM|mmol|mEq|Hz|min"
_INFIXES = (_BREAKS, r"(?<=\D)[.,]", r"(?<=\d)[.,](?!\d)")
_SUFFIXES = (_BREAKS, r"(?<=\w)\.", rf"(?<=\d)(?:{_UNITS})")
#: spaCy's exceptions that hide an entity's end: "C." in "hepatitis C.", and whatever holds a hyphen or a slash.
_HIDDEN_END = re.compile(r"^\w\.$|[-–/]")


def clinical_tokenizer(nlp: Language) -> None:
    """Give `nlp` the clinical tokenizer, in place.

    Hyphens, slashes, signs and brackets become tokens of their own, a unit is split from the number it is written onto
    ("50mg"), and a decimal number stays whole ("0.5", "1,045").
    """
    tokenizer: Any = nlp.tokenizer
    tokenizer.prefix_search = compile_prefix_regex([*(nlp.Defaults.prefixes or ()), _BREAKS]).search
    tokenizer.infix_finditer = compile_infix_regex(_INFIXES).finditer
    tokenizer.suffix_search = compile_suffix_regex([*(nlp.Defaults.suffixes or ()), *_SUFFIXES]).search
    tokenizer.token_match = None
    tokenizer.url_match = None
    tokenizer.rules = {text: case for text, case in tokenizer.rules.items() if not _HIDDEN_END.search(text)}


def blank_clinical() -> Language:
    """An empty English pipeline with the clinical tokenizer."""
    nlp = spacy.blank("en")
    clinical_tokenizer(nlp)
    return nlp
