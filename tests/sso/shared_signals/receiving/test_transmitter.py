"""What a transmitter is believed, and of whom."""

from __future__ import annotations

import pytest

from limen.sso.shared_signals.event_types import AccountDisabled, RiskLevelChange, SessionRevoked, Verification
from limen.sso.shared_signals.receiving.transmitter import (
    BY_NAME,
    MEANINGS,
    May,
    SignalTransmitter,
    Transmitters,
    standard_events,
)

OKTA = SignalTransmitter(
    "okta", "https://okta.example", domains=("harbor.example",), events=frozenset({SessionRevoked.uri})
)


def test_it_is_believed_what_is_named_and_what_is_said_of_the_stream() -> None:
    believed = [OKTA.believes(one) for one in (SessionRevoked(), AccountDisabled(), Verification())]
    assert believed == [True, False, True]


def test_without_more_it_may_end_sign_ins_and_nothing_else() -> None:
    assert [OKTA.may_do(one) for one in May] == [True, False, False, False]


@pytest.mark.parametrize(
    ("address", "is_its_own"),
    [
        ("mia@harbor.example", True),
        ("mia@HARBOR.example", True),
        ("mia@evil.harbor.example", False),
        ("mia@harbor.example.evil.example", False),
        ("", False),
    ],
)
def test_it_speaks_for_addresses_of_its_domains(address: str, is_its_own: bool) -> None:
    assert OKTA.speaks_for_address(address) is is_its_own


def test_where_no_events_are_named_it_is_believed_all_that_could_do_something() -> None:
    assert standard_events([]) == frozenset()
    assert standard_events(May) == frozenset(one.uri for one in MEANINGS) == frozenset(BY_NAME.values())
    assert RiskLevelChange.uri in standard_events([May.RAISE_RISK])
    assert SessionRevoked.uri not in standard_events([May.MARK_DEVICES])


def test_how_many_accounts_it_may_take_grows_with_the_company() -> None:
    assert (OKTA.most_disabled(10), OKTA.most_disabled(400)) == (5, 40)


def test_what_it_is_called() -> None:
    assert SignalTransmitter("x" * 24, "").as_source == "shared signals " + "x" * 24
    assert (OKTA.makes_stream, SignalTransmitter("a", "", audience="b").makes_stream) == (True, False)


def test_they_are_found_by_their_names() -> None:
    declared = Transmitters((OKTA,))
    assert (declared.find("okta"), declared.find("x")) == (OKTA, None)
