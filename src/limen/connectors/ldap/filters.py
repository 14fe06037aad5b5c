"""Filters of searches (RFC 4515): whether a text is one, whole and by itself; and how they are put together."""

from __future__ import annotations

import re
from typing import Final

LONGEST_FILTER: Final = 2_000
_DEEPEST: Final = 12
_MOST_PARTS: Final = 200
_ATTRIBUTE: Final = r"(?:[A-Za-z][A-Za-z0-9-]{0,99}|\d+(?:\.\d+){1,30})(?:;[A-Za-z0-9-]{1,60}){0,5}"
_VALUE: Final = r"(?:[^()\\*\0]|\\[0-9A-Fa-f]{2})*"
_ITEM: Final = re.compile(
    rf"{_ATTRIBUTE}(?:=(?:{_VALUE}\*)*{_VALUE}|[~<>]={_VALUE}|(?::dn)?(?::[A-Za-z0-9.-]{{1,100}})?:={_VALUE})"
)
_RDN: Final = (
    r"(?:[A-Za-z][A-Za-z0-9-]{0,99}|\d+(?:\.\d+){1,30})\s*=\s*"
    r"(?:[^\"+,;<>\\\0]|\\[0-9A-Fa-f]{2}|\\[ \"#+,;<=>\\])+"
)
_DN: Final = re.compile(rf"{_RDN}(?:[+,]\s*{_RDN}){{0,50}}")
_LONGEST_DN: Final = 1_000


def is_filter(text: str) -> bool:
    """Whether it is one filter and nothing more, so that it means the same inside another: `(a=b))(|(c=d)` is none."""
    if not 0 < len(text) <= LONGEST_FILTER or not text.isprintable():
        return False
    try:
        return _end_of(text, 0, 0, [0]) == len(text)
    except _NoFilterError:
        return False


def both(*filters: str) -> str:
    """What holds where each of these does; "" always does."""
    return f"(&{''.join(filters)})"


def equals(attribute: str, value: str, rule: str = "") -> str:
    """An attribute with exactly this value, whatever characters it has; `rule` is the OID of how they are compared."""
    from ldap3.utils.conv import escape_filter_chars  # noqa: PLC0415 -- of an extra

    return f"({attribute}{f':{rule}:' if rule else ''}={escape_filter_chars(value)})"


def equals_bytes(attribute: str, value: bytes) -> str:
    """An attribute with exactly these bytes."""
    written = "".join(f"\\{byte:02x}" for byte in value)
    return f"({attribute}={written})"


def is_dn(text: str) -> bool:
    """Whether it is a distinguished name (RFC 4514): `ou=people,dc=harbor,dc=example`."""
    return len(text) <= _LONGEST_DN and text.isprintable() and _DN.fullmatch(text) is not None


class _NoFilterError(ValueError):
    pass


def _end_of(text: str, at: int, depth: int, parts: list[int]) -> int:
    """Where the filter that begins here has ended."""
    parts[0] += 1
    if depth > _DEEPEST or parts[0] > _MOST_PARTS or text[at : at + 1] != "(":
        raise _NoFilterError
    at += 1
    sign = text[at : at + 1]
    if sign in {"&", "|"}:
        at += 1
        begun = at
        while text[at : at + 1] == "(":
            at = _end_of(text, at, depth + 1, parts)
        if at == begun:
            raise _NoFilterError
    elif sign == "!":
        at = _end_of(text, at + 1, depth + 1, parts)
    elif found := _ITEM.match(text, at):
        at = found.end()
    else:
        raise _NoFilterError
    if text[at : at + 1] != ")":
        raise _NoFilterError
    return at + 1
