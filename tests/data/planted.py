"""Text with finds planted in it, and the naive scan that says what is in it: every detector by itself, by `re`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from limen.data.detectors.every import DETECTORS
from limen.data.model import AFTER, BEFORE, Confidence, Detector
from limen.data.scanning.scanner import Scanner
from limen.data.scanning.words import Words

KEY = b"a key of the tests, 32 bytes long"[:32]

PIECES = (
    "invoice",
    "the",
    "of",
    "meeting at 10:30",
    "2020 4111 1111 1111 1111",
    "4111 1111 1111 1112",
    "ann@harbor.example",
    "DE89 3704 0044 0532 0130 00",
    "10.20.0.5",
    "219-09-9998",
    "000-12-3456",
    "password: Wx7!pqRs22",
    "+49 30 123 4567 89",
    "streng vertraulich",
    "Kreditkarte",
    "credit card",
    "Krankenkasse",
    "patient",
    "943 476 5919",
    "routing",
    "021000021",
    "Größe",
    "ssn",
    "219 09 9998",
    "duplicate",
    "1234567890123456789012345",
    "@",
    "a@b",
    "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQ" * 8,
    "F32.1",
    "Gehalt: 4.200,00 EUR",
    "date of birth: 1985-03-12",
    "http://ann:Secr3t!pw@db.harbor.example/x",
    "Diagnose",
    "AKIA" + "QWERTZUIOP234567",
    "4" * 40,
    "\n",
    "\t",
)


def scanner_of(*detectors: str, most: int = 100) -> Scanner:
    """One of Limen's own detectors, by their ids."""
    return Scanner([DETECTORS[one] for one in detectors], key=KEY, most=most)


def text(random: Random, pieces: int) -> bytes:
    """Some of the pieces, run together in several ways."""
    return "".join(
        random.choice(PIECES) + random.choice((" ", " ", "  ", "", ", ", "\n")) for _ in range(pieces)
    ).encode()


def cut(random: Random, whole: bytes, longest: int) -> list[bytes]:
    """A text in pieces of any size, some of them empty."""
    pieces, at = [], 0
    while at < len(whole):
        size = random.choice((0, 1, 2, random.randrange(1, longest + 1)))
        pieces.append(whole[at : at + size])
        at += size
    return pieces


def naive(detectors: Sequence[Detector], whole: bytes) -> set[tuple[str, Confidence, int, int]]:
    """By detector, how sure, from where to where: each expression over the whole text from left to right."""
    found = set()
    for one in detectors:
        expression, words, at = re.compile(one.expression.encode()), Words(one.words) if one.words else None, 0
        while match := expression.search(whole, at):
            at = match.start() + 1
            if one.check is not None and not one.check(match[0]):
                continue
            confidence = one.alone
            if words is not None and words.are_in(whole, match.start() - BEFORE, match.end() + AFTER):
                confidence = one.beside_words
            if confidence is not None:
                found.add((one.id, confidence, match.start(), match.end()))
                at = match.end()
    return found


def outermost(found: set[tuple[str, Confidence, int, int]]) -> set[tuple[str, Confidence, int, int]]:
    """Without those that lie within a surer one."""
    return {
        one
        for one in found
        if not any(other[1] > one[1] and other[2] <= one[2] and one[3] <= other[3] for other in found)
    }
