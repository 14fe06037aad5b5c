"""Laws of what is found: of planted numbers with check digits at least 99 of 100, and hardly any with a wrong one."""

from __future__ import annotations

from tests import dial
from tests.data import planted, truth

from limen.data.detectors.every import DETECTORS
from limen.data.scanning.scanner import Scanner


def test_planted_truth_is_found_and_hardly_anything_else() -> None:
    scanner = Scanner(list(DETECTORS.values()), key=planted.KEY)
    right = wrong = missed = 0
    worst = set()
    for one in truth.planted_truth(seed=19, of_each=dial.size(60, 6)):
        found = truth.is_found(scanner.text(one.text), one)
        right += found and one.is_right
        wrong += found and not one.is_right
        missed += one.is_right and not found
        if found != one.is_right:
            worst.add((one.detector, one.is_right))
    assert right / (right + missed) >= 0.99, worst
    assert right / (right + wrong) >= 0.99, worst
