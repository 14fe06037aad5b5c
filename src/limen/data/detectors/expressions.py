"""How expressions are put together, so that a long list of words reads as one.

Expressions match bytes of UTF-8. So a letter beyond ASCII is several bytes, stands in no class of characters, and has
two cases of which `(?i)` knows nothing.
"""

from __future__ import annotations

import re
from typing import Final

from limen.data.model import Detector, Kind

BEYOND_ASCII: Final = r"\x80-\xff"
"""For a class of characters: a byte of a letter beyond ASCII."""

_MAX_MEMORY: Final = 8 << 20
"""Bytes that RE2 may take for one expression; beyond, it is slower and no less right."""


def any_of(*forms: str) -> str:
    """One of these, each an expression by itself."""
    return f"(?:{'|'.join(forms)})"


def phrase(*forms: str) -> str:
    """One of these as whole words, in any case."""
    return rf"(?i)\b{any_of(*(in_any_case(form) for form in forms))}\b"


def in_any_case(form: str) -> str:
    """An expression whose letters beyond ASCII stand in both cases."""
    return "".join(letter if letter.isascii() else any_of(letter.lower(), letter.upper()) for letter in form)


def expression_of(detector: Detector) -> re.Pattern[bytes]:
    """What finds a detector's matches: by `re`, or by RE2 in its place, which has the same face."""
    expression = detector.expression.encode()
    if not detector.is_linear:
        return re.compile(expression)
    return compiled(expression, is_of_letters=detector.kind is Kind.OWN)  # companies write letters, and Limen bytes


def compiled(expression: bytes, *, is_of_letters: bool = False) -> re.Pattern[bytes]:
    """An expression for RE2, of bytes, or of letters in UTF-8. Where only a part of a text is searched, `^` and `$`
    stand for the ends of all of it.
    """
    import re2  # noqa: PLC0415 -- heavy, and only who scans waits for it

    options = re2.Options()
    options.log_errors, options.max_mem = False, _MAX_MEMORY
    if not is_of_letters:
        options.encoding = re2.Options.Encoding.LATIN1
    made: re.Pattern[bytes] = re2.compile(expression, options)
    return made
