"""Every cookie of a browser, copied into another one: what that is worth at each level of binding, and who is told.

The real browsers that this happens to are in `tests/interop/test_browser_keys.py` and `test_client_certificates.py`.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey
from tests.attacks.test_devices import prove
from tests.devices.certificates.test_issuing import ask, certificate_of, issuing, sent
from tests.devices.laptops import Ida, agent, devices_of, harbor, ida, laptop
from tests.devices.software_agent import ORIGIN, SoftwareAgent
from tests.devices.software_browser_key import BrowserKey
from tests.web.conftest import Browser, House

from limen.clock import HOUR, MINUTE, SECOND
from limen.devices.model import State
from limen.enforcement.decision_point import Answer
from limen.facts import Session
from limen.facts.assembling import OVER
from limen.ties import AT_THE_CHANGE, BY_AGENT, BY_BROWSER_KEY, BY_CERTIFICATE, COOKIE

__all__ = ["agent", "harbor", "ida", "issuing", "laptop"]

TIE = COOKIE.decode()
WIKI = b"wiki.harbor.localhost"
THIEF = "198.51.100.9"


def copied(house: House, browser: Browser, *names: str) -> Browser:
    """A thief's browser with these cookies of another one, or with all."""
    base = str(browser.client.base_url)
    thief = house.browser(base, THIEF)
    for cookie in browser.client.cookies.jar:
        if not names or cookie.name in names:
            thief.client.cookies.set(cookie.name, cookie.value or "", domain=cookie.domain, path="/")
    return thief


def at_the_wiki(house: House, browser: Browser, certificate: bytes = b"", address: str = THIEF) -> Answer:
    """What is decided on a look at the wiki with the cookies of this browser."""
    header = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.client.cookies.jar).encode()
    return house.limen.doors.decide_request("gateway", b"GET", WIKI, b"/", header, address, certificate=certificate)


def on(answer: Answer) -> tuple[str, int]:
    """The device of a request as policies see it, and how firmly it is bound."""
    assert answer.facts is not None
    device = answer.facts.device
    return (device.id, device.binding) if not device.bound_until or device.bound_until > OVER else ("", 0)


def alerts(house: House) -> list[tuple[str, str, bool]]:
    found = house.events("device.cookie_copied")
    return [(one.subject, str(one.details["app"]), bool(one.details["elsewhere"])) for one in reversed(found)]


async def is_on_the_laptop(browser: Browser) -> bool:
    return "label this" in (await browser.get("/devices")).text


def sign_in_of(house: House, ida: Ida) -> Session:
    known = house.limen.known.sessions.values()
    return next(one for one in known if one.person_id == ida.id and not one.parent)


# Not bound: a session of whoever has no agent


