"""Detectors that a company writes itself: an expression, words beside it, and a check by name; and its dictionaries.

An expression is somebody's text, so its cost is bounded before it is compiled: RE2 has it (no look-around, no back
reference) and matches it in linear time; it is bounded in length; and what it unfolds to is small, so that Hyperscan
compiles it in milliseconds.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final

from limen.data.detectors.checksums import bare, digits, luhn, mod_11_10, mod_97
from limen.data.detectors.expressions import phrase
from limen.data.model import Check, Confidence, Detector, Kind
from limen.data.rules.stated import Dictionary, OwnDetector

_constants: Any = import_module("re._constants")  # which typeshed does not know
_parser: Any = import_module("re._parser")

LONGEST_EXPRESSION: Final = 300
LONGEST_MATCH: Final = 200
"""In bytes: so much text is held back while it is scanned."""
SHORTEST_MATCH: Final = 3
MOST_UNFOLDED: Final = 2_000
"""So many characters an expression may have once its repetitions are written out."""
LONGEST_WORD: Final = 80
MOST_OF_WORDS: Final = 15_000
"""So many characters the words of a dictionary may have as one expression: Hyperscan takes 16,000."""
_MAX_MEMORY: Final = 4 << 20


def _mod_97_is_one(matched: bytes) -> bool:
    text = bare(matched)
    return text.isalnum() and mod_97(text[4:] + text[:4]) == 1


def _luhn(matched: bytes) -> bool:
    return luhn(digits(matched))


def _mod_11_10(matched: bytes) -> bool:
    number = digits(matched)
    return len(number) > 1 and mod_11_10(number)


CHECKS: Final[dict[str, Check]] = {"luhn": _luhn, "mod-97": _mod_97_is_one, "mod-11-10": _mod_11_10}
"""Checks that a detector can name: ISO/IEC 7812-1 (cards), ISO/IEC 7064 as of IBANs, and as of German tax numbers."""


def length_of(expression: str) -> int:
    """How long a match can be, in bytes. Raises ValueError, saying why it can't be had."""
    if len(expression) > LONGEST_EXPRESSION:
        raise ValueError(f"it is longer than {LONGEST_EXPRESSION} characters")
    if not expression.isascii():
        raise ValueError("it has letters beyond ASCII; words with umlauts belong into a dictionary")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = _parser.parse(expression.encode())
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"it is no regular expression ({error})") from None
    if _is_anchored(parsed):
        raise ValueError("it is tied to the beginning or end of a line; use \\b for the border of a word")
    shortest, longest = parsed.getwidth()
    if shortest < SHORTEST_MATCH:
        raise ValueError(f"it matches less than {SHORTEST_MATCH} characters")
    if longest > LONGEST_MATCH:
        raise ValueError(f"its match can be longer than {LONGEST_MATCH} characters; write {{1,20}} in place of + or *")
    if _unfolded(parsed) > MOST_UNFOLDED:
        raise ValueError("its repetitions within repetitions unfold to too much")
    _refuse_what_is_not_linear(expression)
    return int(longest)


def _unfolded(parsed: Iterable[Any]) -> int:
    """How many characters a parsed expression has, with each repetition written out."""
    total = 0
    for code, value in parsed:
        if code in {_constants.MAX_REPEAT, _constants.MIN_REPEAT}:
            total += min(int(value[1]), LONGEST_MATCH) * max(1, _unfolded(value[2]))
        elif code is _constants.SUBPATTERN:
            total += _unfolded(value[-1])
        elif code is _constants.BRANCH:
            total += sum(_unfolded(branch) for branch in value[1])
        else:
            total += 1
        if total > MOST_UNFOLDED:
            break
    return total


def _is_anchored(parsed: Iterable[Any]) -> bool:
    return any(
        (code is _constants.AT and value is not _constants.AT_BOUNDARY)
        or (code in {_constants.MAX_REPEAT, _constants.MIN_REPEAT} and _is_anchored(value[2]))
        or (code is _constants.SUBPATTERN and _is_anchored(value[-1]))
        or (code is _constants.BRANCH and any(map(_is_anchored, value[1])))
        for code, value in parsed
    )


def _refuse_what_is_not_linear(expression: str) -> None:
    import hyperscan  # noqa: PLC0415 -- heavy, and only who writes an expression waits for it
    import re2  # noqa: PLC0415 -- as above

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        re2.compile(expression.encode(), options)
        hyperscan.Database(mode=hyperscan.HS_MODE_STREAM).compile(
            expressions=[expression.encode()], ids=[0], elements=1, flags=[0]
        )
    except (re2.error, hyperscan.error):
        raise ValueError("it looks around or back, which can't be matched in linear time") from None


def detector_of(own: OwnDetector) -> Detector:
    """What the scanner looks for, of an expression that `length_of` took."""
    return Detector(
        id=own.id,
        name=own.name,
        kind=Kind.OWN,
        expression=own.expression,
        longest=own.longest,
        alone=own.alone,
        beside_words=own.beside_words,
        words=own.words,
        check=CHECKS.get(own.check),
        is_linear=True,
    )


def detector_of_words(dictionary: Dictionary) -> Detector:
    """What the scanner looks for: any of the words as a whole word, in any case, with any white space between parts."""
    parts = [r"[\s_-]{1,3}".join(map(re.escape, word.split())) for word in sorted(dictionary.words, key=len)[::-1]]
    return Detector(
        id=dictionary.id,
        name=dictionary.name,
        kind=Kind.OWN,
        expression=phrase(*parts),
        longest=max(longest_of_word(word) for word in dictionary.words),
        alone=dictionary.confidence,
        is_linear=True,
    )


def fits(words: Iterable[str]) -> bool:
    """Whether these words fit into one dictionary."""
    return len(detector_of_words(Dictionary("x", "x", tuple(words))).expression) <= MOST_OF_WORDS


def longest_of_word(word: str) -> int:
    """How many bytes of text a word can be found in: each gap up to three, each letter in its longer case."""
    gaps = max(0, len(word.split()) - 1)
    letters = "".join(word.split())
    return sum(max(len(one.lower().encode()), len(one.upper().encode())) for one in letters) + 3 * gaps


def sure_of(detector: Detector) -> Confidence:
    """How sure a find of it can be at most."""
    return max(
        (one for one in (detector.alone, detector.beside_words if detector.words else None) if one is not None),
        default=Confidence.LOW,
    )
