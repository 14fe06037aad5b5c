"""Connections that were seen, counted for the flow that each came by, and for its pair of zones."""

from __future__ import annotations

from tests.network.learning.seen import AT, TODAY, contact, offices, tally
from tests.network.networks import flow, harbor, way

from limen.network.compiling import compiled
from limen.network.learning.counting import Contact, Tally
from limen.network.learning.lately import Lately, Seen, lately
from limen.network.model import INTERNET
from limen.network.packets.regions import Regions

ERP, FILES = "10.21.0.4", "10.20.0.10"
FLOWS = (flow("web", way("office", "erp files internet")), flow("idle", way("guests", "files")))


def found(tallies: dict[Contact, Tally]) -> Lately:
    network = harbor(FLOWS)
    return lately(network, Regions(compiled(network, TODAY)), tallies)


def test_each_is_counted_for_the_flow_that_it_came_by() -> None:
    seen = found({**offices(ERP), contact("10.10.0.10", FILES): tally(3), contact("10.10.0.10", FILES, 22): tally(9)})
    assert seen.flows == {"web": Seen(28, 0, AT + 60_000)}
    assert seen.pairs["office", "servers"] == Seen(12, 0, AT + 60_000)
    assert seen.first_at == AT


def test_what_was_refused_is_no_use_of_a_flow() -> None:
    refused = {
        contact("10.10.0.10", ERP): tally(4, refused=4),
        contact("10.10.0.11", ERP): tally(4, refused=1),
        contact("10.40.0.9", ERP): tally(7, refused=7),
    }
    seen = found(refused)
    assert seen.flows["web"].came == 3
    assert seen.pairs["guests", "finance"] == Seen(0, 7, AT + 60_000)


def test_any_of_the_internet_s_addresses_is_one() -> None:
    seen = found({Contact(1, 4, 10 << 24 | 10 << 16 | 9, 0, 6, 443): tally(2)})
    assert seen.pairs.keys() == {("office", INTERNET)}
    assert seen.flows["web"].came == 2


def test_where_nothing_was_seen_nothing_is_known() -> None:
    assert not found({}).is_known
    assert found(offices(ERP)).is_known
