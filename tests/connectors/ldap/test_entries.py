"""Entries as they were answered, also by a directory that means harm."""

from __future__ import annotations

import uuid

import pytest

from limen.connectors.ldap.entries import (
    LONGEST_DN,
    LONGEST_TEXT,
    Entry,
    dn_key,
    entry_of,
    is_disabled,
    lasting_id,
    parent_of,
)
from limen.connectors.vendor_client import VendorError

ID = uuid.UUID("0f0e0d0c-0b0a-0908-0706-050403020100")


def entry(**values: bytes) -> Entry:
    return entry_of({"dn": "cn=x", "raw_attributes": {name: [value] for name, value in values.items()}})


def test_names_of_attributes_are_one_in_any_letters() -> None:
    one = entry(displayName=b"Vera Holm", CN=b"vera")
    assert one.text("DISPLAYNAME") == "Vera Holm"
    assert one.text("title", "cn") == "vera"
    assert one.all("nothing") == ()


def test_what_is_broken_or_too_long_counts_as_none() -> None:
    assert entry(cn=b"\xff\xfe").text("cn") == ""
    assert entry(cn=b"a" * LONGEST_TEXT).text("cn") == "a" * LONGEST_TEXT
    assert entry(cn=b"a" * (LONGEST_TEXT + 1)).text("cn") == ""
    assert entry(displayName=b"\xff", cn=b"vera").text("displayName", "cn") == "vera"


@pytest.mark.parametrize(
    ("value", "number"),
    [(b"512", 512), (b"-1", -1), (b"", None), (b"0x2", None), ("٢".encode(), None), (b"9" * 21, None), (b"--1", None)],
)
def test_numbers(value: bytes, number: int | None) -> None:
    assert entry(userAccountControl=value).number("userAccountControl") == number


def test_what_lasts_of_an_account() -> None:
    assert lasting_id(entry(entryUUID=str(ID).upper().encode())) == f"entryUUID:{ID}"
    assert lasting_id(entry(objectGUID=ID.bytes_le, entryUUID=b"x")) == f"objectGUID:{ID}"
    assert lasting_id(entry(objectGUID=b"short")) == ""
    assert lasting_id(entry(entryUUID=b"urn:not")) == ""
    assert lasting_id(entry(cn=b"vera")) == ""


def test_disabled_is_one_bit() -> None:
    assert is_disabled(entry(userAccountControl=b"514"))
    assert not is_disabled(entry(userAccountControl=b"512"))
    assert not is_disabled(entry(userAccountControl=b"what"))


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(VendorError):
        entry_of({"dn": "c" * (LONGEST_DN + 1), "raw_attributes": {}})


@pytest.mark.parametrize("same", ["uid=Vera, ou=People,dc=harbor", "UID=vera,OU=people,DC=Harbor"])
def test_one_name_in_two_ways_of_writing(same: str) -> None:
    assert dn_key(same) == dn_key("uid=vera,ou=people,dc=harbor")


def test_a_broken_name_is_itself_alone() -> None:
    assert dn_key("Not a name") == "not a name"
    assert dn_key("uid=vera\\,ou=people,dc=harbor") != dn_key("uid=vera,ou=people,dc=harbor")


@pytest.mark.parametrize(
    ("dn", "above"),
    [
        ("uid=vera,ou=people,dc=harbor", "ou=people,dc=harbor"),
        ("CN=Lind\\, Ada,OU=People", "OU=People"),
        ("cn=a+ou=b, dc=harbor", "dc=harbor"),
        ("dc=harbor", ""),
        ("not a name", ""),
    ],
)
def test_what_is_above(dn: str, above: str) -> None:
    assert parent_of(dn) == above
