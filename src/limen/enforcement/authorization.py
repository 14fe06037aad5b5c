"""The Authorization field as far as it is Limen's: a program's token, sent as Bearer or as the password of Basic.

Git and WebDAV clients send Basic (RFC 7617), scripts Bearer (RFC 6750). Whatever looks like one of
ours is kept from the app, however it is written; it is accepted only in one exact form.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from typing import Final

import msgspec

from limen.facts.tokens import OURS, is_well_formed

_BASIC: Final = b"basic"
_BEARER: Final = b"bearer"
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
MAX_BYTES: Final = 1_024
"""No field with a token in it is longer, whatever the user name."""
_PROGRAMS: Final = (b"Thunderbird/",)
"""Programs that call themselves by a browser's name and know no sign-in page."""


class Presented(msgspec.Struct, frozen=True, gc=False):
    """A token of Limen's, as a request carries it. `secret` is b"" unless it is written in the one accepted form."""

    secret: bytes
    is_basic: bool


def presented(value: bytes) -> Presented | None:
    """What the Authorization field `value` presents to Limen; None where it is the app's own affair."""
    scheme, _, rest = value.partition(b" ")
    scheme = scheme.strip().lower()
    if scheme == _BASIC or value[:5].lower() == _BASIC:
        if OURS not in value and OURS not in _decoded(value[5:]):
            return None
        return Presented(_of_basic(rest) if len(value) <= MAX_BYTES else b"", is_basic=True)
    if OURS not in value:
        return None
    is_good = scheme == _BEARER and is_well_formed(rest)
    return Presented(rest if is_good else b"", is_basic=False)


def for_upstream(value: bytes) -> bytes:
    """What of the field goes on to the app: all of it, or nothing where anything in it is Limen's."""
    return b"" if value and presented(value) is not None else value


def is_browser(sec_fetch_mode: bytes, user_agent: bytes) -> bool:
    """Whether a person looks at the answer, in something that can sign in."""
    if any(name in user_agent for name in _PROGRAMS):
        return False
    return bool(sec_fetch_mode) or user_agent.startswith(b"Mozilla/")


def shows_text(user_agent: bytes) -> bool:
    """Whether this program shows people the text of a refusal, and only that: git does."""
    return user_agent.startswith(b"git/")


def _of_basic(rest: bytes) -> bytes:
    """The token in Basic credentials: the password, or the user name where there is no password. The name is anybody's:
    a token says by itself whose it is.
    """
    try:
        name, colon, password = b64decode(rest, validate=True).partition(b":")
    except (Error, ValueError):
        return b""
    secret = password or name
    return secret if colon and is_well_formed(secret) else b""


def _decoded(rest: bytes) -> bytes:
    """What the most forgiving reader would make of it."""
    plain = _NOT_BASE64.sub(b"", rest.translate(_URL_SAFE))
    return b64decode(plain[: len(plain) // 4 * 4]) + b64decode(plain[len(plain) // 4 * 4 :] + b"A" * (-len(plain) % 4))
