"""The nouns of data: what is looked for, how sure a find is, and what was found. Nothing here holds a found value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from hashlib import blake2b
from typing import Final, NamedTuple, TypeAlias

Check: TypeAlias = Callable[[bytes], bool]
"""Whether matched text is what it looks like: a checksum, a range, a number that is given out."""


class Confidence(IntEnum):
    """How sure it is that a find is what its detector is named for."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Kind(StrEnum):
    """What sort of thing a detector looks for; rules can name a kind in place of its detectors."""

    PAYMENT_CARD = "payment-card"
    BANK = "bank"
    TAX = "tax"
    IDENTITY = "identity"
    HEALTH = "health"
    PAYROLL = "payroll"
    CONTRACT = "contract"
    MARKING = "marking"
    CONTACT = "contact"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    CODE = "code"
    OWN = "own"
    """What the company declares itself: its detectors, dictionaries, exact data and fingerprints."""


@dataclass(frozen=True, slots=True)
class Detector:
    """One thing that is looked for.

    `expression` matches bytes of UTF-8, in what Python's re, RE2 and Hyperscan have in common: no look-around, no back
    reference. `longest` bounds a match, in bytes. `rough`, where given, is a faster expression for the first look: each
    match of `expression` holds a match of it, and begins with it where `rough_begins`. `check` decides about what
    matched.

    `alone` is how sure a find is by itself; `None`: it is none without one of `words` near it. `beside_words` is how
    sure it is with one: within `BEFORE` bytes before it or `AFTER` bytes behind, as whole words, in any case.
    """

    id: str
    name: str
    kind: Kind
    expression: str
    longest: int
    alone: Confidence | None
    beside_words: Confidence = Confidence.HIGH
    words: tuple[str, ...] = ()
    check: Check | None = None
    rough: str = ""
    rough_begins: bool = False
    is_linear: bool = False
    """Matched by RE2, in time linear in the text whatever the expression: for expressions that companies write, and for
    those of many words or wide gaps. What is begins of few digits `re` finds faster.
    """


BEFORE: Final = 150
AFTER: Final = 60
"""So many bytes before and behind a match are searched for a detector's words."""


_SEPARATORS: Final = b" -./\t\r\n"


def digest_of(value: bytes, key: bytes) -> bytes:
    """The keyed digest of a value, without what people put between its digits, in any case."""
    return blake2b(value.translate(None, _SEPARATORS).upper(), key=key, digest_size=8).digest()


class Finding(NamedTuple):
    """One find: by which detector, how sure, where (bytes of the scanned text), and a keyed digest of its value.

    Equal values have equal digests under one key, so that copies are counted once; the value is not in it.
    """

    detector: str
    confidence: Confidence
    start: int
    end: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a scan found, in order of place.

    `more` are the detectors of which there were more values than were kept, and how sure the surest of those was.
    """

    findings: tuple[Finding, ...] = ()
    more: Mapping[str, Confidence] = field(default_factory=dict)

    def unique(self, at_least: Confidence = Confidence.LOW) -> Mapping[str, int]:
        """By detector, how many different values there are of at least this confidence."""
        return unique(self.findings, at_least)

    def highest(self) -> Mapping[str, Confidence]:
        """By detector, how sure its surest find is."""
        highest: dict[str, Confidence] = {}
        for one in self.findings:
            highest[one.detector] = max(one.confidence, highest.get(one.detector, one.confidence))
        return highest


def surest_of(each: Iterable[Mapping[str, Confidence]]) -> dict[str, Confidence]:
    """By detector the surest of all these."""
    surest: dict[str, Confidence] = {}
    for one in each:
        for detector, confidence in one.items():
            surest[detector] = max(confidence, surest.get(detector, confidence))
    return surest


def unique(findings: Iterable[Finding], at_least: Confidence) -> dict[str, int]:
    """By detector, how many different values there are among these of at least this confidence."""
    seen: dict[str, set[bytes]] = {}
    for one in findings:
        if one.confidence >= at_least:
            seen.setdefault(one.detector, set()).add(one.digest)
    return {detector: len(digests) for detector, digests in seen.items()}
