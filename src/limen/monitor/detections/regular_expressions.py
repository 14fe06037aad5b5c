"""Regular expressions by RE2: linear in the text, whatever the expression; what RE2 has not is refused."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

import re2

_constants: Any = import_module("re._constants")  # which typeshed does not know
_parser: Any = import_module("re._parser")

MAX_PATTERN: Final = 8_192
_MAX_MEMORY: Final = 4 << 20
"""Of one compiled expression, in bytes; a longer one is refused."""


class RegularError(ValueError):
    """The expression can't be had."""


@lru_cache(maxsize=20_000)
def compiled(pattern: str) -> Any:
    """The compiled expression. Raises RegularError where RE2 has it not (look-around, back references)."""
    if len(pattern) > MAX_PATTERN:
        raise RegularError(f"a regular expression longer than {MAX_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        said = error.args[0] if error.args else error
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise RegularError(f"a regular expression that RE2 does not take: {said}") from None


SHORTEST: Final = 3
MOST: Final = 64


def literals_of(pattern: str) -> tuple[str, ...]:
    """Texts in lower case of which one must be in whatever the expression matches; () where none can be told.

    Python's parser reads it. Where the two languages differ in what they read as text, nothing is told.
    """
    if "[:" in pattern or "\\C" in pattern or not pattern.isascii():
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _required(_parser.parse(pattern))
    except Exception:  # noqa: BLE001 -- it is Python's parser of another language's text
        return ()
    return tuple(sorted(found)) if found and len(found) <= MOST else ()


def _required(parsed: Iterable[Any]) -> set[str]:
    """The best that this sequence promises: the longest texts of those of which one must be there."""
    best: set[str] = set()
    run = ""

    def offer(texts: set[str]) -> None:
        nonlocal best
        if texts and min(map(len, texts)) >= max(SHORTEST, min(map(len, best), default=0)):
            best = texts

    for code, value in parsed:
        if code is _constants.LITERAL and value < 128:
            run += chr(value).lower()
            continue
        offer({run})
        run = ""
        if code is _constants.SUBPATTERN:
            offer(_required(value[-1]))
        elif code is _constants.BRANCH:
            each = [_required(branch) for branch in value[1]]
            offer(set().union(*each) if all(each) else set())
        elif code in {_constants.MAX_REPEAT, _constants.MIN_REPEAT} and value[0] > 0:
            offer(_required(value[2]))
    offer({run})
    return best
