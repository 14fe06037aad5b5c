"""Attacks on what probes make: getting in by it, passing for it, and having a probe sent elsewhere."""

from __future__ import annotations

from hashlib import sha256

import pytest
from tests.web.conftest import House, house

from limen.facts import LIMEN, Person
from limen.identity.errors import UnknownError
from limen.identity.model import LinkPurpose, PersonStatus
from limen.identity.store import erasure, people
from limen.policy.decision import Request
from limen.probes.synthetic_person import Held, remove_all, somebody
from limen.synthetic import DOMAIN, is_of_probe, is_synthetic
from limen.web.site import SESSION_COOKIE

__all__ = ["house"]


async def test_no_page_opens_to_the_sign_in_of_a_probe(house: House) -> None:
    """Had somebody read its secret from memory: what opens the portal to anybody else opens nothing."""
    async with somebody(house.limen.core) as held:
        secret, session = "x" * 43, house.limen.known.sessions[held.session]
        house.limen.known.sessions.put(sha256(secret.encode()).digest(), session)
        thief = house.browser()
        thief.client.cookies.set(SESSION_COOKIE, secret)
        for path in ("/", "/console", "/account", "/console/probes"):
            answer = await thief.get(path)
            assert answer.status_code == 303, path
            assert "/sign-in" in answer.headers["location"]


async def test_nobody_gets_a_way_in_for_it(house: House) -> None:
    ada_id = await house.administrator(house.browser())
    async with somebody(house.limen.core) as held:
        identity, read = house.limen.identity, house.limen.database.read
        assert read(lambda snapshot: people.by_email(snapshot.connection, held.person.email)) is None
        assert [one.person.id for one in await identity.people.all()] == [ada_id]
        now, write = house.clock.now(), house.limen.database.write
        for purpose in LinkPurpose:
            with pytest.raises(UnknownError):
                write(lambda t, for_=purpose: identity.links.issue(t, for_, held.person.id, by=ada_id, now=now))


async def test_it_has_no_role_whatever_group_lets_it_in(house: House) -> None:
    async with somebody(house.limen.core) as held:
        doors, known = house.limen.doors, house.limen.known
        session = known.issued(held.session)
        for action in ("administer", "support", "audit"):
            assert not doors.decide_session("console", known.apps[LIMEN], session, Request(action), "").permitted


async def test_it_is_gone_when_its_probe_is_and_also_after_a_crash(house: House) -> None:
    async with somebody(house.limen.core, has_token=True, has_device=True) as held:
        assert held.ask_with_cookie().permitted
    assert not held.ask_with_cookie().permitted
    assert not held.ask_with_token().permitted
    assert not held.ask_portal().permitted
    left = Person("syn_" + "0" * 32, "Probe", f"left@{DOMAIN}", active=True)
    house.limen.database.write(lambda t: people.add(t.connection, left, PersonStatus.ACTIVE, 1))
    await remove_all(house.limen.core)
    assert house.limen.database.read(lambda snapshot: people.synthetic(snapshot.connection)) == []


async def test_nobody_can_have_their_own_deeds_left_out(house: House) -> None:
    """Ids are Limen's to give, and what a person does to a probe's is theirs."""
    ada = house.browser()
    ada_id = await house.administrator(ada)
    named = await house.limen.identity.people.invite("syn_" + "a" * 32, "syn_x@harbor.example", ["staff"], by=ada_id)
    assert not is_synthetic(named.link.person_id)
    assert not is_of_probe(ada_id, "syn_1", "syn_2")
    assert is_of_probe("", "syn_1")
    for forged in ("SYN_1", "p_syn_1", "syn", ""):
        assert not is_synthetic(forged)


async def test_no_person_is_removed_without_a_trace_by_what_removes_probes(house: House) -> None:
    ada = house.browser()
    ada_id = await house.administrator(ada)
    with pytest.raises(ValueError, match="probe"):
        house.limen.database.write(lambda t: erasure.remove_synthetic(t.connection, ada_id))
    assert house.id_of("ada@harbor.example") == ada_id


async def test_only_who_administers_has_a_probe_run(house: House) -> None:
    await house.administrator(house.browser())
    for name, group in (("Mia", "helpdesk"), ("Ben", "auditors"), ("Leo", "staff")):
        browser = house.browser()
        await house.member(browser, name, group)
        await browser.get("/account")
        answer = await browser.post("/console/probes/leaver")
        assert answer.status_code in {303, 403, 404}, name
        assert "done=asked" not in answer.headers.get("location", "")
    assert house.limen.database.read(lambda s: people.synthetic(s.connection)) == []


async def test_a_probe_is_named_and_takes_no_address(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    await ada.get("/console/probes")
    for name in ("http:", "169.254.169.254", "..", "leaver%00", "upstreams%3Fhost=192.0.2.1"):
        answer = await ada.post(f"/console/probes/{name}", host="169.254.169.254", upstream="http://192.0.2.1")
        assert answer.status_code in {404, 405, 409}, name


def test_what_is_held_shows_no_secret() -> None:
    held = Held(None, Person("syn_1"), None, "s_1", b"cookie", b"token")  # type: ignore[arg-type]
    assert "cookie" not in repr(held).replace("cookie=", "")
    assert "token" not in repr(held)
