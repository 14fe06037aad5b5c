"""A path as it may be remembered: words that name a part of an app stay, whatever could name a person or a thing goes.

`/files/1234/report` is kept as `/files/*/report`. In doubt a segment is folded: a pattern that says too little is no
harm, one that keeps a token, an e-mail address or a title is.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

ANYTHING: Final = "*"
MOST_SEGMENTS: Final = 8
"""What lies deeper is any rest (`**`)."""
LONGEST: Final = 40
_LONGEST_WORD: Final = 15
_MOST_WORDS: Final = 3
_SEGMENT: Final = re.compile(r"[.]?[A-Za-z][A-Za-z0-9._~-]*")
_BETWEEN_WORDS: Final = re.compile(r"[._~-]")
_WORD: Final = re.compile(r"(?:[a-z]+|[A-Z]+|[a-z]*(?:[A-Z][a-z]{2,})+)[0-9]{0,2}")
"""Letters as people write them, and at most a small number after them: `v2`, `oauth2`, `getUserInfo`."""
_OF_PEOPLE: Final = frozenset(
    {"user", "users", "u", "person", "people", "member", "members", "profiles", "employees", "authors"}
)
"""What comes after one of these is somebody, even where it reads as a word."""
_OF_SECRETS: Final = frozenset(
    {"s", "sh", "share", "shares", "shared", "public-share", "guest", "guests", "l", "link", "links", "magic"}
    | {"invite", "invites", "invitation", "invitations", "join", "accept", "activate", "activation", "enrol", "enroll"}
    | {"reset", "reset-password", "password-reset", "recover", "recovery", "verify", "verify-email", "confirm"}
    | {
        "confirmation",
        "unsubscribe",
        "token",
        "tokens",
        "key",
        "keys",
        "secret",
        "code",
        "otp",
        "meet",
        "room",
        "t",
        "k",
    }
)
"""What comes after one of these may be what opens it, however it reads."""
_CODES: Final = re.compile(r"[a-z]{3}-[a-z]{4}-[a-z]{3}|(?:[A-Za-z]{3}-){2}[A-Za-z]{3}|(?:[A-Za-z]{4}-){2}[A-Za-z]{4}")
"""Groups of letters of one length, as the codes of meetings and coupons are written."""
_SHORT: Final = 5
"""A word of so many letters is often short for something (`https`, `xhtml`), and as a secret it would be guessed."""
_CONSONANTS: Final = re.compile(r"[^aeiouy]{6}")
_FOLLOW: Final = {
    "a": "bcdefgiklmnprstuvwxyz",
    "b": "abdeghijlmnorstuy",
    "c": "acehikloqrstuy",
    "d": "abdefgilmnoprstuvwy",
    "e": "abcdefghiklmnopqrstuvwxyz",
    "f": "abefilorstuy",
    "g": "aeghilmnorstuy",
    "h": "abceilmnopqrstuwyz",
    "i": "abcdefgklmnoprstvxz",
    "j": "aeoqsu",
    "k": "abdefgilmnosuy",
    "l": "abcdefghiklmnoprstuvy",
    "m": "abdeilmnopsuy",
    "n": "abcdefgiklmnopqrstuvwyz",
    "o": "abcdefghijklmnoprstuvwxyz",
    "p": "abcdeghilmoprstuwy",
    "q": "lu",
    "r": "abcdefgiklmnopqrstuvwy",
    "s": "abcdefghiklmnopqrstuvwy",
    "t": "abcdefghilmnoprstuwyz",
    "u": "abcdefgilmnoprstxz",
    "v": "aegioy",
    "w": "adeghilnorsy",
    "x": "acehilmpty",
    "y": "abcegilmnoprstuwz",
    "z": "aeilouyz",
}
"""Which letter follows which in words of English, German, and of programs. Few pairs of random letters are of these."""
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{6,}|[0-9A-F]{6,}")


def fold(path: str) -> tuple[str, ...]:
    """The segments of a path that was read as one plain path; a last "" stands for a slash at its end."""
    segments = path.split("/")[1 : MOST_SEGMENTS + 2]
    named = [segment for segment in segments if segment]
    before = ["", *(segment.casefold() for segment in named)]
    folded = tuple(
        segment if is_a_name(segment) and place not in _OF_PEOPLE | _OF_SECRETS else ANYTHING
        for place, segment in zip(before, named, strict=False)
    )
    if len(folded) > MOST_SEGMENTS:
        return (*folded[:MOST_SEGMENTS], "**")
    return (*folded, "") if folded and path.endswith("/") and len(segments) <= MOST_SEGMENTS + 1 else folded


def is_a_name(segment: str) -> bool:
    """Is this a word or a few, such as an app's own paths are made of, and nothing that looks like an id or a token?"""
    if len(segment) > LONGEST or not _SEGMENT.fullmatch(segment) or _CODES.fullmatch(segment):
        return False
    words = [word for word in _BETWEEN_WORDS.split(segment) if word]
    return len(words) <= _MOST_WORDS and all(_is_word(word) for word in words)


def written(segments: tuple[str, ...]) -> str:
    """The pattern as it is written in apps.yaml."""
    return "/" + "/".join(segments)


def _is_word(word: str) -> bool:
    is_number_alone = _HEXADECIMAL.fullmatch(word) is not None
    if len(word) > _LONGEST_WORD or is_number_alone or not _WORD.fullmatch(word):
        return False
    letters = word.rstrip("0123456789").lower()
    return len(letters) <= _SHORT or _can_be_said(letters)


def _can_be_said(letters: str) -> bool:
    return not _CONSONANTS.search(letters) and all(second in _FOLLOW[first] for first, second in pairwise(letters))
