"""Connections to a real slapd: what is not verified is not spoken to, and no secret goes out before."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest
from tests.hostile_ldap import be_silent, flood, speaking, trickle
from tests.slapd import DOMAIN_ADMINS, LIMEN, SECRET, Slapd

from limen.connectors.ldap import connection
from limen.connectors.ldap.connection import LdapServer, opened
from limen.connectors.vendor_client import VendorError

pytestmark = pytest.mark.slow


async def word_of(server: LdapServer) -> str:
    with pytest.raises(VendorError) as wrong:
        async with opened(server):
            pass
    assert SECRET not in str(wrong.value)
    return wrong.value.word


async def test_both_ways_of_tls_lead_in(there: Slapd) -> None:
    for url in (there.url, f"ldap://localhost:{there.ldap}"):
        async with opened(LdapServer(url, LIMEN, SECRET, there.trust)) as asked:
            assert await asked.ask(lambda one: one.socket.version()) in {"TLSv1.2", "TLSv1.3"}


async def test_a_certificate_that_nobody_trusts_ends_it(there: Slapd) -> None:
    for url in (there.url, f"ldap://localhost:{there.ldap}"):
        assert await word_of(LdapServer(url, LIMEN, SECRET)) == "untrusted"


async def test_a_certificate_for_another_name_ends_it(there: Slapd) -> None:
    assert await word_of(LdapServer(f"ldaps://127.0.0.1:{there.ldaps}", LIMEN, SECRET, there.trust)) == "untrusted"


async def test_a_wrong_secret_and_none_at_all(there: Slapd) -> None:
    assert await word_of(LdapServer(there.url, LIMEN, "another", there.trust)) == "not-allowed"
    assert await word_of(LdapServer(there.url, f"cn=nobody,{LIMEN}", SECRET, there.trust)) == "not-allowed"


async def test_one_that_is_away_or_off_limits(there: Slapd) -> None:
    there.stop()
    assert await word_of(LdapServer(there.url, LIMEN, SECRET, there.trust)) == "unreachable"
    assert await word_of(LdapServer("ldaps://169.254.169.254", LIMEN, SECRET)) == "off-limits"


async def test_a_server_without_tls_gets_no_secret() -> None:
    """It answers StartTLS with a refusal, as a thief in between would; nothing follows."""
    had = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            one, _ = listening.accept()
            with one:
                had.extend(one.recv(4_096))
                said = bytes(had[2 : 4 + had[3]]) + bytes.fromhex("78070a013404000400")  # unavailable
                one.sendall(bytes([0x30, len(said)]) + said)
                one.settimeout(2)
                while chunk := one.recv(4_096):
                    had.extend(chunk)

        thief = threading.Thread(target=answer, daemon=True)
        thief.start()
        port = listening.getsockname()[1]
        word = await word_of(LdapServer(f"ldap://localhost:{port}", LIMEN, SECRET))
        thief.join(5)
    assert word == "untrusted"
    assert SECRET.encode() not in bytes(had)


async def test_more_than_is_read_is_read_no_further(there: Slapd) -> None:
    there.change(DOMAIN_ADMINS, "MODIFY_ADD", *(f"uid=p{number},dc=harbor" for number in range(3_000)))
    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust), most_bytes=20_000) as asked:
        with pytest.raises(VendorError) as wrong:
            await asked.ask(lambda one: one.search(DOMAIN_ADMINS, "(objectClass=*)", "BASE", attributes=["member"]))
        assert wrong.value.word == "too-much"


@pytest.mark.parametrize("error", [ValueError, IndexError, KeyError, RecursionError])
async def test_an_answer_that_breaks_its_reader_is_garbage(there: Slapd, error: type[Exception]) -> None:
    def read(_connection: object) -> None:
        raise error(SECRET)

    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust)) as asked:
        with pytest.raises(VendorError) as wrong:
            await asked.ask(read)
    assert wrong.value.word == "garbage"
    assert SECRET not in str(wrong.value)


@pytest.mark.parametrize(
    ("scheme", "say"), [("ldap", trickle), ("ldap", be_silent), ("ldaps", be_silent)], ids=["trickle", "ldap", "ldaps"]
)
async def test_whoever_lets_nobody_in_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch, scheme: str, say: Callable[[socket.socket, threading.Event], None]
) -> None:
    """Before TLS it is anybody in between who answers."""
    monkeypatch.setattr(connection, "OPEN_SECONDS", 0.3)
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 600)
    with speaking(say) as port:
        async with asyncio.timeout(60):
            assert await word_of(LdapServer(f"{scheme}://localhost:{port}", LIMEN, SECRET)) == "slow"


async def test_little_is_read_before_tls() -> None:
    with speaking(flood) as port:
        assert await word_of(LdapServer(f"ldap://localhost:{port}", LIMEN, SECRET)) == "too-much"


async def test_an_opening_that_nobody_waits_for_any_more_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def wait(one: socket.socket, ends: threading.Event) -> None:
        be_silent(one, ends)
        ended.set()

    monkeypatch.setattr(connection, "ANSWER_SECONDS", 600)
    with speaking(wait) as port:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await word_of(LdapServer(f"ldaps://localhost:{port}", LIMEN, SECRET))
        assert await asyncio.to_thread(ended.wait, 60)