async def test_unbound_a_copy_is_a_whole_copy_and_no_device(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    """What is not bound is worth what its strength is worth, and policies see that: no device, and a binding of 0."""
    there = await harbor.into(ida.browser, "wiki")
    thief = at_the_wiki(harbor, copied(harbor, there))
    assert (thief.session is not None, on(thief)) == (True, ("", 0))
    assert alerts(harbor) == []


async def test_another_browser_on_the_same_healthy_laptop_is_on_no_device(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    assert (await prove(ida.browser, laptop))["device"] == "wren"
    other = harbor.browser()
    other.passkey = ida.browser.passkey
    await other.sign_in()
    assert await is_on_the_laptop(ida.browser)
    assert not await is_on_the_laptop(other)
    assert on(at_the_wiki(harbor, await harbor.into(other, "wiki"), address="203.0.113.7")) == ("", 0)


# Bound by the proof of the agent on the machine


async def test_a_copy_is_on_no_device_after_its_tie_though_its_owner_goes_on_proving(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await prove(ida.browser, laptop)
    thief = copied(harbor, ida.browser)
    assert await is_on_the_laptop(thief)
    for _ in range(2):
        harbor.clock.forward(BY_AGENT // 2 + SECOND)
        await laptop.report()
        await prove(ida.browser, laptop)
    assert not await is_on_the_laptop(thief)
    assert await is_on_the_laptop(ida.browser)
    harbor.clock.forward(AT_THE_CHANGE)
    assert not await is_on_the_laptop(thief)
    assert alerts(harbor) == [(ida.id, "limen", True)]


async def test_the_sessions_cookie_alone_is_on_no_device_at_all(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    await prove(ida.browser, laptop)
    harbor.clock.forward(AT_THE_CHANGE)
    thief = copied(harbor, ida.browser, "__Host-limen")
    assert not await is_on_the_laptop(thief)
    assert alerts(harbor) == [(ida.id, "limen", True)]


async def test_without_its_tie_a_cookie_is_not_told_what_its_owners_devices_lack(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    """Where to break in: which laptop has no encryption, and since when its updates wait."""
    await laptop.report(disk_encryption={"encrypted": False}, firewall={"enabled": False})
    harbor.limen.journal.flush()
    await prove(ida.browser, laptop)
    own = (await ida.browser.get("/devices")).text
    thief = copied(harbor, ida.browser, "__Host-limen")
    stolen = (await thief.get("/devices")).text
    assert (laptop.device in own, "ufw enable" in own, "data-history" in own, "<details" in own) == (True,) * 4
    assert (laptop.device in stolen, "data-untold" in stolen, "data-untold" in own) == (True, True, False)
    assert ("ufw enable" in stolen, "data-history" in stolen, "<details" in stolen, "effect" in stolen) == (False,) * 4
    harbor.clock.forward(BY_AGENT)  # nor is what comes after the tie, in either browser
    for browser in (thief, ida.browser):
        assert "ufw enable" not in (await browser.get("/devices")).text
    await laptop.report(disk_encryption={"encrypted": False}, firewall={"enabled": False})
    await prove(ida.browser, laptop)
    assert "ufw enable" in (await ida.browser.get("/devices")).text
    assert "ufw enable" not in (await thief.get("/devices")).text


async def test_at_an_app_too_and_the_next_session_there_gives_the_old_one_away(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await prove(ida.browser, laptop)
    there = await harbor.into(ida.browser, "wiki")
    thief = copied(harbor, there)
    assert on(at_the_wiki(harbor, thief)) == (laptop.device, 1)
    harbor.clock.forward(BY_AGENT)
    await laptop.report()
    await prove(ida.browser, laptop)
    assert on(at_the_wiki(harbor, thief)) == ("", 0)
    assert alerts(harbor) == []  # so would her own browser, which has slept
    again = await harbor.into(ida.browser, "wiki")
    assert on(at_the_wiki(harbor, again)) == (laptop.device, 1)
    harbor.clock.forward(AT_THE_CHANGE + SECOND)
    assert on(at_the_wiki(harbor, thief)) == ("", 0)
    assert alerts(harbor) == [(ida.id, "wiki", True)]


async def test_a_copy_without_a_tie_gets_none_from_the_hand_over_to_an_app(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    """Nor by a key of its own browser, nor once its owner's browser proves the device after it."""
    thief = copied(harbor, ida.browser)
    before = await harbor.into(thief, "wiki", address=THIEF)
    await prove(ida.browser, laptop)
    after = await harbor.into(thief, "wiki", address=THIEF)
    for there in (before, after):
        assert TIE not in {cookie.name for cookie in there.client.cookies.jar}
        assert on(at_the_wiki(harbor, there)) == ("", 0)
    handed = await thief.get((await there.get("/.limen/start?to=/")).headers["location"].removeprefix(ORIGIN))
    invited = await there.get(handed.headers["location"].removeprefix(str(there.client.base_url)))
    key = BrowserKey(there.client)
    assert (await key.register(invited)).status_code == 200
    assert TIE in {cookie.name for cookie in there.client.cookies.jar}
    for minutes in range(0, 12, 4):
        assert on(at_the_wiki(harbor, there)) == ("", 0), minutes
        harbor.clock.forward(4 * MINUTE)
        assert (await key.refresh()).status_code == 200
    harbor.clock.forward(BY_AGENT - 12 * MINUTE)
    # A thief's key does not keep the owner's device either.
    assert sign_in_of(harbor, ida).bound_until <= harbor.clock.now()


async def invited_at_the_wiki(house: House, thief: Browser) -> tuple[Browser, httpx2.Response]:
    """The thief's own browser at the wiki, in a session that a copy of the sign-in opened; and what it was told."""
    there = house.browser(f"https://{house.limen.known.apps['wiki'].host}", THIEF)
    handed = await thief.get((await there.get("/.limen/start?to=/")).headers["location"].removeprefix(ORIGIN))
    return there, await there.get(handed.headers["location"].removeprefix(str(there.client.base_url)))


async def with_a_key_at_the_wiki(house: House, thief: Browser) -> tuple[Browser, BrowserKey]:
    """Likewise, with a key of the thief's own that this session is then bound to."""
    there, arrived = await invited_at_the_wiki(house, thief)
    key = BrowserKey(there.client)
    assert (await key.register(arrived)).status_code == 200
    return there, key


async def test_a_key_of_the_thiefs_own_at_an_app_keeps_neither_its_session_nor_the_owners_on_the_device(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    """Its signatures would extend the owner's sign-in, whose agent is not asked."""
    await prove(ida.browser, laptop)
    there, key = await with_a_key_at_the_wiki(harbor, copied(harbor, ida.browser))
    for minutes in range(4, 64, 4):  # an hour in which Ida's browser proves nothing
        harbor.clock.forward(4 * MINUTE)
        await laptop.report()
        assert (await key.refresh()).status_code == (200 if minutes * MINUTE < BY_AGENT else 401)
    assert on(at_the_wiki(harbor, there)) == ("", 0)
    assert sign_in_of(harbor, ida).bound_until <= harbor.clock.now() - 45 * MINUTE


async def test_a_key_of_the_thiefs_own_lasts_no_longer_while_the_owner_goes_on_proving(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await prove(ida.browser, laptop)
    there, key = await with_a_key_at_the_wiki(harbor, copied(harbor, ida.browser))
    for _ in range(5):
        harbor.clock.forward(4 * MINUTE)
        await laptop.report()
        await prove(ida.browser, laptop)
        await key.refresh()
    assert sign_in_of(harbor, ida).bound_until > harbor.clock.now()
    assert at_the_wiki(harbor, there).session is None


async def test_an_app_that_a_copy_opens_in_the_last_moment_of_its_tie_has_no_tie_of_its_own(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await prove(ida.browser, laptop)
    thief = copied(harbor, ida.browser)
    for _ in range(2):  # its owner goes on proving, so that the sign-in is on the laptop for longer than that tie
        harbor.clock.forward(BY_AGENT // 2 - SECOND)
        await laptop.report()
        await prove(ida.browser, laptop)
    there = await harbor.into(thief, "wiki", address=THIEF)
    assert on(at_the_wiki(harbor, there)) == (laptop.device, 1)
    harbor.clock.forward(2 * SECOND)
    assert sign_in_of(harbor, ida).bound_until > harbor.clock.now()
    assert on(at_the_wiki(harbor, there)) == ("", 0)


async def test_a_stream_that_a_copy_opened_is_on_no_device_once_its_tie_is_over(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await prove(ida.browser, laptop)
    stream = at_the_wiki(harbor, copied(harbor, await harbor.into(ida.browser, "wiki")))
    assert on(stream) == (laptop.device, 1)
    ends_at, doors = stream.tied_until, harbor.limen.doors
    assert 0 < ends_at - harbor.clock.now() <= BY_AGENT
    for _ in range(4):
        word, again_at = doors.re_check(stream, THIEF)
        assert (word, again_at is not None and again_at <= ends_at) == ("", harbor.clock.now() < ends_at)
        harbor.clock.forward(BY_AGENT // 2 + SECOND)
        await laptop.report()
        await prove(ida.browser, laptop)
    seen, engine = list[Any](), doors._engine()

    class Watched:
        def decide(self, request: Any, facts: Any, now: Any) -> Any:
            seen.append((facts.device.id, facts.device.bound_until > now))
            return engine.decide(request, facts, now)

    doors._engine = Watched
    doors.re_check(stream, THIEF)
    assert [is_bound for _, is_bound in seen] == [False]


async def test_a_tie_of_another_session_twice_or_made_up_ties_nothing(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await prove(ida.browser, laptop)
    there = await harbor.into(ida.browser, "wiki")
    own = {cookie.name: cookie.value for cookie in there.client.cookies.jar}
    of_the_sign_in = next(one.value for one in ida.browser.client.cookies.jar if one.name == TIE)
    session = f"__Host-limen-app={own['__Host-limen-app']}"
    for tie in (
        f"{TIE}={of_the_sign_in}",
        f"{TIE}={own[TIE]}; {TIE}={own[TIE]}",
        f"{TIE}={own[TIE]}A",
        f"{TIE}=",
        f"{TIE}={'A' * 5_000}",
        f"{TIE.lower()}={own[TIE]}",
    ):
        header = f"{session}; {tie}".encode()
        answer = harbor.limen.doors.decide_request("gateway", b"GET", WIKI, b"/", header, THIEF)
        assert on(answer) == ("", 0), tie
    answer = harbor.limen.doors.decide_request(
        "gateway", b"GET", WIKI, b"/", f"{session}; {TIE}={own[TIE]}".encode(), ""
    )
    assert on(answer) == (laptop.device, 1)


# Bound by a key of the browser


async def with_a_key(harbor: House, ida: Ida) -> tuple[Browser, BrowserKey]:
    browser = harbor.browser()
    browser.passkey = ida.browser.passkey
    key = BrowserKey(browser.client)
    assert (await key.register(await browser.sign_in())).status_code == 200
    harbor.clock.forward(AT_THE_CHANGE + SECOND)
    return browser, key


async def test_with_a_browsers_key_a_copy_is_dead_after_five_minutes(harbor: House, ida: Ida) -> None:
    browser, key = await with_a_key(harbor, ida)
    thief = copied(harbor, browser)
    assert (await thief.get("/sessions")).status_code == 200
    harbor.clock.forward(BY_BROWSER_KEY - MINUTE)
    assert (await key.refresh()).status_code == 200
    harbor.clock.forward(MINUTE)
    assert (await thief.get("/sessions")).headers["location"].startswith("/sign-in")
    assert (await browser.get("/sessions")).status_code == 200
    assert alerts(harbor) == [(ida.id, "limen", True)]


async def test_with_a_browsers_key_what_a_copy_opened_is_dead_five_minutes_later_too(harbor: House, ida: Ida) -> None:
    """Nor can the thief register a key there: nobody could tell it from one of the owner's."""
    browser, key = await with_a_key(harbor, ida)
    there, arrived = await invited_at_the_wiki(harbor, copied(harbor, browser))
    assert "secure-session-registration" not in arrived.headers
    assert at_the_wiki(harbor, there).session is not None
    stream = at_the_wiki(harbor, there)
    harbor.clock.forward(BY_BROWSER_KEY - MINUTE)
    assert (await key.refresh()).status_code == 200
    assert at_the_wiki(harbor, there).session is not None
    assert harbor.limen.doors.re_check(stream, THIEF) == ("", stream.tied_until)
    harbor.clock.forward(MINUTE)
    assert harbor.limen.doors.re_check(stream, THIEF)[0], "what it left open is cut"
    for _ in range(15):
        assert at_the_wiki(harbor, there).session is None
        harbor.clock.forward(4 * MINUTE)
        assert (await key.refresh()).status_code == 200


async def test_with_a_browsers_key_an_app_that_a_copy_opens_in_the_last_moment_of_its_tie_is_dead_with_it(
    harbor: House, ida: Ida
) -> None:
    browser, key = await with_a_key(harbor, ida)
    thief = copied(harbor, browser)
    harbor.clock.forward(BY_BROWSER_KEY - AT_THE_CHANGE - 2 * SECOND)
    assert (await key.refresh()).status_code == 200
    there, late = await harbor.into(thief, "wiki", address=THIEF), harbor.browser(f"https://{WIKI.decode()}", THIEF)
    handed = await thief.get((await late.get("/.limen/start?to=/")).headers["location"].removeprefix(ORIGIN))
    assert at_the_wiki(harbor, there).session is not None
    harbor.clock.forward(SECOND)
    await late.get(handed.headers["location"].removeprefix(str(late.client.base_url)))
    assert [at_the_wiki(harbor, one).session for one in (there, late)] == [None, None]
    assert at_the_wiki(harbor, await harbor.into(browser, "wiki")).session is not None


async def test_with_a_browsers_key_its_owner_goes_on_at_an_app_by_way_of_the_sign_in_host(
    harbor: House, ida: Ida
) -> None:
    """And is no copy of herself: without a tie her browser is there, and none but the hand-over gives it the next."""
    browser, key = await with_a_key(harbor, ida)
    there = await harbor.into(browser, "wiki")
    for _ in range(3):
        assert at_the_wiki(harbor, there).session is not None
        harbor.clock.forward(BY_BROWSER_KEY + SECOND)
        assert (await there.get("/", **{"sec-fetch-mode": "navigate"})).headers["location"].startswith("/.limen/start")
        given = await key.refresh()
        assert "; Max-Age=295; " in given.headers["set-cookie"], "it asks for the next one before this one is over"
        there = await harbor.into(browser, "wiki")
    assert alerts(harbor) == []


async def test_who_opened_an_app_before_their_browser_had_a_key_is_no_copy(harbor: House, ida: Ida) -> None:
    browser = harbor.browser()
    browser.passkey = ida.browser.passkey
    invited, key = await browser.sign_in(), BrowserKey(browser.client)
    there = await harbor.into(browser, "wiki")
    assert (await key.register(invited)).status_code == 200
    harbor.clock.forward(AT_THE_CHANGE - SECOND)
    assert at_the_wiki(harbor, there).session is not None
    harbor.clock.forward(SECOND)
    assert at_the_wiki(harbor, there).session is None
    assert at_the_wiki(harbor, await harbor.into(browser, "wiki")).session is not None
    assert alerts(harbor) == []


@pytest.mark.parametrize("has_own_key", [False, True])
async def test_what_a_copy_opened_before_the_browser_had_a_key_goes_by_way_of_it_from_then_on(
    harbor: House, ida: Ida, *, has_own_key: bool
) -> None:
    browser = harbor.browser()
    browser.passkey = ida.browser.passkey
    invited, key = await browser.sign_in(), BrowserKey(browser.client)
    own = await harbor.into(browser, "wiki")
    there, arrived = await invited_at_the_wiki(harbor, copied(harbor, browser))
    thiefs = BrowserKey(there.client)
    if has_own_key:
        assert (await thiefs.register(arrived)).status_code == 200
    assert (await key.register(invited)).status_code == 200
    harbor.clock.forward(AT_THE_CHANGE)
    for at_an_app in (own, there)[: 1 if has_own_key else 2]:
        assert at_the_wiki(harbor, at_an_app).session is None
        leads = (await at_an_app.get("/", **{"sec-fetch-mode": "navigate"})).headers["location"]
        assert leads.startswith("/.limen/start")
    assert (await thiefs.refresh() if has_own_key else await thiefs.register(arrived)).status_code == 401
    harbor.clock.forward(BY_BROWSER_KEY)
    assert at_the_wiki(harbor, there).session is None
    assert alerts(harbor) == [(ida.id, "wiki", True)]  # two browsers had a session there
    assert (await key.refresh()).status_code == 200
    assert at_the_wiki(harbor, await harbor.into(browser, "wiki")).session is not None


async def test_a_thief_of_cookies_neither_refreshes_nor_replaces_the_key(harbor: House, ida: Ida) -> None:
    browser, key = await with_a_key(harbor, ida)
    thief = copied(harbor, browser)
    stolen = BrowserKey(thief.client, session=key.session, path=key.path)
    assert (await stolen.refresh()).status_code == 400
    recorded = key.signed("A" * 43)
    answer = await thief.client.post(
        key.path, headers={"sec-secure-session-id": f'"{key.session}"', "secure-session-response": recorded}
    )
    assert answer.status_code == 400
    assert (await key.refresh()).status_code == 200


async def test_a_signature_is_good_for_one_tie(harbor: House, ida: Ida) -> None:
    browser, key = await with_a_key(harbor, ida)
    named = {"sec-secure-session-id": f'"{key.session}"'}
    first = await browser.client.post(key.path, headers=named)
    proof = key.signed(first.headers["secure-session-challenge"].split('"')[1])
    answers = [
        (await browser.client.post(key.path, headers={**named, "secure-session-response": proof})).status_code
        for _ in range(2)
    ]
    assert answers == [200, 400]


async def test_what_is_no_proof_changes_nothing(harbor: House, ida: Ida) -> None:
    browser, key = await with_a_key(harbor, ida)
    named = {"sec-secure-session-id": f'"{key.session}"'}
    challenge = (await browser.client.post(key.path, headers=named)).headers["secure-session-challenge"].split('"')[1]
    for proof in (
        "a.b.c",
        "A" * 10_000,
        key.signed(challenge, typ="jwt"),
        key.signed(challenge, key=ECKey.generate_key("P-256")),
        key.signed(challenge)[:-10] + "A" * 10,
    ):
        answer = await browser.client.post(key.path, headers={**named, "secure-session-response": proof})
        assert answer.status_code == 400, proof
    assert (await browser.get("/sessions")).status_code == 200


# Bound by a client certificate


async def test_with_a_certificate_a_copy_is_worth_nothing_at_once(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    there = await harbor.into(ida.browser, "wiki")
    certificate = sent(certificate_of(await ask(laptop)))
    assert on(at_the_wiki(harbor, there, certificate)) == (laptop.device, BY_CERTIFICATE)
    assert on(at_the_wiki(harbor, copied(harbor, there))) == ("", 0)
    assert alerts(harbor) == [(ida.id, "wiki", True)]


@pytest.mark.parametrize("taken", [State.QUARANTINED, State.LOST, State.RETIRED])
async def test_a_certificate_ends_with_the_next_request_once_its_device_is_taken_away(
    harbor: House, ida: Ida, laptop: SoftwareAgent, taken: State
) -> None:
    there = await harbor.into(ida.browser, "wiki")
    certificate = sent(certificate_of(await ask(laptop)))
    assert on(at_the_wiki(harbor, there, certificate)) == (laptop.device, BY_CERTIFICATE)
    await devices_of(harbor).change(laptop.device, taken, by="server")
    assert on(at_the_wiki(harbor, there, certificate)) == ("", 0)


async def test_a_stream_that_came_with_a_certificate_is_decided_anew_without_the_device(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    there = await harbor.into(ida.browser, "wiki")
    answer = at_the_wiki(harbor, there, sent(certificate_of(await ask(laptop))))
    doors, seen = harbor.limen.doors, list[Any]()
    engine = doors._engine()

    class Watched:
        def decide(self, request: Any, facts: Any, now: Any) -> Any:
            seen.append((facts.device.id, facts.device.binding))
            return engine.decide(request, facts, now)

    doors._engine = Watched
    doors.re_check(answer, THIEF)
    doors.tied.ties.set_certificates(laptop.device, None)
    doors.re_check(answer, THIEF)
    assert seen == [(laptop.device, BY_CERTIFICATE), ("", 0)]
    await devices_of(harbor).change(laptop.device, State.LOST, by="server")
    assert doors.re_check(answer, THIEF) == ("session-revoked", None)


async def test_a_certificate_of_a_colleague_or_one_that_is_over_is_none(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    mia = harbor.browser()
    await harbor.member(mia, "Mia", "staff")
    there = await harbor.into(mia, "wiki")
    certificate = sent(certificate_of(await ask(laptop)))
    assert on(at_the_wiki(harbor, there, certificate)) == ("", 0)
    own = await harbor.into(ida.browser, "wiki")
    harbor.clock.forward(25 * HOUR)
    assert harbor.limen.doors.tied.ties.certified(certificate, harbor.clock.now()) is None
    assert at_the_wiki(harbor, own, certificate).session is None  # her sign-in is over, too


@pytest.mark.parametrize(
    ("peer", "host", "is_heard"),
    [
        ("127.0.0.1", "wiki.device.harbor.localhost", True),
        ("", "wiki.device.harbor.localhost:443", True),  # the embedded front, by its socket
        ("127.0.0.1", "device.harbor.localhost", True),
        ("127.0.0.1", "wiki.harbor.localhost", False),  # where no front asks for one
        ("127.0.0.1", "evildevice.harbor.localhost", False),
        ("198.51.100.9", "wiki.device.harbor.localhost", False),  # a client that says so itself
    ],
)
async def test_which_certificate_there_was_is_said_by_trusted_fronts_alone(
    harbor: House, peer: str, host: str, is_heard: bool
) -> None:
    gateway = harbor.limen.enforcement.gateway
    gateway.certificate_domain, gateway.trusted = "device.harbor.localhost", (ip_network("127.0.0.1/32"),)
    fields = [(b"host", host.encode()), (b"x-limen-certificate", b":AAAA:")]
    scope = {"headers": fields, "client": (peer, 1) if peer else None}
    left, certificate = gateway.certificate(scope)
    assert certificate == (b":AAAA:" if is_heard else b"")
    assert ((b"x-limen-certificate", b":AAAA:") in left) is (peer == "198.51.100.9")  # then it is told as a forgery
    scope["headers"] = [*fields, (b"x-limen-certificate", b":BBBB:")]
    assert gateway.certificate(scope)[1] == b""


async def test_a_certificate_that_a_client_names_itself_is_told_as_a_forgery(harbor: House, ida: Ida) -> None:
    there = await harbor.into(ida.browser, "wiki")
    for name in ("x-limen-certificate", "X-Limen_Certificate"):
        await there.client.get("/", headers={name: ":AAAA:"})
    assert [one.reason for one in harbor.events("request.stripped")] == ["identity-forged"] * 2


# The code for a certificate


async def test_a_code_for_a_certificate_is_good_for_one_session_once_and_soon(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    bindings, certified = devices_of(harbor).bindings, harbor.limen.enforcement.gateway.certified
    certificate = sent(certificate_of(await ask(laptop)))
    session = next(one for one in harbor.limen.known.sessions.values() if one.person_id == ida.id)
    mia = harbor.browser()
    await harbor.member(mia, "Mia", "staff")

    async def code(session_name: str, shown: bytes = certificate) -> str:
        reply = await certified.answer(f"session={session_name}&app=limen&to=/devices".encode(), shown)
        return dict(reply.fields)[b"location"].decode().partition("code=")[2]

    def path(given: str) -> str:
        return f"/devices/prove/certificate?code={given}"

    own = bindings.name_of(session)
    assert await code(own, b"") == await code("x" * 64) == ""
    of_another = await code(own)
    assert (await mia.get(path(of_another))).status_code == 400
    assert (await ida.browser.get(path(of_another))).status_code == 400  # it is spent
    late = await code(own)
    harbor.clock.forward(MINUTE)
    assert (await ida.browser.get(path(late))).status_code == 400
    assert not await is_on_the_laptop(ida.browser)
    good = await code(own)
    assert (await ida.browser.get(path(good))).headers["location"] == "/devices"
    assert await is_on_the_laptop(ida.browser)
    assert (await ida.browser.get(path(good))).status_code == 400
