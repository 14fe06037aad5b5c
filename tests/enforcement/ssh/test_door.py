from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.access.at_harbor import AtHarbor
from tests.enforcement.ssh.hosts import (
    HOST,
    Somebody,
    certificate_in,
    door_of,
    grant,
    handed_over,
    hosts_of,
    write,
)
from tests.web.conftest import House, move_in

from limen.clock import HOUR, MINUTE, SECOND
from limen.enforcement.ssh.authorities import Purpose
from limen.enforcement.ssh.certificates import OWN, SUDO, UNTIL
from limen.following.wire import line_of


async def ended(house: House, serial: int) -> str:
    """Why a certificate was revoked, as the journal says; "" where it was not."""
    for _ in range(3_000):
        for event in house.events("ssh.certificate_ended"):
            if event.details["serial"] == serial:
                return event.reason
        await asyncio.sleep(0.02)
    return ""


async def test_a_certificate_opens_ones_own_account_of_one_apps_hosts_for_minutes(harbor: House, ida: Somebody) -> None:
    now = harbor.clock.now() // SECOND
    certificate = await ida.certificate()
    assert certificate.valid_principals == [b"ida@databases"]
    assert certificate.public_key().public_bytes_raw() == ida.key.public_key().public_bytes_raw()
    assert 595 <= certificate.valid_before - now <= 605
    assert 55 <= now - certificate.valid_after <= 65
    assert certificate.critical_options == {b"source-address": b"203.0.113.7"}
    assert set(certificate.extensions) == {b"permit-pty", UNTIL.encode(), OWN.encode()}
    signed_by = door_of(harbor).followers.authorities.signing(Purpose.PEOPLE, harbor.clock.now())
    assert certificate.signature_key().public_bytes_raw() == signed_by.private.public_key().public_bytes_raw()
    (event,) = harbor.events("ssh.certificate_issued")
    assert (event.actor, event.details["serial"]) == (ida.id, certificate.serial)
    assert certificate.key_id.decode().split() == [ida.id, event.session, event.details["decision"]]


async def test_the_program_is_told_the_key_of_the_host_that_is_enrolled_now(harbor: House, ida: Somebody) -> None:
    assert handed_over(await ida.ask())["host"] == ["none"]
    hosts = hosts_of(harbor)
    for _ in range(2):
        key = line_of(Ed25519PrivateKey.generate().public_key())
        await hosts.enrol(await hosts.token(HOST, by=""), key, "203.0.113.50")
        told = handed_over(await ida.ask())
        assert (told["host"], told["account"], told["state"]) == ([key.split()[1]], ["ida"], ["s" * 22])


async def test_a_shared_account_is_opened_where_it_is_named(harbor: House, ida: Somebody) -> None:
    certificate = await ida.certificate(account="deploy")
    assert certificate.valid_principals == [b"deploy@databases"]
    assert OWN.encode() not in certificate.extensions
    build = await ida.certificate("build.harbor.example")
    assert build.valid_principals == [b"builder@buildhost"]
    assert (build.critical_options, b"permit-port-forwarding" in build.extensions) == ({}, True)


async def test_acting_as_root_needs_a_grant_and_ends_with_it(harbor: House, ida: Somebody) -> None:
    refused = await ida.ask(sudo="1")
    assert refused.headers["location"].startswith("/not-yet?decision=")
    grant(harbor, ida.id, "elevate", lasts=5 * MINUTE)
    until = (harbor.clock.now() + 5 * MINUTE) // SECOND
    certificate = await ida.certificate(sudo="1")
    assert SUDO.encode() in certificate.extensions
    assert until - 2 <= certificate.valid_before <= until
    assert until - 2 <= int(certificate.extensions[UNTIL.encode()]) / SECOND <= until + 1


async def test_what_a_session_may_last_is_the_decisions_end_and_not_the_certificates(
    harbor: House, ida: Somebody
) -> None:
    now = harbor.clock.now()
    certificate = await ida.certificate()
    (one,) = door_of(harbor).live()
    assert one.until > now + HOUR > one.valid_until
    assert int(certificate.extensions[UNTIL.encode()]) == one.until


