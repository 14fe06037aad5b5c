"""Attacks on break-glass: replayed, late, forged, carried elsewhere, from the network. All refused and journaled."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from tests.storage.small_disk import small_disk
from tests.web import conftest as web
from tests.web.conftest import ORIGIN, OUR_PAGE, Browser, House
from tests.web.portal.test_break_glass import glass_of, issue, lock_out, opened

from limen.clock import SystemClock
from limen.facts import UNPROVED, Session
from limen.identity.errors import NotLiveError, OpensConsoleOnlyError
from limen.identity.model import Visitor
from limen.policy.decision import Request
from limen.storage.break_glass import FILE, LINK_MS, BreakGlass, new_event_id
from limen.storage.errors import JournalUnwritableError
from limen.storage.journal.emergency import EMERGENCY_FILE, EmergencySegment

house, browser = web.house, web.browser


def refusals(house: House) -> int:
    return sum(event.reason == "break-glass" for event in house.events("link.refused"))


async def test_a_link_that_was_used_opens_nothing_for_anybody(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    token = issue(house, ada)
    assert (await opened(house, house.browser(), token)).status_code == 303
    thief = house.browser(address="198.51.100.66")
    answered = await opened(house, thief, token)
    assert answered.status_code == 400
    assert "Ada" not in answered.text
    assert (await thief.get("/console")).headers["location"].startswith("/sign-in")
    assert refusals(house) == 2, "looking at it and opening it"


async def test_a_link_that_is_too_old_looks_like_one_that_never_was(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    token = issue(house, ada)
    house.clock.forward(LINK_MS)
    late, invented = await opened(house, browser, token), await opened(house, browser, "x" * 43)
    assert (late.status_code, invented.status_code) == (400, 400)
    assert late.text == invented.text


async def test_looking_at_a_link_spends_nothing(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    token = issue(house, ada)
    scanner = house.browser()
    await scanner.get("/break-glass")
    for _ in range(3):
        assert (await scanner.post("/break-glass", token=token)).status_code == 200
    assert (await opened(house, browser, token)).status_code == 303


async def test_somebody_who_was_let_go_gets_nothing(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    mia = await house.member(house.browser(), "Mia", "staff")
    token = issue(house, mia)
    await house.limen.identity.people.deactivate(mia, by=ada)
    assert (await opened(house, house.browser(), token)).status_code == 400


async def test_whoever_is_let_go_meanwhile_is_out_at_once(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    mia = await house.member(house.browser(), "Mia", "staff")
    inside = house.browser()
    await opened(house, inside, issue(house, mia))
    assert (await inside.get("/console")).status_code == 200
    await house.limen.identity.people.deactivate(mia, by=ada)
    assert (await inside.get("/console")).headers["location"].startswith("/sign-in")


async def test_a_panic_ends_it_too(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    inside = house.browser()
    await opened(house, inside, issue(house, ada))
    await house.limen.identity.sessions.panic(by=ada)
    assert (await inside.get("/console")).headers["location"].startswith("/sign-in")


async def test_it_opens_the_console_and_nothing_else(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    inside = house.browser()
    await opened(house, inside, issue(house, ada))
    for room in ("/", "/passkeys", "/sessions"):
        answered = await inside.get(room)
        assert answered.headers["location"].startswith("/not-yet"), room
        why = await inside.get(answered.headers["location"])
        assert "This session was opened with break-glass" in why.text
        assert "None of your groups" not in why.text
    denied = [event for event in house.events("decision") if event.decision.reasons == ("break-glass",)]
    assert {(event.decision.effect, event.decision.action) for event in denied} >= {("deny", "view")}


async def test_it_plants_no_passkey_that_outlives_it(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    vera = await house.member(house.browser(), "Vera", "administrators", "staff")
    thief = house.browser()
    await opened(house, thief, issue(house, vera))
    assert (await thief.get("/console")).status_code == 200, "its page gives a token that holds"
    added_before = len(house.events("factor.added"))
    answered = await thief.send("/passkeys/options")
    assert answered.json()["location"].startswith("/not-yet")
    answered = await thief.send("/passkeys/add", credential={"id": "x"})
    assert answered.json()["location"].startswith("/not-yet")
    factors = house.limen.identity.factors
    session = house.limen.known.sessions[glass_of(house).state().session]  # type: ignore[union-attr]
    visitor = Visitor("203.0.113.7", "", "b" * 43)
    for attempt in (
        lambda: factors.passkey_options(session, visitor),
        lambda: factors.add_passkey(session, visitor, {}),  # type: ignore[arg-type]
        lambda: factors.code_offer(session, visitor),
        lambda: factors.set_password(session, visitor, "tidal marble lantern fox"),
        lambda: factors.remove_password(session),
        lambda: factors.rename_passkey(session, "x", "Mine"),
        lambda: house.limen.identity.step_up.passkey_options(session, visitor),
        lambda: house.limen.identity.step_up.with_password(session, visitor, "tidal marble lantern fox"),
        lambda: house.limen.identity.step_up.with_code(session, visitor, "000000"),
    ):
        with pytest.raises(OpensConsoleOnlyError):
            await attempt()
    assert len(house.events("factor.added")) == added_before


async def test_outside_of_the_console_it_counts_as_nobody(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    inside, nobody = house.browser(), house.browser()
    await opened(house, inside, issue(house, ada))
    for asked in ("/withheld?app=wiki", "/onward?app=wiki&to=/", "/onward?app=nope&to=/", "/step-up?app=limen&to=/"):
        answered, expected = await inside.get(asked), await nobody.get(asked)
        assert answered.headers["location"].startswith("/sign-in"), asked
        assert answered.headers["location"] == expected.headers["location"]
    state = glass_of(house).state()
    assert state is not None
    assert state.session not in (await browser.get("/sessions")).text


async def test_it_can_not_be_carried_to_an_app(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    inside = house.browser()
    await opened(house, inside, issue(house, ada))
    state = glass_of(house).state()
    assert state is not None
    with pytest.raises(NotLiveError):
        await house.limen.identity.sessions.open_app_session(state.session, "wiki", "203.0.113.7", "")
    secret = inside.client.cookies["__Host-limen"]
    host = house.limen.known.apps["wiki"].host
    at_the_app = house.limen.doors.decide_request(
        "check", b"GET", host.encode(), b"/", f"__Host-limen-app={secret}".encode(), "203.0.113.7"
    )
    assert not at_the_app.permitted
    there = house.browser(f"https://{host}")
    started = await there.get("/.limen/start?to=/")
    handed = await inside.get(started.headers["location"].removeprefix(ORIGIN))
    assert handed.headers["location"].startswith("/sign-in"), "it is nobody there, and gets no code"
    assert "__Host-limen-app" not in there.client.cookies
    assert [one.app for one in house.limen.known.sessions.values() if one.parent == state.session] == []


async def test_another_session_is_not_it_whatever_it_calls_itself(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    mia_browser = house.browser()
    mia = await house.member(mia_browser, "Mia", "staff")
    await opened(house, house.browser(), issue(house, ada))
    assert (await mia_browser.get("/console")).headers["location"].startswith("/not-yet")
    now = house.clock.now()
    for session_id, person in (("bg_" + "0" * 32, ada), ("bg_" + "0" * 32, mia)):
        forged = Session(session_id, person, UNPROVED, now, now + 60_000, 60_000)
        house.limen.known.sessions.put(session_id.encode(), forged)
        answer = house.limen.doors.decide_session(
            "sign-in", house.limen.known.apps["limen"], forged, Request("administer"), "203.0.113.7"
        )
        assert not answer.permitted


async def test_nothing_that_comes_over_the_network_makes_a_link(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get("/")
    for method in ("POST", "PUT", "GET"):
        for path in ("/break-glass/issue", "/break-glass/new", "/console/break-glass"):
            answered = await browser.client.request(method, path, data={"csrf": browser.csrf}, headers=OUR_PAGE)
            assert answered.status_code in {404, 405}, (method, path)
    assert glass_of(house).state() is None


@pytest.mark.parametrize("path", ["/break-glass", "/break-glass/open", "/break-glass/end"])
async def test_no_other_site_can_open_or_end_it(house: House, browser: Browser, path: str) -> None:
    ada = await house.administrator(browser)
    inside = house.browser()
    await opened(house, inside, issue(house, ada))
    await inside.get("/console")
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    answered = await inside.client.post(path, data={"csrf": inside.csrf, "token": "x"}, headers=foreign)
    assert answered.status_code == 403
    state = glass_of(house).state()
    assert state is not None
    assert state.step == "open"


async def test_what_can_not_be_journaled_does_not_open(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.administrator(browser)
    token = issue(house, ada)

    def full(_: object) -> str:
        raise JournalUnwritableError("the break-glass segment is full", "move it away")

    monkeypatch.setattr(house.limen.journal, "break_glass", full)
    inside = house.browser()
    assert (await opened(house, inside, token)).status_code >= 400
    assert (await inside.get("/console")).headers["location"].startswith("/sign-in")


async def test_a_full_disk_does_not_keep_it_shut(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.administrator(browser)
    lock_out(house)
    monkeypatch.setattr(type(house.limen.journal), "writable", property(lambda _: False))
    inside = house.browser()
    assert (await opened(house, inside, issue(house, ada))).status_code == 303
    assert (await inside.get("/console")).status_code == 200
    assert (await browser.get("/console")).status_code == 503


def test_two_commands_at_once_leave_one_good_link(house: House) -> None:
    glass, now = glass_of(house), house.clock.now()
    links = [glass.issue("p1", "twice", new_event_id(now), now, lambda _: None) for _ in range(2)]
    assert [glass.good_link(link, now) is not None for link in links] == [False, True]


@pytest.fixture
def full_soon(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path, 12, "break-glass on a full disk") as disk:
        yield disk


async def test_on_a_disk_that_is_really_full_the_command_and_the_console_work(full_soon: Path) -> None:
    async with AsyncExitStack() as closing:
        house = await web.move_in(closing, full_soon / "harbor")
        ada = house.browser()
        await house.administrator(ada)
        lock_out(house)
        with suppress(OSError), (full_soon / "junk").open("ab", buffering=0) as junk:
            while True:
                junk.write(bytes(4_096))
        for _ in range(500):
            await ada.get("/console")
            if not house.limen.journal.writable:
                break
        command = [sys.executable, "-m", "limen.cli.main", "break-glass", str(full_soon / "harbor")]
        said = await asyncio.to_thread(
            subprocess.run,
            [*command, "--person", "ada@harbor.example", "-m", "full"],
            capture_output=True,
            text=True,
            check=True,
        )
        link = re.search(r"/break-glass#(\S{43})", said.stdout)
        assert link is not None
        house.clock.forward(SystemClock().now() - house.clock.now())  # the command knows no clock but the machine's
        inside = house.browser()
        assert (await opened(house, inside, link[1])).status_code == 303
        assert (await inside.get("/console")).status_code == 200
        assert not house.limen.journal.writable
        (full_soon / "junk").unlink()


def test_a_link_in_place_of_its_file_or_segment_is_followed_by_nothing(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    keys = (b"k" * 32,)
    for there in (victim, tmp_path / "not-there"):
        for name in (FILE, EMERGENCY_FILE):
            (tmp_path / name).unlink(missing_ok=True)
            (tmp_path / name).symlink_to(there)
        glass = BreakGlass(tmp_path / FILE, keys)
        assert glass.state() is None
        with pytest.raises(OSError, match="it is a link"):
            glass.prepare()
        with pytest.raises(OSError, match="it is a link"):
            glass.issue("p1", "why", new_event_id(1), 1, lambda _event: None)
        with pytest.raises(OSError, match="it is a link"):
            EmergencySegment(tmp_path / EMERGENCY_FILE, keys)
    assert victim.read_bytes() == b"precious"
    assert not (tmp_path / "not-there").exists()
