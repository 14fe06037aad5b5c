"""What is alike is one row, what no flow is about is none, and nobody fills the room of others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.networks import harbor

from limen.clock import DAY
from limen.network.learning import counting
from limen.network.learning.counting import ELSEWHERE, Contact, Counts, Tally
from limen.network.learning.flows import ObservedFlow, ends_of
from limen.network.zones_by_address import ZonesByAddress


def flow(source: str, destination: str, port: int = 443, **more: object) -> ObservedFlow:
    ends = ends_of(source, destination)
    assert ends is not None
    return replace(ObservedFlow(20_000 * DAY + 5, "", "", *ends, 6, port), **more)  # type: ignore[arg-type]


def counts() -> Counts:
    return Counts(ZonesByAddress(harbor()))


def test_connections_alike_are_one_row() -> None:
    taken, one = counts(), flow("10.10.0.7", "10.20.0.10")
    taken.take([one, replace(one, at=one.at + 9, count=2), replace(one, count=0, was_answered=True)])
    taken.take([replace(one, was_refused=True), replace(one, count=0, was_answered=False)])
    (found,) = taken.tallies.items()
    assert found == (
        Contact(20_000, 4, one.source, one.destination, 6, 443),
        Tally(4, 1, 1, 1, one.at, one.at + 9),
    )


def test_an_answer_without_its_question_is_no_connection() -> None:
    taken = counts()
    taken.take([flow("10.10.0.7", "10.20.0.10", count=0, was_answered=True)])
    assert not taken.tallies


def test_the_internet_is_one_address_and_private_ones_stay_what_they_are() -> None:
    taken = counts()
    taken.take([flow("10.10.0.7", "93.184.216.34"), flow("10.10.0.7", "8.8.8.8"), flow("10.10.0.7", "192.168.7.7")])
    assert {(one.destination == ELSEWHERE, tally.count) for one, tally in taken.tallies.items()} == {
        (True, 2),
        (False, 1),
    }


@pytest.mark.parametrize(
    ("source", "destination"),
    [
        ("10.10.0.7", "224.0.0.251"),
        ("10.10.0.7", "255.255.255.255"),
        ("169.254.1.1", "10.20.0.10"),
        ("127.0.0.1", "10.20.0.10"),
        ("0.0.0.0", "10.20.0.10"),
        ("fe80::1", "fd00:20::10"),
        ("fd00:10::1", "ff02::fb"),
    ],
)
def test_what_no_router_carries_is_not_counted(source: str, destination: str) -> None:
    taken = counts()
    taken.take([flow(source, destination)])
    assert not taken.tallies


def test_a_source_that_does_not_belong_where_it_came_from_is_not_learned() -> None:
    taken = counts()
    taken.take([flow("10.20.0.7", "10.21.0.4", from_zone="office", count=3), flow("10.10.0.7", "10.21.0.4")])
    assert (taken.forged, len(taken.tallies)) == (3, 1)


def test_one_source_can_not_take_the_room_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_OF_ONE", 50)
    taken = counts()
    taken.take(flow("10.10.0.66", "10.20.0.10", port) for port in range(1, 2_000))
    taken.take([flow("10.10.0.7", "10.20.0.10"), flow("10.10.0.66", "10.20.0.10", 1)])
    assert len(taken.tallies) == 51
    assert list(taken.beyond.values()) == [1_949]
    monkeypatch.setattr(counting, "MOST_CONTACTS", 51)
    taken.take([flow("10.10.0.8", "10.20.0.10")])
    assert len(taken.tallies) == 51
