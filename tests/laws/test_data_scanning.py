"""Laws of scanning: in pieces as in the whole, and in the whole as each detector would by itself."""

from __future__ import annotations

from operator import ge
from random import Random

from tests import dial
from tests.data import planted

from limen.data.detectors.every import DETECTORS
from limen.data.documents import Inspected
from limen.data.rules.content import content_of
from limen.data.scanning.scanner import Scanner

_ALL = list(DETECTORS.values())
_GAP = b"\n" + b"." * 300 + b"\n"
_CUTS = dial.size(10_000, 400)


def test_in_pieces_as_in_the_whole() -> None:
    """10,000 ways to cut a text: the same finds at the same places, none lost and none twice."""
    scanner, random, found = Scanner(_ALL, key=planted.KEY, most=10_000), Random(16), 0
    for _ in range(_CUTS // 20):
        whole = planted.text(random, random.randrange(1, 120))
        expected = scanner.text(whole)
        found += len(expected.findings)
        for _ in range(20):
            assert scanner.pieces(planted.cut(random, whole, random.choice((3, 40, 900)))) == expected
    assert found > _CUTS // 5


def test_the_whole_as_each_detector_by_itself() -> None:
    """What Hyperscan, windows and words leave out is nothing: `re` over the whole text finds the same."""
    scanner, random = Scanner(_ALL, key=planted.KEY, most=10_000), Random(17)
    for _ in range(dial.size(400, 40)):
        whole = planted.text(random, random.randrange(1, 200))
        found = scanner.text(whole)
        expected = planted.outermost(planted.naive(_ALL, whole))
        assert {(one.detector, one.confidence, one.start, one.end) for one in found.findings} == expected


def test_text_before_it_lowers_no_number() -> None:
    """Whatever stands in the lines before a text: of no detector there is less, nor is it less sure."""
    scanner, random = Scanner(_ALL, key=planted.KEY, most=3), Random(18)
    for _ in range(dial.size(400, 40)):
        before, text = (planted.text(random, random.randrange(1, 60)) for _ in range(2))
        alone, both = (content_of(Inspected("text", scanner.text(one))) for one in (text, before * 3 + _GAP + text))
        for detector, numbers in alone.counts.items():
            assert all(map(ge, both.counts.get(detector, (0, 0, 0)), numbers)), detector
