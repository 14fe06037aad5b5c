"""The languages that Limen speaks, and which of them a browser likes best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """English is what messages are written in; each other language has a file of translations beside this one."""

    ENGLISH = "en"
    GERMAN = "de"


_MOST_ACCEPTED: Final = 32
_ACCEPTED: Final = re.compile(r"([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,35})?(?:;q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?))?")


def language_of(accepted: str, offered: Sequence[Language] = tuple(Language)) -> Language:
    """The language that a browser likes best (Accept-Language, RFC 9110 section 12.5.4) of those that are `offered`.

    For doubt the first of these.
    """
    best, weight = offered[0], 0.0
    for part in accepted[:1000].replace(" ", "").split(",")[:_MOST_ACCEPTED]:
        match = _ACCEPTED.fullmatch(part)
        if match is None:
            continue
        name, liked = match[1].lower(), float(match[2] or 1)
        if name in offered and liked > weight:
            best, weight = Language(name), liked
    return best
