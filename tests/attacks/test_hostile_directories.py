"""Attacks by what stands in a directory, and by a directory itself: nobody gets in by a name, and nothing runs on."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from ldap3.utils.dn import escape_rdn
from tests import samba_dc
from tests.dial import size
from tests.hostile_ldap import REFERRAL, Answers, done, entry, running
from tests.identity.sources.ldap.conftest import domain, office, reading, there
from tests.samba_dc import SECRET as AT_SAMBA, SambaDc
from tests.slapd import GROUPS, PEOPLE, SECRET, Slapd

from limen.connectors.ldap import accounts, bounded_sockets
from limen.connectors.ldap.entries import dn_key
from limen.connectors.vendor_client import VendorError
from limen.identity.sources.ldap.reading import Reading
from limen.identity.sources.model import Source, SourceKind, SourcePerson

__all__ = ["reading", "there"]

ROOT = entry("", namingContexts="dc=harbor")


def person(number: int, **said: bytes | str) -> bytes:
    known = str(uuid.UUID(int=number + 1))
    usual: dict[str, Any] = {"entryUUID": known, "cn": f"Person {number}", "mail": f"p{number}@harbor.example"}
    return entry(f"uid=p{number},dc=harbor", **{**usual, **said})


async def read(folder: Path, reading: Reading, answers: Answers) -> list[SourcePerson] | str:
    """Who is read of a directory that answers so; or what went wrong."""

    def with_root(base: str, number: int) -> Iterable[bytes]:
        return [ROOT, done()] if not base else answers(base, number)

    with running(folder, with_root) as hostile:
        written = {"url": hostile.url, "bind_as": "cn=limen", "people": ["dc=harbor"], "trust": hostile.trust}
        try:
            source = Source("office", SourceKind.LDAP, "Office", settings=written)
            return list((await reading.whole(source, SECRET)).people)
        except VendorError as error:
            return error.word


# A directory that means harm


async def test_pages_without_end(tmp_path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_ACCOUNTS", 300)

    def answers(_base: str, number: int) -> Iterable[bytes]:
        return [*(person(number * 100 + one) for one in range(100)), done(cookie=b"more")]

    assert await read(tmp_path, reading, answers) == "too-much"


async def test_pages_without_anybody_in_them_and_without_end(tmp_path: Path, reading: Reading) -> None:
    assert await read(tmp_path, reading, lambda *_: [done(cookie=b"more")]) == "too-much"


async def test_the_same_person_again_and_again(tmp_path: Path, reading: Reading) -> None:
    def answers(_base: str, _number: int) -> Iterable[bytes]:
        return [*(person(0, cn=f"Name {one}") for one in range(50)), done()]

    (one,) = await read(tmp_path, reading, answers)
    assert isinstance(one, SourcePerson)
    assert one.name == "Name 49"


async def test_huge_values_are_not_kept(tmp_path: Path, reading: Reading) -> None:
    huge = person(0, displayName="a" * (5 << 20), title=b"\xff" * (1 << 20), department="b" * 300)
    (one,) = await read(tmp_path, reading, lambda *_: [huge, done()])
    assert isinstance(one, SourcePerson)
    assert (one.name, one.title, one.department) == ("Person 0", "", "")


async def test_more_bytes_than_are_read(tmp_path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.identity.sources.ldap.reading.MOST_BYTES", 1 << 20)
    flood = [person(one, displayName="a" * 100_000) for one in range(20)]
    assert await read(tmp_path, reading, lambda *_: [*flood, done()]) == "too-much"


async def test_an_answer_a_byte_at_a_time(tmp_path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_sockets, "MOST_SECONDS", 0.3)

    def answers(_base: str, _number: int) -> Iterable[bytes]:
        for one in range(1_000):
            time.sleep(0.01)
            yield person(one)

    began = time.monotonic()
    assert await read(tmp_path, reading, answers) == "slow"
    assert time.monotonic() - began < 8


async def test_a_referral_is_not_followed(tmp_path: Path, reading: Reading) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.3)
        url = f"ldap://127.0.0.1:{elsewhere.getsockname()[1]}/dc=harbor"
        assert await read(tmp_path, reading, lambda *_: [done(REFERRAL, referral=url)]) == "no-base"
        with pytest.raises(TimeoutError):
            elsewhere.accept()


@pytest.mark.parametrize(
    "broken",
    [
        b"\x64\x80",
        b"\x64\x84\xff\xff\xff\xff",
        entry("uid=x", entryUUID=b"\xff" * 16),
        b"\x30" * 5_000,
        entry("x" * 5_000, entryUUID=str(uuid.UUID(int=1))),
    ],
)
async def test_what_can_not_be_read(tmp_path: Path, reading: Reading, broken: bytes) -> None:
    found = await read(tmp_path, reading, lambda *_: [broken, done()])
    assert found in {"garbage", "nobody", "unreachable", "too-much", "slow", "refused"}


@pytest.mark.parametrize("code", [3, 4, 11, 51, 52, 80])
async def test_who_was_read_before_the_end_is_nobody(tmp_path: Path, reading: Reading, code: int) -> None:
    """Limits of time, size and administrators, busy, unavailable, other."""
    found = await read(tmp_path, reading, lambda *_: [person(0), person(1), done(code)])
    assert isinstance(found, str)


# What stands in a directory

VALUE = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12)


@given(VALUE, VALUE)
@settings(max_examples=size(500))
def test_no_name_is_taken_for_another(one: str, other: str) -> None:
    first, second = (f"cn={escape_rdn(value.strip() or 'x')},dc=harbor" for value in (one, other))
    if dn_key(first) == dn_key(second):
        assert (one.strip() or "x").casefold() == (other.strip() or "x").casefold()


def test_one_part_is_not_two() -> None:
    assert dn_key("cn=vera+ou=people,dc=harbor") != dn_key("cn=vera,ou=people,dc=harbor")
    assert dn_key("cn=vera\\,ou=people,dc=harbor") != dn_key("cn=vera,ou=people,dc=harbor")
    assert dn_key("cn=vera\\2cou=people,dc=harbor") == dn_key("CN=Vera\\,ou=people, DC=harbor")


@pytest.mark.slow
async def test_the_name_of_a_group_is_never_read_as_a_question(controller: SambaDc, reading: Reading) -> None:
    mallory = controller.add_person("at-mallory", "Mallory Attack", "at-mallory@harbor.example")
    controller.add_person("at-vera", "Vera Attack", "at-vera@harbor.example")
    name = "x)(|(objectClass=user)"
    dn = f"CN={escape_rdn(name)},{samba_dc.GROUPS}"
    controller.add(dn, ["group"], {"sAMAccountName": "at-group", "member": mallory})
    people = (await reading.whole(domain(controller, "at-", dn), AT_SAMBA)).people
    assert {one.name for one in people if one.groups} == {"Mallory Attack"}


@pytest.mark.slow
async def test_circles_of_groups_end_and_let_nobody_in(there: Slapd, reading: Reading) -> None:
    vera = there.add_person("vera", "Vera Holm", "vera@harbor.example")
    there.add_person("mallory", "Mallory", "mallory@harbor.example")
    names = [f"cn=circle-{number},{GROUPS}" for number in range(30)]
    for number in range(30):
        there.add_group(f"circle-{number}", names[(number + 1) % 30], names[(number * 7) % 30])
    with there.as_root() as root:
        assert root.modify(names[17], {"member": [("MODIFY_ADD", [vera])]}), root.result
    people = (await reading.whole(office(there, names[0]), SECRET)).people
    assert {one.name for one in people if one.groups} == {"Vera Holm"}


@pytest.mark.slow
async def test_an_address_that_somebody_took_is_nobodys(there: Slapd, reading: Reading) -> None:
    there.add_person("ida", "Ida Berg", "ida@harbor.example")
    mallory = there.add_person("mallory", "Mallory", "mallory@harbor.example")
    there.set(mallory, mail="IDA@harbor.example")
    people = (await reading.whole(office(there), SECRET)).people
    assert {one.name: one.email for one in people} == {"Ida Berg": "", "Mallory": ""}


@pytest.mark.slow
async def test_a_person_with_a_name_of_parts(there: Slapd, reading: Reading) -> None:
    """A name that holds separators is in no group that another name, which reads alike, is in."""
    with there.as_root() as root:
        said = {"cn": "Vera", "sn": "Vera", "mail": "other@harbor.example"}
        assert root.add(f"uid=vera\\,ou\\3Dpeople,{PEOPLE}", ["inetOrgPerson"], said), root.result
    vera = there.add_person("vera", "Vera Holm", "vera@harbor.example")
    staff = there.add_group("staff", vera)
    people = (await reading.whole(office(there, staff), SECRET)).people
    assert {one.name for one in people if one.groups} == {"Vera Holm"}
