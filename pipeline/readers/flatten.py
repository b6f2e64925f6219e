"""An element with inline markup as one line of plain text, no character of it lost and no number made up.

Markup is dropped, its text kept. Where dropping it would melt two numbers into one, a sign stands between them:
`10<sup>9</sup>` is "10^9", a fraction in MathML "1/2"; `kg/m<sup>2</sup>` stays "kg/m2". White space is folded, and
that of indented MathML left out.
"""

from __future__ import annotations

from typing import Any

_MATH_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
_BLOCKS = frozenset({"p", "br", "li", "list-item", "title", "sec", "mtd", "mtr", "mspace"})
_UNSEEN = frozenset({"annotation", "annotation-xml", "mphantom"})  # a second writing of the same formula
_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064")  # MathML's invisible operators


def folded(text: str) -> str:
    """The text of an XML element with white space folded to single spaces and none at its ends."""
    if text.isalpha():  # most names
        return text
    # Looking whether there is anything to fold is many times faster than folding a long text. XML allows no other white
    # space in ASCII than these.
    if (
        len(text) > 60
        and text.isascii()
        and "  " not in text
        and "\n" not in text
        and "\t" not in text
        and "\r" not in text
    ):
        return text.strip(" ")
    return " ".join(text.split())


def flatten(element: Any) -> str:
    """The text of an element and all below it, white space folded to single spaces."""
    if len(element) == 0:
        return folded(element.text or "")
    out: list[str] = []
    _inline(element, out)
    return folded("".join(out))


def _inline(element: Any, out: list[str]) -> None:
    if element.text:
        out.append(element.text)
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            if tag in ("sup", "sub"):
                _attach(out, flatten(child), "^" if tag == "sup" else "_")
                if (child.tail or " ")[0].isdigit() and _ends_in_digit(out):
                    out.append(" ")
            elif tag.startswith(_MATH_NAMESPACE):
                _math(child, out)
            elif tag in _BLOCKS:
                out.append(" ")
                _inline(child, out)
                out.append(" ")
            else:
                _inline(child, out)
        if child.tail:
            out.append(child.tail)


def _ends_in_digit(out: list[str]) -> bool:
    for part in reversed(out):
        if part:
            return part[-1].isdigit()
    return False


def _attach(out: list[str], script: str, sign: str) -> None:
    """Adds a raised or lowered text, with `sign` before it where a digit would touch its number."""
    number = script.lstrip("+-\u2212\u2013\u2010")
    if number[:1].isdigit() and _ends_in_digit(out):
        out.append(sign)
    out.append(script)


def _math(element: Any, out: list[str]) -> None:
    name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    if name in _UNSEEN or not name:
        return
    children = list(element)
    if name == "mfrac" and len(children) == 2:
        for index, child in enumerate(children):
            if index:
                out.append("/")
            part: list[str] = []
            _math(child, part)
            text = "".join(part)
            out.append(f"({text})" if any(sign in text for sign in "+-\u2212/ ") else text)
        return
    if name in ("msup", "msub", "msubsup") and children:
        _math(children[0], out)
        signs = {"msup": "^", "msub": "_", "msubsup": "_^"}[name]
        for sign, child in zip(signs, children[1:], strict=False):
            script: list[str] = []
            _math(child, script)
            _attach(out, "".join(script), sign)
        return
    if name == "msqrt":
        out.append("\u221a")
    if name in _BLOCKS:
        out.append(" ")
    text = (element.text or "").strip().translate(_INVISIBLE)
    if text:
        if text[0].isdigit() and _ends_in_digit(out):
            out.append(" ")
        out.append(text)
    for child in children:
        _math(child, out)
        if child.tail and child.tail.strip():
            out.append(child.tail)
