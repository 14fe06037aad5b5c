"""The scanner of a company: Limen's detectors that are in use, and its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from limen.data.model import Detector
from limen.data.rules.own_detectors import detector_of, detector_of_words
from limen.data.rules.stated import DataRules, Dictionary, OwnDetector
from limen.data.scanning.scanner import Scanner


def detectors_of(rules: DataRules) -> Iterator[Detector]:
    """Everything that is looked for by an expression."""
    yield from rules.sought
    yield from map(detector_of, rules.own)
    yield from map(detector_of_words, rules.dictionaries)


def scanner_of(rules: DataRules, key: bytes) -> Scanner:
    """What finds all of it. What it is made of takes a second and forty megabytes, so rules that look for the same
    share it.
    """
    return _scanner(rules.use, rules.off, rules.own, rules.dictionaries).with_key(key)


@lru_cache(maxsize=1)
def _scanner(
    use: frozenset[str], off: frozenset[str], own: tuple[OwnDetector, ...], dictionaries: tuple[Dictionary, ...]
) -> Scanner:
    every = detectors_of(DataRules(use=use, off=off, own=own, dictionaries=dictionaries))
    return Scanner(list(every), key=bytes(32))
