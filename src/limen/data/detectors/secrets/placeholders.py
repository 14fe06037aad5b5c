"""What people write where a secret would stand: examples, templates, code that fetches it."""

from __future__ import annotations

import re
from math import log2
from typing import Final

_NEVER: Final = (
    b"example",
    b"changeme",
    b"change_me",
    b"change-me",
    b"placeholder",
    b"redacted",
    b"removed",
    b"replace",
    b"insert",
    b"dummy",
    b"your_",
    b"your-",
    b"yourkey",
    b"yourtoken",
    b"xxxx",
    b"****",
    b"....",
    b"____",
    b"${",
    b"{{",
    b"%(",
    b"$(",
    b"<",
    b"1234567890",
    b"0123456789",
    b"abcdefghij",
    b"beispiel",
    b"platzhalter",
)
"""No secret holds one of these: in forty random letters the shortest comes once in ten thousand."""
_OF_PEOPLE: Final = (
    *_NEVER,
    b"password",
    b"passwort",
    b"your",
    b"dein",
    b"ihr",
    b"env",
    b"null",
    b"none",
    b"true",
    b"false",
    b"required",
    b"optional",
    b"secret",
    b"config",
    b"input",
    b"prompt",
    b"sample",
    b"test",
    b"string",
    b"process.",
    b"self.",
    b"args.",
    b"vault",
    b"forgot",
    b"vergessen",
)
"""What stands behind "password:" in code, forms and prose."""
_ONE_CHARACTER: Final = re.compile(rb"([^A])\1{5}")  # in base 64, A are bytes that are 0
_SIGN: Final = re.compile(rb"=>|[:=]")


def is_no_placeholder(matched: bytes) -> bool:
    """Whether it could be a secret: no word of those that people write in examples, no row of one character.

    Small letters alone are names in code and prose: of random ones, hardly any is without a capital and a digit.
    """
    plain = matched.lower()
    if any(one in plain for one in _NEVER) or _ONE_CHARACTER.search(matched):
        return False
    return matched != plain or any(48 <= code <= 57 for code in matched)


def is_mixed(value: bytes) -> bool:
    """Whether a value is as mixed as random ones are: digits, and bits a character as many as its alphabet allows."""
    if not any(48 <= code <= 57 for code in value):
        return False
    bits = -sum(n / len(value) * log2(n / len(value)) for n in (value.count(code) for code in set(value)))
    is_hex = all(code in b"0123456789abcdefABCDEF-" for code in value)
    return bits >= (2.8 if is_hex else 3.2)


def is_typed_password(matched: bytes) -> bool:
    """What stands behind "password:" looks like one: no placeholder, no word of prose, no code that fetches it."""
    value = value_of(matched)
    plain = value.lower()
    if any(one in plain for one in _OF_PEOPLE) or len(set(value)) < 5 or value.endswith((b"(", b")", b";")):
        return False
    kinds = (
        any(97 <= code <= 122 for code in value),
        any(65 <= code <= 90 for code in value),
        any(48 <= code <= 57 for code in value),
        any(not (48 <= code <= 57 or 65 <= code <= 90 or 97 <= code <= 122) for code in value.rstrip(b".,")),
    )
    return sum(kinds) >= 2


def is_named_key(matched: bytes) -> bool:
    """What stands behind "token:" is random, and no name of something else."""
    value = value_of(matched)
    return not any(one in value.lower() for one in _OF_PEOPLE) and is_mixed(value)


def value_of(matched: bytes) -> bytes:
    """What stands behind the first sign between name and value, without its quotes."""
    return _SIGN.split(matched, maxsplit=1)[-1].strip(b"\"' >=:\t\r\n")
