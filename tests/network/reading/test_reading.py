"""What a reading says of itself."""

from __future__ import annotations

import pytest

from limen.network.packets import Rule, Ruleset, every_packet
from limen.network.reading.reading import (
    Errs,
    Reading,
    UnreadableError,
    bounded,
    not_understood,
    refuse_beyond,
    together,
)


def _reading(*errs: Errs) -> Reading:
    return Reading("iptables", Ruleset((), ()), tuple(not_understood("x", "y", one) for one in errs))


def test_on_which_side_it_errs() -> None:
    assert _reading().errs is None
    assert _reading(Errs.TOO_OPEN, Errs.TOO_OPEN).errs is Errs.TOO_OPEN
    assert _reading(Errs.TOO_OPEN, Errs.TOO_CLOSED).errs is Errs.EITHER
    assert together([_reading(Errs.TOO_OPEN), _reading()]).errs is Errs.TOO_OPEN


def test_what_is_named_is_short() -> None:
    assert len(not_understood("x", "y" * 5_000).what) == 200


def test_bounds() -> None:
    refuse_beyond(5, 5, "things")
    with pytest.raises(UnreadableError):
        refuse_beyond(6, 5, "things")


def test_rules_are_counted_as_they_come() -> None:
    """So that what would never end is refused before it fills the memory."""
    endless = iter(lambda: Rule("x", True, "", "", every_packet(4)), None)
    with pytest.raises(UnreadableError):
        bounded(endless, 10)
    assert len(bounded([next(endless)] * 10, 10)) == 10
