"""All detectors: their declarations hold together, and each finds what its expression says."""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined]

import pytest
import re2
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.data.planted import KEY

from limen.data.detectors.every import DETECTORS, of_kinds
from limen.data.model import Confidence, Detector, Kind
from limen.data.scanning.scanner import Scanner

_WITHOUT_CHECK = [one.id for one in DETECTORS.values() if one.check is None]


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


@pytest.mark.parametrize("detector", _WITHOUT_CHECK)
@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_what_an_expression_says_is_found(detector: str, data: st.DataObject) -> None:
    one = DETECTORS[detector]
    scanner = _SCANNERS.setdefault(detector, Scanner([one], key=KEY))
    written = data.draw(st.from_regex(re.compile(one.expression.encode()), fullmatch=True))
    found = scanner.text(b"\n" + written + b"\n" + " ".join(one.words).encode())
    assert any(place.end - place.start <= len(written) for place in found.findings)


_SCANNERS: dict[str, Scanner] = {}


def test_kinds_choose_detectors() -> None:
    assert {one.kind for one in of_kinds([Kind.BANK, Kind.HEALTH])} == {Kind.BANK, Kind.HEALTH}
    assert not of_kinds([])
    assert {one.kind for one in DETECTORS.values()} == set(Kind) - {Kind.OWN}
    assert DETECTORS["iban"].alone is Confidence.HIGH
