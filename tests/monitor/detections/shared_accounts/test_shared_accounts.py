"""Two who share an account are found on the second or third day; one person with all they carry about never is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.monitor.detections.shared_accounts.days import (
    HOME,
    HOME_V6,
    LISBON_FLAT,
    MOBILE,
    NETWORKS,
    NEXT_DOOR,
    OFFICE,
    VPN,
    Machine,
    asks,
    found_in,
    opens,
    places,
    sign_in,
    step_up,
    works,
)

from limen.monitor.detections.hit import Level
from limen.monitor.detections.shared_accounts.shared_accounts import (
    ABOUT,
    MOST_ACTS,
    MOST_SIDES,
    SharedAccounts,
    SharedKnown,
)
from limen.monitor.normal_form.event import NormalEvent

PC, MAC, LAPTOP, OTHER_PC = Machine("pc"), Machine("mac", "macos"), Machine("laptop"), Machine("other")
PHONE = Machine("phone", "iphone", browser="Safari")


@pytest.fixture
def detector(tmp_path: Path) -> SharedAccounts:
    found = SharedAccounts(places(tmp_path))
    found.know(SharedKnown({"d_eve1": "p_eve", "d_eve2": "p_eve", "d_bob": "p_bob"}, NETWORKS))
    return found


def by_turns(
    one: Machine, at: str, other: Machine, elsewhere: str, days: Iterable[int] = range(3)
) -> list[NormalEvent]:
    """Both work from nine to noon, each on each of these days."""
    return [
        event
        for day in days
        for event in (
            *works(one, day, at, range(0, 180, 7)),
            *works(other, day, elsewhere, range(3, 180, 7)),
        )
    ]


# Two people


def test_far_apart_and_both_proved_is_told_from_the_second_day_on(detector: SharedAccounts) -> None:
    hits = found_in(detector, by_turns(PC, HOME, MAC, LISBON_FLAT))
    assert [hit.level for hit in hits] == [Level.MEDIUM] * 3
    assert [hit.says["days"] for hit in hits] == [2, 2, 3]
    assert {hit.rule for hit in hits} == {ABOUT.id}
    assert {hit.person_id for hit in hits} == {"p_eve"}
    assert len({hit.id for hit in hits}) == 3
    assert hits[-1].says["signs"] == "apart, proved, systems"
    assert {hits[-1].says["one_address"], hits[-1].says["other_address"]} == {HOME, LISBON_FLAT}
    assert hits[-1].events


def test_one_day_alone_is_not_told(detector: SharedAccounts) -> None:
    assert not found_in(detector, by_turns(PC, HOME, MAC, LISBON_FLAT, days=[0]))


def test_two_days_a_month_apart_are_not_again_and_again(detector: SharedAccounts) -> None:
    assert not found_in(detector, by_turns(PC, HOME, MAC, LISBON_FLAT, days=[0, 30]))


def test_neighbours_are_told_from_the_third_day_on_and_make_no_alert(detector: SharedAccounts) -> None:
    hits = found_in(detector, by_turns(PC, HOME, OTHER_PC, NEXT_DOOR))
    assert [hit.level for hit in hits] == [Level.INFORMATIONAL] * 3
    assert hits[-1].says["signs"] == "elsewhere, proved"


def test_a_device_of_somebody_else_says_more(detector: SharedAccounts) -> None:
    own, others = Machine("own", device="d_eve1"), Machine("others", device="d_bob")
    hits = found_in(detector, by_turns(own, HOME, others, NEXT_DOOR))
    assert hits[0].level is Level.MEDIUM
    assert "others_device" in str(hits[0].says["signs"])


def test_two_in_an_app_count_as_its_sign_ins(detector: SharedAccounts) -> None:
    def day(number: int, machine: Machine, address: str, first: int) -> list[NormalEvent]:
        asked = [asks(machine, number, first + 2 + 7 * n, address, f"/{n}", "wiki") for n in range(9)]
        return [
            sign_in(machine, number, first, address),
            opens(machine, number, first + 1, address, "wiki"),
            *asked,
        ]

    events = [one for n in range(2) for one in (*day(n, PC, HOME, 0), *day(n, MAC, LISBON_FLAT, 4))]
    assert len(found_in(detector, events)) == 2


# One person, on days that are quiet


@pytest.mark.parametrize(
    ("one", "at", "other", "elsewhere"),
    [
        pytest.param(PC, OFFICE, PHONE, MOBILE, id="a phone that roams"),
        pytest.param(PC, HOME, PHONE, MOBILE, id="a laptop in a hotel, and a phone whose network comes out at home"),
        pytest.param(PC, HOME, PHONE, NEXT_DOOR, id="a phone at a neighbour's"),
        pytest.param(PC, HOME, MAC, HOME, id="two computers on one desk"),
        pytest.param(PC, HOME, MAC, "203.0.113.90", id="one carrier's other address"),
        pytest.param(PC, HOME, MAC, HOME_V6, id="IPv4 beside IPv6"),
        pytest.param(PC, VPN, MAC, LISBON_FLAT, id="a VPN that is named"),
        pytest.param(LAPTOP, HOME, OTHER_PC, OFFICE, id="a terminal server in the office"),
        pytest.param(Machine("a", device="d_eve1"), HOME, Machine("b", device="d_eve2"), NEXT_DOOR, id="own devices"),
    ],
)
def test_one_person_is_not_told_of(
    detector: SharedAccounts, one: Machine, at: str, other: Machine, elsewhere: str
) -> None:
    assert not found_in(detector, by_turns(one, at, other, elsewhere, range(20)))


def test_a_terminal_server_far_away_makes_no_alert(detector: SharedAccounts) -> None:
    hits = found_in(detector, by_turns(MAC, LISBON_FLAT, PC, OFFICE, range(5)))
    assert {hit.level for hit in hits} == {Level.INFORMATIONAL}


def test_a_vpn_that_flips_moves_one_sign_in(detector: SharedAccounts) -> None:
    for day in range(20):
        addresses = [HOME, LISBON_FLAT]
        events = [sign_in(PC, day, 0, HOME)]
        events += [asks(PC, day, 5 * n, addresses[n % 2], f"/{n}") for n in range(1, 40)]
        assert not found_in(detector, events)


def test_two_computers_behind_a_vpn_that_flips_share_its_ways_out(detector: SharedAccounts) -> None:
    """A VPN that is not named: both computers come out by both of its ends."""
    ends = [NEXT_DOOR, LISBON_FLAT]
    for day in range(20):
        events = [sign_in(PC, day, 0, ends[0]), sign_in(MAC, day, 1, ends[0])]
        events += [asks(PC, day, 4 * n, ends[n // 5 % 2], f"/{n}") for n in range(1, 40)]
        events += [asks(MAC, day, 4 * n + 2, ends[n // 5 % 2], f"/{n}") for n in range(1, 40)]
        assert not found_in(detector, events)


def test_an_open_tab_at_home_is_nobody(detector: SharedAccounts) -> None:
    """It asks every minute, or every half hour, while its person works elsewhere."""
    for day in range(20):
        events = [sign_in(PC, day, -60, HOME), asks(PC, day, -55, HOME, "/inbox")]
        events += [asks(PC, day, minute, HOME, "/poll") for minute in range(-50, 400)]
        events += [asks(PC, day, 30 * n, HOME, "/refresh") for n in range(-1, 14)]
        events += works(MAC, day, LISBON_FLAT, range(10, 400, 5))
        assert not found_in(detector, events)


def test_going_home_changes_once(detector: SharedAccounts) -> None:
    for day in range(20):
        events = [*works(PC, day, OFFICE, range(0, 480, 9)), *works(MAC, day, HOME, range(500, 700, 9))]
        events += works(LAPTOP, day, MOBILE, range(484, 498, 3))
        assert not found_in(detector, events)


def test_a_laptop_that_goes_to_and_fro_shares_a_network(detector: SharedAccounts) -> None:
    """A computer at home, and a laptop that was there in the morning."""
    for day in range(20):
        events = [
            *works(PC, day, HOME, range(0, 300, 7)),
            *works(LAPTOP, day, HOME, [1]),
            *(asks(LAPTOP, day, 63 + 7 * n, LISBON_FLAT, f"/{n}") for n in range(30)),
        ]
        assert not found_in(detector, events)


# What it is made of


def test_what_it_remembers_goes_on_in_another(detector: SharedAccounts, tmp_path: Path) -> None:
    assert not found_in(detector, by_turns(PC, HOME, MAC, LISBON_FLAT, days=[0]))
    other = SharedAccounts(places(tmp_path))
    other.restore(detector.snapshot())
    assert len(found_in(other, by_turns(PC, HOME, MAC, LISBON_FLAT, days=[1]))) == 2
    with pytest.raises(ValueError, match="can't be read"):
        other.restore(b"\xc1")


def test_the_same_events_twice_find_nothing_twice(detector: SharedAccounts) -> None:
    events = by_turns(PC, HOME, MAC, LISBON_FLAT)
    assert len({hit.id for hit in found_in(detector, events)}) == 3
    assert not found_in(detector, events)


def test_whoever_was_erased_is_forgotten(detector: SharedAccounts) -> None:
    found_in(detector, by_turns(PC, HOME, MAC, LISBON_FLAT, days=[0]))
    detector.limit_to({"p_bob"})
    assert b"p_eve" not in detector.snapshot()
    assert not found_in(detector, by_turns(PC, HOME, MAC, LISBON_FLAT, days=[1, 2]))


def test_memory_is_bounded(detector: SharedAccounts) -> None:
    for number in range(200):
        machine = Machine(f"m{number}")
        found_in(detector, [sign_in(machine, 0, number / 10, HOME), step_up(machine, 0, number / 10 + 2, HOME)])
    kept = detector.snapshot()
    assert kept.count(b"s_m") <= MOST_SIDES + MOST_ACTS


def test_what_is_no_address_is_passed_over(detector: SharedAccounts) -> None:
    assert not detector.feed(sign_in(PC, 0, 0, "unknown"))
