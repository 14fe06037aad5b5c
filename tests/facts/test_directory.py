from __future__ import annotations

from dataclasses import replace

from limen.facts.directory import Directory, DirectoryKind


def test_a_secret_is_for_one_place_and_one_account_there() -> None:
    office = Directory(DirectoryKind.LDAP, "ldaps://a.harbor.example", client="cn=limen")
    others = [replace(office, url="ldaps://b.harbor.example"), replace(office, client="cn=other")]
    assert len({office.place, *(one.place for one in others)}) == 3
    assert replace(office, base="dc=harbor").place == office.place
