from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from tests.company.small_folder import small_folder
from tests.dial import size

from limen.company.company import Company
from limen.company.load import load_company
from limen.company.network_changes import Moved, Named, addresses_said, at_network, moved, reads_networks
from limen.company.states import in_state
from limen.facts import Auth, Factor, Facts, Person, Place
from limen.policy import Effect, Request, State


def named(**networks: str) -> Named:
    some = [(name, ip_network(one)) for name, text in networks.items() for one in text.split()]
    return tuple(sorted(some, key=lambda one: (-one[1].prefixlen, one[0])))


def test_what_is_added_taken_away_and_renamed_is_told_with_its_addresses() -> None:
    assert moved(named(office="192.0.2.0/24"), named(office="192.0.2.0/24")) == ()
    (only,) = moved((), named(office="0.0.0.0/0"))
    assert only == Moved("", "office", (ip_network("0.0.0.0/0"),))
    assert moved(named(old="2001:db8::/32"), named(new="2001:db8::/32")) == (
        Moved("old", "new", (ip_network("2001:db8::/32"),)),
    )


def test_the_narrower_network_keeps_its_addresses() -> None:
    before = named(lab="192.0.2.0/25")
    found = moved(before, named(lab="192.0.2.0/25", office="192.0.2.0/24"))
    assert found == (Moved("", "office", (ip_network("192.0.2.128/25"),)),)


def test_many_ranges_are_told_by_the_widest() -> None:
    (found,) = moved(named(office="192.0.2.0/24"), named(office="192.0.2.0/24 0.0.0.0/0"))
    assert addresses_said(found.addresses) == "0.0.0.0/1, 128.0.0.0/2, 224.0.0.0/3, 208.0.0.0/4 and 20 more ranges"


NETWORKS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.builds(
            lambda bits, length: str(ip_network((bits, length), strict=False)),
            st.sampled_from([0xC0000200, 0xC0000280, 0xC00002FF, 0x0A000000, 0]),
            st.sampled_from([0, 1, 8, 24, 25, 32]),
        ),
    ),
    max_size=4,
)


@settings(max_examples=size(100, least=20))
@given(old=NETWORKS, new=NETWORKS, address=st.integers(0, (1 << 32) - 1) | st.sampled_from([0xC0000200, 0xC0000280, 0]))
def test_an_address_is_told_exactly_where_its_network_is_another(
    old: list[tuple[str, str]], new: list[tuple[str, str]], address: int
) -> None:
    sides = [
        tuple(sorted(((n, ip_network(one)) for n, one in some), key=lambda one: (-one[1].prefixlen, one[0])))
        for some in (old, new)
    ]
    at = ip_address(address)
    was, now = (next((name for name, one in some if at in one), "") for some in sides)
    told = [(one.was, one.now) for one in moved(*sides) if any(at in some for some in one.addresses)]
    assert told == ([(was, now)] if was != now else [])


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return in_state(load_company(small_folder(tmp_path)), "payroll-from-the-office", State.ENFORCE)


@pytest.mark.parametrize(("network", "effect"), [("office", Effect.PERMIT), ("", Effect.DENY)])
def test_policies_at_a_network_answer_as_for_whoever_is_there(company: Company, network: str, effect: Effect) -> None:
    assert reads_networks(company)
    person = Person("p1", groups=frozenset({"staff", "finance"}), active=True)
    payroll, now = company.all_apps["payroll"], 1_795_510_800_000
    auth = Auth(3, frozenset({Factor.PASSKEY}), now - 1)
    for place in (Place("192.0.2.1", known=True, network=network), Place("192.0.2.1", known=True, network="elsewhere")):
        facts = Facts(payroll, person, auth, place=place)
        decided = at_network(company, network).decide(Request("view"), facts, now)
        assert decided.effect is effect
