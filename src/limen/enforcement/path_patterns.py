"""Paths as they may be remembered: a segment stays once three different people used it, everything else is `*`.

`/files/1234/report` becomes `/files/*/report`. What is written like an id, an email address or a token never stays,
nor what follows a word like `users` or `reset`, whoever uses it. So what one person alone holds, in however many
sessions, is never kept; and until three people used a segment it is nowhere but in memory, as a keyed hash.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

Segments = tuple[str, ...]

ANYTHING: Final = "*"
ANY_REST: Final = "**"
MOST_SEGMENTS: Final = 8
"""What lies deeper is any rest (`**`)."""
LONGEST: Final = 40
PEOPLE_TO_KEEP: Final = 3
MOST_KEPT: Final = 1_000
"""Places and names of one app that are kept; beyond it every new name is `*`."""
MOST_CANDIDATES: Final = 5_000
"""Hashes of one app that wait for a third person."""
_LONGEST_WORD: Final = 15
_MOST_WORDS: Final = 3
_SEGMENT: Final = re.compile(r"[.]?[A-Za-z][A-Za-z0-9._~-]*")
_BETWEEN_WORDS: Final = re.compile(r"[._~-]")
_WORD: Final = re.compile(r"(?:[a-z]+|[A-Z]+|[a-z]*(?:[A-Z][a-z]{2,})+)[0-9]{0,2}")
"""Letters as people write them, and at most a small number after them: `v2`, `oauth2`, `getUserInfo`."""
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{6,}|[0-9A-F]{6,}")
_CODES: Final = re.compile(r"[a-z]{3}-[a-z]{4}-[a-z]{3}|(?:[A-Za-z]{3}-){2}[A-Za-z]{3}|(?:[A-Za-z]{4}-){2}[A-Za-z]{4}")
"""Groups of letters of one length, as the codes of meetings and coupons are written."""
_BEFORE_A_PERSON_OR_SECRET: Final = re.compile(
    r"u|users?|person|people|members?|profiles|employees|authors"
    r"|[klst]|sh|shared?|shares|public-share|guests?|links?|magic|invites?|invitations?|join|accept|activat(e|ion)|enroll?"
    r"|reset(-password)?|password-reset|recover|recovery|verify(-email)?|confirm(ation)?|unsubscribe|tokens?|keys?|secret"
    r"|code|otp|meet|room"
)
"""What comes after one of these is somebody, or may be what opens it, however many people use it."""
_NO_NAMES: Final = frozenset({"", ANYTHING, ANY_REST})


def fold(path: str) -> Segments:
    """The segments of a path that was read as one plain path, with `*` for what never stays, whoever uses it.

    A last "" stands for a slash at its end.
    """
    segments = path.split("/")[1 : MOST_SEGMENTS + 2]
    named = [segment for segment in segments if segment]
    before = ["", *(segment.casefold() for segment in named)]
    folded = tuple(
        segment if could_be_a_word(segment) and not _BEFORE_A_PERSON_OR_SECRET.fullmatch(place) else ANYTHING
        for place, segment in zip(before, named, strict=False)
    )
    if len(folded) > MOST_SEGMENTS:
        return (*folded[:MOST_SEGMENTS], ANY_REST)
    return (*folded, "") if folded and path.endswith("/") and len(segments) <= MOST_SEGMENTS + 1 else folded


def could_be_a_word(segment: str) -> bool:
    """Is this written as a word or a few are, and not as numbers, hexadecimal digits, codes and tokens are?"""
    if len(segment) > LONGEST or not _SEGMENT.fullmatch(segment) or _CODES.fullmatch(segment):
        return False
    words = [word for word in _BETWEEN_WORDS.split(segment) if word]
    return len(words) <= _MOST_WORDS and not any(
        len(word) > _LONGEST_WORD or _HEXADECIMAL.fullmatch(word) or not _WORD.fullmatch(word) for word in words
    )


def written(segments: Segments) -> str:
    """The pattern as it is written in apps.yaml."""
    return "/" + "/".join(segments)


class PathPatterns:
    """What is kept of one app's paths. `kept` are places with the name that stays there: `("files", "*", "report")`.

    `wide` are places at which no further name is kept. Candidates are keyed hashes of a place with a name, and of the
    one or two people who used it; the key is this object's own, and is written nowhere.
    """

    def __init__(self, patterns: Iterable[Segments] = (), wide: Iterable[Segments] = ()) -> None:
        """Goes on from these patterns: what is in them stays."""
        places = {segments[:size] for segments in patterns for size in range(1, len(segments) + 1)}
        self.kept = {place for place in places if place[-1] not in _NO_NAMES}
        self.wide = set(wide)
        self._key = secrets.token_bytes(32)
        self._candidates: dict[bytes, tuple[bytes, ...]] = {}
        self._begun_by: dict[bytes, dict[bytes, None]] = {}
        """The candidates that each person was the first to use, the oldest first."""

    def pattern(self, path: str, person_id: str) -> Segments:
        """The pattern of a path; whoever asked for it counts for its names from now on, but for strangers ("")."""
        folded, found = fold(path), Segments()
        person = self._hash(person_id) if person_id else b""
        for depth, segment in enumerate(folded):
            name = (*found, segment)
            is_open = segment not in _NO_NAMES and name not in self.kept and found not in self.wide
            if is_open and person and len(self.kept) < MOST_KEPT:
                # both in what is kept and in the path as it came: then all its names stay at the third person
                self._count(name, {self._hash(written(one)) for one in (name, folded[: depth + 1])}, person)
            found = self._after(found, segment)
        return found

    def narrowed(self, segments: Segments) -> Segments:
        """A pattern as it is written now: some of its names may be kept no longer."""
        found = Segments()
        for segment in segments:
            found = self._after(found, segment)
        return found

    def widen(self, place: Segments, names: Iterable[str]) -> None:
        """Keep these names no longer at this place, and no new ones."""
        self.wide.add(place)
        gone = {(*place, name) for name in names}
        self.kept = {segments for segments in self.kept if segments[: len(place) + 1] not in gone}

    def join(self, other: PathPatterns) -> None:
        """Take over what another worker keeps. Where one of both keeps no further names, those stay that it kept."""
        kept = {
            name for name in self.kept if name[:-1] in self.wide or name[:-1] not in other.wide or name in other.kept
        }
        theirs = {name for name in other.kept - kept if name[:-1] not in self.wide}
        self.kept = kept | set(sorted(theirs)[: max(0, MOST_KEPT - len(kept))])
        self.wide |= other.wide

    def _after(self, found: Segments, segment: str) -> Segments:
        name = (*found, segment)
        return name if segment in _NO_NAMES or name in self.kept else (*found, ANYTHING)

    def _count(self, name: Segments, keys: set[bytes], person: bytes) -> None:
        if any(len({*self._candidates.get(key, ()), person}) >= PEOPLE_TO_KEEP for key in keys):
            self.kept.add(name)
            for key in keys:
                self._forget(key)
        else:
            for key in keys:
                self._remember(key, person)

    def _remember(self, key: bytes, person: bytes) -> None:
        """Where there are too many, the oldest goes of whoever began the most: a flood takes away its own alone."""
        users = self._candidates.get(key, ())
        if person in users:
            return
        if not users:
            if len(self._candidates) >= MOST_CANDIDATES:
                busiest = max(self._begun_by, key=lambda one: len(self._begun_by[one]))
                self._forget(next(iter(self._begun_by[busiest])))
            self._begun_by.setdefault(person, {})[key] = None
        self._candidates[key] = (*users, person)

    def _forget(self, key: bytes) -> None:
        users = self._candidates.pop(key, ())
        if users:
            begun = self._begun_by[users[0]]
            del begun[key]
            if not begun:
                del self._begun_by[users[0]]

    def _hash(self, text: str) -> bytes:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()
