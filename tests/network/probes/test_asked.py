"""Whose packets are probes, and which results are taken."""

from __future__ import annotations

from contextlib import suppress

import pytest
from tests.network.probes.canaries import DB, VAULT
from tests.network.probes.test_model import DENIED, MEANT

from limen.clock import MINUTE, SECOND, from_iso
from limen.network.firewalls.crossings import Denied
from limen.network.learning.from_firewalls import Begun
from limen.network.probes.asked import MOST_PACKETS, SLACK, AskedProbes
from limen.network.probes.model import Round

NOW = from_iso("2026-11-27T09:00:00Z")


def denied(port: int = 22, *, count: int = 1, at: int = NOW, source: str = DB, protocol: int = 6) -> Denied:
    return Denied(at // SECOND, "eth0", "vault0", source, VAULT, protocol, port, count)


@pytest.fixture
def asked() -> AskedProbes:
    found = AskedProbes()
    found.ask(Round("pr_1", "db", "fw_1", (DENIED, MEANT), NOW, NOW + 2 * MINUTE))
    return found


def test_what_limen_asked_for_is_a_probe_and_no_more_than_one_try_sends(asked: AskedProbes) -> None:
    assert [one.is_probe for one in asked.marked("core", [denied()])] == [True]
    found = asked.marked("core", [denied(count=50)])
    assert [(one.is_probe, one.count) for one in found] == [(True, MOST_PACKETS - 1), (False, 51 - MOST_PACKETS)]
    assert [one.is_probe for one in asked.marked("core", [denied()])] == [False]
    assert [one.is_probe for one in asked.marked("other", [denied()])] == [True]  # on the way it is denied once


@pytest.mark.parametrize(
    "packet",
    [
        denied(23),
        denied(source="10.10.0.2"),
        denied(protocol=17),
        denied(at=NOW - SLACK - SECOND),
        denied(at=NOW + 2 * MINUTE + SLACK + SECOND),
    ],
)
def test_everything_else_is_what_it_was(asked: AskedProbes, packet: Denied) -> None:
    assert asked.marked("core", [packet]) == [packet]


def test_connections_of_probes_show_no_flow_to_be_in_use(asked: AskedProbes) -> None:
    begun = Begun(NOW // SECOND, DB, VAULT, 6, 443, 5)
    assert [one.count for one in asked.without_probes("core", [begun])] == [5 - MOST_PACKETS]


def test_what_is_told_again_counts_once(asked: AskedProbes) -> None:
    with suppress(OSError), asked.counted_once():
        asked.marked("core", [denied(count=MOST_PACKETS)])
        raise OSError
    assert [one.is_probe for one in asked.marked("core", [denied(count=MOST_PACKETS)])] == [True]


def test_results_are_taken_once_and_of_what_was_asked(asked: AskedProbes) -> None:
    assert asked.take("fw_2", "pr_1", [(0, "refused")], NOW) is None
    assert asked.take("fw_1", "pr_2", [(0, "refused")], NOW) is None
    asked.marked("core", [denied()])
    one = asked.take("fw_1", "pr_1", [(0, "refused"), (7, "refused")], NOW + 1)
    assert one is not None
    assert [(each.probe, each.outcome, each.denied_by) for each in one.results()] == [(DENIED, "refused", ("core",))]
    assert asked.take("fw_1", "pr_1", [(0, "through")], NOW) is None


def test_results_of_long_ago_are_not_taken(asked: AskedProbes) -> None:
    assert asked.take("fw_1", "pr_1", [], NOW + 10 * MINUTE) is None


def test_the_next_round_is_counted_anew(asked: AskedProbes) -> None:
    asked.marked("core", [denied(count=9)])
    asked.ask(Round("pr_2", "db", "fw_1", (DENIED,), NOW, NOW + 2 * MINUTE))
    assert [one.is_probe for one in asked.marked("core", [denied()])] == [True]
