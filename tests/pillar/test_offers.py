from __future__ import annotations

from dataclasses import dataclass

import pytest

from limen.errors import LimenError
from limen.pillar import Offers


@dataclass(frozen=True)
class Lamp:
    watts: int


def test_what_one_part_gives_another_takes_by_its_type() -> None:
    offers = Offers()
    offers.give(Lamp(7))
    assert offers.take(Lamp) == Lamp(7)
    assert offers.find(Lamp) == Lamp(7)


def test_what_nobody_offers_is_named_and_may_be_looked_for() -> None:
    with pytest.raises(LimenError, match="Lamp"):
        Offers().take(Lamp)
    assert Offers().find(Lamp) is None


def test_two_parts_that_offer_the_same_are_refused() -> None:
    offers = Offers()
    offers.give(Lamp(7))
    with pytest.raises(LimenError, match="Lamp"):
        offers.give(Lamp(8))
