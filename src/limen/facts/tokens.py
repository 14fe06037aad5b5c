"""A program's token: how its secret is written, told from anything else, and hashed; and what it proves.

`limen_app_`, 43 letters of a 62-letter alphabet (256 random bits), and a checksum of 6: secret scanners find one by
`limen_app_[0-9A-Za-z]{49}`, a double click selects the whole, and what is mistyped is refused without being looked up.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import replace
from typing import Final
from zlib import crc32

from limen.facts.nouns import UNPROVED, Auth

OURS: Final = b"limen_"
"""Whatever begins with this is a secret of Limen's and is never handed on, whether it is good or not."""
MARK: Final = "limen_app_"
STRONGEST_TOKEN: Final = 2
"""A token can be stolen from a disk, so it is never as good as a passkey, whoever made it with what."""
_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM: Final = 43
_SHAPE: Final = re.compile(rb"limen_app_([0-9A-Za-z]{43})([0-9A-Za-z]{6})")


def new_secret() -> str:
    """A new token, whole. It is shown once; only its hash is ever kept."""
    random = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    return MARK + random + _checksum(random.encode())


def is_well_formed(secret: bytes) -> bool:
    """Whether this could be a token at all."""
    found = _SHAPE.fullmatch(secret)
    return found is not None and _checksum(found[1]).encode() == found[2]


def token_hash(secret: bytes) -> bytes:
    """The hash under which a token is kept. It is another function than the one for cookies, so that neither can ever
    pass for the other. Tokens are uniformly random, so neither salt nor stretching adds anything.
    """
    return hmac.digest(b"limen app token", secret, "sha256")


def auth_of_token(made_with: Auth) -> Auth:
    """What a token proves that was made in a session proved like this: no more, and nobody is there."""
    if not made_with.strength:
        return UNPROVED
    strength = min(made_with.strength, STRONGEST_TOKEN)
    return replace(made_with, strength=strength, factors=frozenset(), by_token=True)


def _checksum(random: bytes) -> str:
    number, text = crc32(random), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        text = _LETTERS[digit] + text
    return text
