"""What Hyperscan looks for: words once for all who share them, and runs of words whose surroundings touch."""

from __future__ import annotations

from limen.data.detectors.every import DETECTORS
from limen.data.scanning.looks import Looks

_LOOKS = Looks([DETECTORS[one] for one in ("iban", "us-passport", "uk-passport", "person-name", "person-record")])


def test_what_several_look_for_is_told_once() -> None:
    assert _LOOKS.first_word == 2
    assert _LOOKS.behind[:2] == [[0], [3, 4]]
    assert all(one == [1, 2] for one in _LOOKS.behind[2:])


def test_runs() -> None:
    far = _LOOKS.left + _LOOKS.right + 1
    words = [(10, 5), (20, 6), (20 + far, 5), (25 + far, 5)]
    assert list(_LOOKS.runs(words)) == [words[:2], words[2:]]
    assert list(_LOOKS.runs([])) == []
