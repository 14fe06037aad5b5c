"""The nouns of sharing links."""

from __future__ import annotations

from dataclasses import replace

from limen.data.inventory.model import MOST_DOMAINS, Audience
from limen.data.links.model import CLOUDS, NEEDS, Given, KeptLink, LinkState

LINK = KeptLink("dl_1", "finance", "A", "a", "p", "A", "a.txt", "1", Audience.OUTSIDE, ("partner.example",))


def test_a_link_covers_no_wider_circle() -> None:
    given = Given("p", "A", Audience.OUTSIDE, ("partner.example",))
    assert LINK.covers(given)
    assert not LINK.covers(replace(given, audience=Audience.ANYONE))
    assert not LINK.covers(replace(given, domains=("other.example",)))
    many = tuple(f"{one}.example" for one in range(MOST_DOMAINS))  # more may be behind them
    assert not replace(LINK, domains=many).covers(replace(given, domains=many))


def test_what_is_settled() -> None:
    unsettled = {one for one in LinkState if not replace(LINK, state=one).is_settled}
    assert unsettled == {LinkState.REMOVED, LinkState.AGAIN}


def test_each_cloud_says_what_it_needs() -> None:
    assert set(NEEDS) == CLOUDS
