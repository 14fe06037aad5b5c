"""The host that asks for certificates sends browsers back with a code, or without one."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest

from limen.browser_state import BrowserStates
from limen.clock import SystemClock
from limen.enforcement.certified_browsers import CertifiedBrowsers
from limen.storage.kept_briefly import KeptBriefly
from limen.ties import CERTIFIED, Certified, Ties

DER = b"a certificate"
SENT = b":" + b64encode(DER) + b":"
SESSION = "0a" * 32


@pytest.fixture
def states() -> BrowserStates:
    return BrowserStates(KeptBriefly.in_memory(SystemClock()))


@pytest.fixture
def host(states: BrowserStates) -> CertifiedBrowsers:
    ties = Ties(b"k" * 32)
    ties.set_all({sha256(DER).digest(): Certified("d_1", "p_1", 1 << 60)})
    return CertifiedBrowsers(states, ties, SystemClock(), "https://login.harbor.example")


async def location(host: CertifiedBrowsers, query: str, sent: bytes = SENT) -> str:
    reply = await host.answer(query.encode(), sent)
    assert reply.status == 303
    return dict(reply.fields)[b"location"].decode()


async def test_a_certificate_is_a_code_for_the_session_that_was_named(
    host: CertifiedBrowsers, states: BrowserStates
) -> None:
    there, _, code = (await location(host, f"session={SESSION}&app=wiki&to=/page")).partition("?code=")
    assert there == "https://login.harbor.example/devices/prove/certificate"
    assert await states.take(CERTIFIED, SESSION.encode(), code.encode()) == {
        "device": "d_1",
        "app": "wiki",
        "to": "/page",
    }


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        (f"session={SESSION}", b""),
        (f"session={SESSION}", b":AAAA:"),
        ("session=", SENT),
        ("session=../..", SENT),
        (f"session={SESSION}&" + "a=b&" * 2_000, SENT),
        ("", SENT),
    ],
)
async def test_without_one_or_for_no_session_there_is_no_code(host: CertifiedBrowsers, query: str, sent: bytes) -> None:
    assert (await location(host, query, sent)).endswith("?code=")


async def test_it_leads_nowhere_else(host: CertifiedBrowsers) -> None:
    assert (await location(host, f"session={SESSION}&to=//evil.example")).startswith(
        "https://login.harbor.example/devices/"
    )
