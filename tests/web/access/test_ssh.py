"""The page that `limen ssh` opens: it shows what is asked for, and hands the certificate to this computer alone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.enforcement.ssh.hosts import HOST, Somebody, door_of, handed_over
from tests.web.conftest import House

from limen.following.wire import fingerprint, line_of
from limen.web.access.ssh import read

GOOD = {
    "host": HOST,
    "account": "",
    "sudo": "",
    "key": line_of(Ed25519PrivateKey.generate().public_key()).split()[1],
    "port": "40000",
    "state": "s" * 32,
}


async def test_the_page_shows_the_host_and_the_code_that_the_terminal_shows(harbor: House, ida: Somebody) -> None:
    page = await ida.browser.get(f"/ssh/ask?{urlencode(ida.fields(sudo='1', account='ida'))}")
    assert page.status_code == 200
    assert HOST in page.text
    assert fingerprint(ida.key.public_key())[7:15] in page.text.replace("&#43;", "+")
    assert door_of(harbor).live() == []  # looking issues nothing


async def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(harbor: House, ida: Somebody) -> None:
    fields = ida.fields()
    sent_on = await harbor.browser().get(f"/ssh/ask?{urlencode(fields)}")
    assert sent_on.status_code == 303
    assert sent_on.headers["location"].startswith("/sign-in?")
    assert "%2Fssh%2Fask%3F" in sent_on.headers["location"]


async def test_the_answer_goes_to_loopback_and_says_nothing_else(harbor: House, ida: Somebody) -> None:
    told = handed_over(await ida.ask())
    assert set(told) == {"state", "account", "certificate", "host"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": "80"},
        {"port": "1e4"},
        {"port": "70000"},
        {"port": "40000@evil.example"},
        {"state": "short"},
        {"state": "s" * 30 + "&x=1"},
        {"host": "-oProxyCommand=x"},
        {"host": "a b"},
        {"account": "root;id"},
        {"sudo": "2"},
        {"key": "AAAA"},
        {"key": ""},
    ],
)
def test_what_limen_ssh_never_writes_is_refused(wrong: dict[str, str]) -> None:
    assert read(GOOD) is not None
    assert read({**GOOD, **wrong}) is None


async def test_the_way_back_from_a_fresh_proof_is_this_page_again(harbor: House, ida: Somebody) -> None:
    wanted = read(ida.fields())
    assert wanted is not None
    assert wanted.way_back.startswith("/ssh/ask?")
    assert (await ida.browser.get(wanted.way_back)).status_code == 200
