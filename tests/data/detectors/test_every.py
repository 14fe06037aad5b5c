"""All detectors: their declarations hold together, and each finds what its expression says."""

from __future__ import annotations

import re
from random import Random
from re import _parser  # type: ignore[attr-defined]

import pytest
import re2
from tests import dial
from tests.data.planted import KEY
from tests.data.written import written

from limen.data.detectors.every import DETECTORS, of_kinds
from limen.data.model import Confidence, Detector, Found, Kind
from limen.data.scanning.scanner import Scanner


def test_ids_are_names_for_files() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one) for one in DETECTORS)
    assert len({one.name for one in DETECTORS.values()}) == len(DETECTORS)


@pytest.mark.parametrize("detector", DETECTORS.values(), ids=lambda one: one.id)
def test_a_declaration_holds_together(detector: Detector) -> None:
    """No match is longer than is said; RE2 reads the expression as well; what is nothing by itself has words."""
    assert _parser.parse(detector.expression.encode()).getwidth()[1] <= detector.longest
    re2.compile(detector.expression.encode())
    assert detector.words or detector.alone is not None
    assert not detector.words or detector.beside_words > (detector.alone or 0)


def test_what_an_expression_says_is_found() -> None:
    """Of each detector without a check, whatever its expression matches, with all others beside it."""
    scanner, random = Scanner(list(DETECTORS.values()), key=KEY), Random(5)
    for one in (one for one in DETECTORS.values() if one.check is None):
        for _ in range(dial.size(20, 4)):
            value = _matching(one, random)
            found = scanner.text(b"\n" + value + b"\n" + " ".join(one.words).encode())
            assert one.id in found.unique() or _is_within_surer(found, one, value), value


def _matching(one: Detector, random: Random) -> bytes:
    """Written by the expression, and matched by it: what is written knows nothing of where words end."""
    while True:
        value = written(one.expression, random)
        if re.fullmatch(one.expression.encode(), value):
            return value


def _is_within_surer(found: Found, one: Detector, value: bytes) -> bool:
    """Digits of something surer are left out: it has the same place."""
    return any(other.start <= 1 and other.end >= len(value) for other in found.findings)


def test_kinds_choose_detectors() -> None:
    assert {one.kind for one in of_kinds([Kind.BANK, Kind.HEALTH])} == {Kind.BANK, Kind.HEALTH}
    assert not of_kinds([])
    assert {one.kind for one in DETECTORS.values()} == set(Kind) - {Kind.OWN}
    assert DETECTORS["iban"].alone is Confidence.HIGH
