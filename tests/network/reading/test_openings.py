"""What a rule opens when those before it are taken off."""

from __future__ import annotations

from limen.network.packets import Box, Rule, Ruleset, every_packet
from limen.network.reading.openings import opened


def test_what_is_denied_before_is_taken_off_and_what_is_denied_after_is_not() -> None:
    box = Box(4, (0, 9), (0, 9))
    cut = Rule("cut", False, "", "", Box(4, (3, 4), (0, 99)))
    before = [one for one in opened(Ruleset(("a",), (cut, Rule("x", True, "a", "a", box)))) if one.rule.id == "x"]
    assert [sorted(one.source for one in before[0].boxes)] == [[(0, 2), (5, 9)]]
    [after] = opened(Ruleset(("a",), (Rule("x", True, "a", "a", box), cut)))
    assert after.boxes == (box,)


def test_what_is_denied_elsewhere_or_wholly() -> None:
    box = Box(4, (0, 9), (0, 9))
    elsewhere = Rule("no", False, "b", "", every_packet(4))
    assert [one.boxes for one in opened(Ruleset(("a", "b"), (elsewhere, Rule("x", True, "a", "a", box))))] == [(box,)]
    shut = Rule("no", False, "", "", every_packet(4))
    assert list(opened(Ruleset(("a", "b"), (shut, Rule("x", True, "a", "a", box))))) == []


def test_beyond_its_bound_more_is_said_to_be_open() -> None:
    cuts = [Rule("no", False, "", "", Box(4, (4 * n, 4 * n), (0, 9))) for n in range(200)]
    [one] = opened(Ruleset(("a",), (*cuts, Rule("x", True, "a", "a", Box(4, (0, 1_000), (0, 9))))))
    assert not one.is_exact
    assert any(box.source[0] <= 799 <= box.source[1] for box in one.boxes)
