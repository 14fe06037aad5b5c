"""Numbers with check digits and secrets with checksums, planted in prose: right ones, and ones with a wrong digit."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.data.detectors.secrets import planting
from tests.data.ordinary.words import ENGLISH, GERMAN, sentence
from tests.data.written import written

from limen.data.detectors import payments
from limen.data.detectors.identities import every as identities
from limen.data.model import Confidence, Detector, Found

_LEFT_OUT = {"vat-number", "machine-readable-zone", "lu-national-number", "de-driving-licence"}
"""Of which none is surer than medium, or hardly any random one is right."""
_SECRETS = ("github-token", "npm-token", "json-web-token", "age-secret-key")
CHECKED = (
    *(one for one in payments.DETECTORS if one.check is not None),
    *(one for one in identities.DETECTORS if one.check is not None and one.id not in _LEFT_OUT),
    *(planting.BY_ID[one] for one in _SECRETS),
)
"""The detectors whose finds have to have the right check digits, and which can be sure of them."""
_GENERATED = {"payment-card": "4" + "[0-9]{15}", "iban": "DE[0-9]{20}"}
"""A form of which a right one comes soon, where the whole expression has many."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A text, by which detector something is planted in it, where, and whether it is right."""

    text: bytes
    detector: str
    start: int
    end: int
    is_right: bool


def planted_truth(seed: int, of_each: int) -> list[Planted]:
    """So many right and as many wrong ones of each kind."""
    random = Random(seed)
    return [
        _planted(random, one, _value(random, one, is_right=is_right), is_right=is_right)
        for one in CHECKED
        for is_right in (True, False)
        for _ in range(of_each)
    ]


def is_found(found: Found, one: Planted) -> bool:
    """Whether what is planted was found there, as surely as it can be."""
    return any(
        find.detector == one.detector
        and find.confidence is Confidence.HIGH
        and find.start < one.end
        and one.start < find.end
        for find in found.findings
    )


def _planted(random: Random, one: Detector, value: bytes, *, is_right: bool) -> Planted:
    before = sentence(random, random.choice((ENGLISH, GERMAN))).encode()
    word = f" {random.choice(one.words)}: ".encode() if one.words else b" "
    start = len(before) + len(word)
    text = before + word + value + b"\n" + sentence(random, random.choice((ENGLISH, GERMAN))).encode()
    return Planted(text, one.id, start, start + len(value), is_right)


def _value(random: Random, one: Detector, *, is_right: bool) -> bytes:
    if one.id in planting.BY_ID and is_right:
        return planting.planted(one, random)
    while True:
        value = written(_GENERATED.get(one.id, one.expression), random)
        if one.check is not None and one.check(value) is is_right:
            return value
