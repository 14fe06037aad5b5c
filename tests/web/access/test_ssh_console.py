"""The console's page of hosts: what is set up, what follows, and a token that is shown once."""

from __future__ import annotations

import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.enforcement.ssh.hosts import HOST, OTHER, Somebody, hosts_of
from tests.web.conftest import Browser, House

from limen.enforcement.ssh.hosts import Asks
from limen.following.keys import AHEAD
from limen.following.wire import line_of

AT = "/console/ssh"
KEY = line_of(Ed25519PrivateKey.generate().public_key())


async def test_a_host_is_set_up_with_a_token_and_listed(harbor: House, ada: Browser) -> None:
    page = await ada.get(AT)
    assert page.status_code == 200
    assert {HOST, OTHER, "build.harbor.example"} <= set(re.findall(r"<strong>([a-z0-9.]+)</strong>", page.text))
    made = await ada.post(f"{AT}/token", host=HOST)
    (token,) = set(re.findall(r"(?<![\w-])[\w-]{43}(?![\w-])", made.text)) - {ada.csrf}
    done = await hosts_of(harbor).enrol(token, KEY, "203.0.113.50")
    await hosts_of(harbor).ask(done.secret, Asks(0, frozenset(), frozenset()), "203.0.113.50")
    page = await ada.get(AT)
    assert page.text.count("follows Limen<") + page.text.count("follows Limen ·") == 1
    assert token not in page.text


async def test_a_host_that_no_app_names_gets_no_token(harbor: House, ada: Browser) -> None:
    await ada.get(AT)
    assert (await ada.post(f"{AT}/token", host="elsewhere.example")).status_code == 400


async def test_a_host_is_removed(harbor: House, ada: Browser) -> None:
    token = await hosts_of(harbor).token(HOST, by="")
    host = (await hosts_of(harbor).enrol(token, KEY, "203.0.113.50")).host
    await ada.get(AT)
    assert (await ada.post(f"{AT}/hosts/{host.id}/remove")).status_code == 303
    assert hosts_of(harbor).followers.hosts == {}
    assert (await ada.post(f"{AT}/hosts/{host.id}/remove")).status_code == 400


async def test_the_next_keys_are_created_once(harbor: House, ada: Browser) -> None:
    await ada.get(AT)
    assert (await ada.post(f"{AT}/keys")).headers["location"].endswith("done=waits")
    harbor.clock.forward(AHEAD)
    await ada.sign_in()
    await ada.get(AT)
    assert (await ada.post(f"{AT}/keys")).headers["location"].endswith("done=made")
    assert (await ada.get(AT)).text.count("signs next") == 2


async def test_it_is_no_page_for_employees(harbor: House, ida: Somebody) -> None:
    assert (await ida.browser.get(AT)).status_code != 200
    assert (await ida.browser.post(f"{AT}/token", host=HOST)).status_code != 200
