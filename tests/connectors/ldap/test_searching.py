"""Whole answers of a real slapd, page by page; and of a directory that never ends, made up here."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.slapd import BASE, LIMEN, PEOPLE, SECRET, Slapd

from limen.connectors.ldap import searching
from limen.connectors.ldap.connection import Asked, LdapServer, opened
from limen.connectors.ldap.searching import everything, one_entry, pages
from limen.connectors.vendor_client import VendorError

EVERYBODY = "(objectClass=inetOrgPerson)"


async def word_of(asked: Asked, base: str = PEOPLE, **limits: int) -> str:
    with pytest.raises(VendorError) as wrong:
        async for _ in pages(asked, base, EVERYBODY, ["uid"], **limits):
            pass
    return wrong.value.word


@pytest.mark.slow
async def test_every_page_is_read_and_each_entry_once(there: Slapd) -> None:
    for number in range(7):
        there.add_person(f"p{number}", f"Person {number}", f"p{number}@harbor.example")
    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust)) as asked:
        read = [page async for page in pages(asked, PEOPLE, EVERYBODY, ["uid"], page=3)]
        assert [len(page.entries) for page in read] == [3, 3, 1]
        assert {entry.text("uid") for page in read for entry in page.entries} == {f"p{number}" for number in range(7)}
        assert len(await everything(asked, PEOPLE, EVERYBODY, ["uid"], 7)) == 7
        assert await word_of(asked, page=3, most=6) == "too-much"


@pytest.mark.slow
async def test_what_the_directory_cuts_short_is_no_answer(there: Slapd) -> None:
    there.add_people(501)
    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust)) as asked:
        assert await word_of(asked, page=100) == "cut-short"
        assert await word_of(asked, page=1_000) == "cut-short"


@pytest.mark.slow
async def test_a_base_that_is_gone_is_no_empty_answer(there: Slapd) -> None:
    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust)) as asked:
        assert await word_of(asked, f"ou=gone,{BASE}") == "no-base"
        assert await word_of(asked, "not a name") == "no-base"
        assert await word_of(asked, "dc=elsewhere,dc=example") == "no-base"
        assert await one_entry(asked, f"ou=gone,{BASE}", ["ou"]) is None
        found = await one_entry(asked, PEOPLE, ["ou"])
        assert found is not None
        assert found.text("ou") == "people"
        assert await one_entry(asked, PEOPLE, ["ou"], EVERYBODY) is None


@pytest.mark.slow
async def test_referrals_are_counted_and_not_followed(there: Slapd) -> None:
    with there.as_root() as root:
        elsewhere = {"ou": "elsewhere", "ref": "ldap://169.254.169.254/dc=x"}
        assert root.add(f"ou=elsewhere,{PEOPLE}", ["referral", "extensibleObject"], elsewhere), root.result
    there.add_person("vera", "Vera Holm", "vera@harbor.example")
    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust)) as asked:
        (page,) = [page async for page in pages(asked, PEOPLE, EVERYBODY, ["uid"])]
        assert (len(page.entries), page.referrals) == (1, 1)
        assert await one_entry(asked, f"ou=elsewhere,{PEOPLE}", ["ou"]) is None
        assert await word_of(asked, f"ou=elsewhere,{PEOPLE}") == "no-base"


def answering(entries: int, cookie: object) -> Asked:
    """A directory that gives the same page for ever."""

    control = {"1.2.840.113556.1.4.319": {"value": {"cookie": cookie}}}
    connection = SimpleNamespace(
        result={"description": "success", "controls": control},
        response=[{"type": "searchResEntry", "dn": f"cn={one}", "raw_attributes": {}} for one in range(entries)],
        search=lambda *_args, **_named: None,
    )
    return Asked(connection)  # type: ignore[arg-type]


async def test_pages_without_end_end() -> None:
    assert await word_of(answering(10, b"again"), most=1_000) == "too-much"
    assert await word_of(answering(0, b"again")) == "too-much"


async def test_a_cookie_that_is_none_is_garbage() -> None:
    assert await word_of(answering(1, b"x" * (1 << 20))) == "garbage"
    assert await word_of(answering(1, "text")) == "garbage"


@pytest.mark.parametrize(
    ("result", "word"),
    [
        ("adminLimitExceeded", "cut-short"),
        ("timeLimitExceeded", "cut-short"),
        ("operationsError", "not-allowed"),
        ("busy", "unreachable"),
        ("unavailableCriticalExtension", "refused"),
        ("", "refused"),
    ],
)
def test_each_end_but_success_is_an_error(result: str, word: str) -> None:
    with pytest.raises(VendorError) as wrong:
        searching._refuse_unless_whole(SimpleNamespace(result={"description": result}))  # type: ignore[arg-type]
    assert wrong.value.word == word
