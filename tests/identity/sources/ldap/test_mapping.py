"""From entries to people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from limen.connectors.ldap.accounts import Accounts
from limen.connectors.ldap.changes import Position
from limen.connectors.ldap.entries import Entry, dn_key
from limen.connectors.vendor_client import VendorError
from limen.identity.sources.ldap.ldap_settings import settings_of
from limen.identity.sources.ldap.mapping import ends_at, people_of, starts_on, without_shared_addresses
from limen.identity.sources.model import LONGEST, Source, SourceKind, SourcePerson

BERLIN = ZoneInfo("Europe/Berlin")
NOW = int(datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp()) * 1_000
SETTINGS = settings_of(
    Source(
        "office",
        SourceKind.LDAP,
        "Office",
        settings={"url": "ldaps://dc1.harbor.example", "bind_as": "cn=limen", "people": ["dc=harbor"]},
    )
)


def entry(dn: str = "cn=vera", **said: bytes | str) -> Entry:
    values = {name.lower(): (text if isinstance(text, bytes) else text.encode(),) for name, text in said.items()}
    return Entry(dn, values)


def read(*entries: Entry, is_active_directory: bool = False) -> dict[str, SourcePerson]:
    named = {f"id-{one.dn}": one for one in entries}
    accounts = Accounts(
        entries=named,
        groups={"id-cn=vera": frozenset({"cn=staff"})},
        names={dn_key(one.dn): known for known, one in named.items()},
        position=Position(),
        is_active_directory=is_active_directory,
    )
    return people_of(accounts, SETTINGS, NOW, BERLIN)


def person(is_active_directory: bool = False, **said: bytes | str) -> SourcePerson:
    return read(entry(**said), is_active_directory=is_active_directory)["id-cn=vera"]


def test_everything_that_is_said() -> None:
    vera = entry(
        mail="vera@harbor.example",
        displayName="Vera Holm",
        cn="vholm",
        preferredLanguage="de-AT",
        department="Sales",
        title="Lead",
        employeeNumber="17",
        manager="CN=Ida, DC=harbor",
        shadowExpire="20820",
    )
    assert read(vera, entry("cn=ida,dc=harbor"))["id-cn=vera"] == SourcePerson(
        external_id="id-cn=vera",
        email="vera@harbor.example",
        name="Vera Holm",
        groups=frozenset({"cn=staff"}),
        language="de",
        department="Sales",
        title="Lead",
        employee_number="17",
        manager="id-cn=ida,dc=harbor",
        last_day=date(2027, 1, 1),
    )


def test_what_is_too_long_or_broken_is_not_said() -> None:
    one = person(mail=b"\xff", displayName="a" * (LONGEST + 1), title="b" * 10_000, manager="not a name")
    assert (one.email, one.name, one.title, one.manager) == ("", "", "", "")


@pytest.mark.parametrize(
    ("said", "is_active"),
    [
        ({}, True),
        ({"pwdAccountLockedTime": "000001010000Z"}, False),
        ({"pwdAccountLockedTime": "20261201100000Z"}, True),
        ({"nsAccountLock": "TRUE"}, False),
        ({"userAccountControl": "514"}, False),
        ({"userAccountControl": "512", "lockoutTime": "134252574000000000"}, True),
        ({"shadowExpire": "20789"}, True),
        ({"shadowExpire": "20788"}, False),
        ({"shadowExpire": "0"}, True),
        ({"shadowExpire": "-1"}, True),
        ({"accountExpires": "9223372036854775807"}, True),
        ({"accountExpires": "0"}, True),
        ({"accountExpires": "134090000000000000"}, False),
    ],
)
def test_who_is_active(said: dict[str, str], is_active: bool) -> None:
    assert person(**said).is_active is is_active


def test_active_directory_has_to_show_whether_they_are() -> None:
    assert person(is_active_directory=True, userAccountControl="512").is_active
    with pytest.raises(VendorError) as wrong:
        person(is_active_directory=True)
    assert wrong.value.word == "hidden-accounts"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("134432316000000000", date(2026, 12, 31)),  # midnight in Berlin
        ("134432352000000000", date(2027, 1, 1)),  # midnight in London
        ("20819", date(2026, 12, 31)),
        ("2026-12-31", date(2026, 12, 31)),
        ("20261231120000Z", date(2026, 12, 31)),
        ("2932896", date(9999, 12, 30)),
        ("-1", None),
        ("0", None),
        ("9223372036854775807", None),
    ],
)
def test_last_days(text: str, day: date | None) -> None:
    who = person(shadowExpire=text)
    assert (who.last_day, who.is_last_day_unread) == (day, False)


@pytest.mark.parametrize("text", ["04.12.2026", "2026-12-4", "2026-11-31", "20261204", "9999-12-31", "soon"])
def test_a_last_day_that_is_none_is_unread(text: str) -> None:
    who = person(shadowExpire=text)
    assert (who.last_day, who.is_last_day_unread) == (None, True)


def test_the_first_attribute_that_holds_something_counts() -> None:
    assert ends_at(entry(a="0", b="20819"), ("a", "b"), UTC) == ends_at(entry(b="20819"), ("b",), UTC) > 0


def test_an_address_of_two_is_nobodys_unless_one_left() -> None:
    one, two = entry("cn=a", mail="Vera@harbor.example"), entry("cn=b", mail="vera@harbor.example")
    shared = without_shared_addresses(read(one, two))
    assert [person.email for person in shared.values()] == ["", ""]
    gone = entry("cn=b", mail="vera@harbor.example", nsAccountLock="true")
    assert [person.email for person in without_shared_addresses(read(one, gone)).values()] == [
        "Vera@harbor.example",
        "vera@harbor.example",
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("20261201000000Z", date(2026, 12, 1)),
        ("20261130233000Z", date(2026, 12, 1)),  # in Berlin it is the next day
        ("20788", date(2026, 12, 1)),
        ("", None),
    ],
)
def test_first_days(text: str, day: date | None) -> None:
    assert starts_on(entry(hired=text), ("hired",), BERLIN) == day
    assert starts_on(entry(hired=text), (), BERLIN) is None


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "20261332000000Z", "-1", "9223372036854775807"])
def test_a_first_day_that_is_none_is_unread_and_never_a_day(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        starts_on(entry(hired=text), ("hired",), BERLIN)


def test_midnight_in_utc_is_no_day_earlier_where_the_clock_is_behind() -> None:
    assert starts_on(entry(hired="20261201000000Z"), ("hired",), ZoneInfo("America/New_York")) == date(2026, 12, 1)