async def test_a_certificate_is_revoked_when_its_decision_turns(harbor: House, ida: Somebody) -> None:
    grant(harbor, ida.id, "elevate")
    plain, elevated = await ida.certificate(), await ida.certificate(sudo="1")
    harbor.limen.known.grants.drop(ida.id)
    assert await ended(harbor, elevated.serial)
    assert [one.serial for one in door_of(harbor).live()] == [plain.serial]
    await harbor.limen.identity.sessions.revoke_person(ida.id, by="")
    assert await ended(harbor, plain.serial)
    assert door_of(harbor).live() == []


async def test_one_that_is_elevated_ends_with_the_right_to_connect(harbor: House, ida: Somebody) -> None:
    grant(harbor, ida.id, "connect", "elevate")
    certificate = await ida.certificate(sudo="1")
    grant(harbor, ida.id, "elevate")
    await harbor.limen.identity.people.set_groups(ida.id, [], by="")
    assert await ended(harbor, certificate.serial)


async def test_whoever_may_not_connect_is_told_so_and_gets_nothing(harbor: House) -> None:
    browser = harbor.browser()
    cora = Somebody(browser, await harbor.member(browser, "Cora", "contractors"))
    assert (await cora.ask()).headers["location"].startswith("/not-yet?decision=")
    assert door_of(harbor).live() == []
    assert harbor.events("ssh.certificate_issued") == []


async def test_an_account_has_one_name_for_ever_and_nobody_elses(harbor: House, ida: Somebody) -> None:
    names = []
    for name in ("Ida.b", "Deploy", "Root"):
        browser = harbor.browser()
        other = Somebody(browser, await harbor.member(browser, name, "staff"))
        names += (await other.certificate()).valid_principals
    await ida.certificate()
    assert [name.decode() for name in names] == ["ida-b@databases", "deploy2@databases", "root2@databases"]
    assert door_of(harbor).followers.accounts[ida.id] == "ida"


async def test_what_was_issued_is_watched_over_again_after_a_restart(harbor: House, ida: Somebody) -> None:
    grant(harbor, ida.id, "elevate")
    plain, elevated = await ida.certificate(), await ida.certificate(sudo="1")
    door = door_of(harbor)
    await door.close()
    assert door.live() == []
    assert harbor.events("ssh.certificate_ended") == []
    harbor.limen.known.grants.drop(ida.id)
    await door.start()
    assert await ended(harbor, elevated.serial)
    assert [one.serial for one in door.live()] == [plain.serial]


async def test_what_nothing_can_be_open_of_is_forgotten(harbor: House, ida: Somebody) -> None:
    await ida.certificate()
    door = door_of(harbor)
    await door.keep_up()
    assert len(door.live()) == 1
    harbor.clock.forward(13 * HOUR)
    await door.keep_up()
    assert door.live() == []


async def test_a_host_that_nobody_named_and_an_address_that_nobody_wrote(harbor: House, ida: Somebody) -> None:
    assert (await ida.ask("elsewhere.example")).status_code == 400
    for wrong in ({"port": "22"}, {"port": "99999"}, {"state": "x"}, {"sudo": "yes"}, {"key": "AAAA"}):
        assert (await ida.ask(HOST, **wrong)).status_code == 400
    assert hosts_of(harbor).followers.accounts == {}
    assert certificate_in(await ida.ask()).serial > 0


RULE = """rules:
  - name: databases
    apps: [databases]
    actions: [connect, elevate]
    ask: [staff]
    approve: {owner: true}
    longest: 4h
    longest_total: 8h
"""


def write_with_rule(folder: Path) -> None:
    write(folder)
    rules = folder / "access.yaml"
    rules.write_text(rules.read_text().replace("rules:\n", RULE, 1))


async def test_what_somebody_else_approves_opens_the_host_and_ends_with_being_taken_back(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        at = AtHarbor(await move_in(closing, tmp_path / "harbor", write_with_rule))
        oscar = await at.colleague("Oscar", "staff", "engineering")
        eva = await at.colleague("Eva", "staff", "engineering")
        somebody = Somebody(oscar.browser, oscar.id)
        assert (await somebody.ask(sudo="1")).headers["location"].startswith("/not-yet?")
        request = await oscar.asks("databases", "elevate")
        held = await eva.approves(request)
        certificate = await somebody.certificate(sudo="1")
        assert held is not None
        assert int(certificate.extensions[UNTIL.encode()]) <= held.until
        await at.access.revoke(eva.session, held.id, "enough", is_administrator=False)
        assert await ended(at.house, certificate.serial)
