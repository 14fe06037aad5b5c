"""Regular expressions by RE2: linear in the text, whatever the expression; what RE2 has not is refused."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import re2

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
