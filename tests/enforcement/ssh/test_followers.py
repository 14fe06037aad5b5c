"""What hosts are told, and when."""

from __future__ import annotations

import asyncio
import base64
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.enforcement.ssh.test_store import HOST, ISSUED, NOW

from limen.clock import DAY, MINUTE, SetClock
from limen.enforcement.ssh.authorities import Authorities, AuthorityKey, Purpose
from limen.enforcement.ssh.followers import Followers, Heard
from limen.facts import App, FactStore, Upstream
from limen.facts.ssh_hosts import SshHosts
from limen.following.turns import MOST_AHEAD

KEYS = Authorities(
    tuple(AuthorityKey(f"ca_{one}", NOW, Ed25519PrivateKey.generate().private_bytes_raw(), one) for one in Purpose)
)


def followers(*hosts: str) -> Followers:
    clock, known = SetClock(NOW), FactStore()
    known.apps["databases"] = App("databases", "Databases", "", Upstream(""), ssh=SshHosts(hosts, ("deploy",)))
    return Followers(clock, known, KEYS, hosts={HOST.id: HOST})


def told(one: Followers, certificate: str = "") -> dict[str, object]:
    state: dict[str, object] = json.loads(one.state(HOST, certificate).text)
    return state


async def test_a_host_waits_until_there_is_something_new() -> None:
    one = followers(HOST.name)
    number = one.number
    waiting = asyncio.create_task(one.next(number))
    await asyncio.sleep(0)
    assert not waiting.done()
    one.end(ISSUED)
    await asyncio.wait_for(waiting, 60)
    assert (told(one)["ended"], one.number > number) == ([ISSUED.serial], True)
    await asyncio.wait_for(one.next(number), 60)  # who comes late is answered at once


async def test_numbers_grow_over_a_restart() -> None:
    one = followers(HOST.name)
    for _ in range(50):
        last = one.change()
    again = followers(HOST.name)
    again.clock.forward(MINUTE)  # type: ignore[attr-defined]
    assert again.number > last


async def test_a_state_that_is_ahead_is_outgrown_and_not_in_force() -> None:
    """One start with a clock a year ahead, and hosts would take nothing for a year."""
    one = followers(HOST.name)
    ahead = one.change() + 366 * DAY
    waiting = asyncio.create_task(one.next(one.number))
    await asyncio.sleep(0)
    assert one.outgrow(ahead)
    await asyncio.wait_for(waiting, 60)  # every host is told
    one.hear(HOST.id, Heard(NOW, ahead))
    assert not one.is_in_force("databases", one.number)
    assert (one.number, told(one)["number"], one.outgrow(ahead)) == (ahead + 1, ahead + 1, False)
    assert one.outgrow(NOW + MOST_AHEAD)  # a host that lies stays behind, and no other
    assert one.number == ahead + 1


async def test_a_host_is_told_of_its_own_apps_certificates_alone() -> None:
    one = followers(HOST.name)
    one.end(ISSUED)
    one.end(type(ISSUED)(**{**{name: getattr(ISSUED, name) for name in ISSUED.__slots__}, "serial": 9, "app": "other"}))
    state = told(one, "ssh-ed25519-cert")
    assert (state["ended"], state["certificate"], state["app"]) == ([ISSUED.serial], "ssh-ed25519-cert", "databases")
    assert base64.b64decode(str(state["revoked"])).startswith(b"SSHKRL")
    assert state["authorities"] == [one.authorities.of(Purpose.PEOPLE)[0].line]


async def test_a_host_that_no_app_names_any_more_trusts_nobody_and_still_listens() -> None:
    state = told(followers("another.harbor.example"))
    assert state["authorities"] == []
    assert len(state["signers"]) == 1  # type: ignore[arg-type]


async def test_whether_a_state_is_in_force_is_what_hosts_that_are_there_have_said() -> None:
    one = followers(HOST.name)
    number = one.change()
    assert one.is_in_force("databases", number)  # nobody is there
    one.hear(HOST.id, Heard(NOW, number - 1))
    assert not one.is_in_force("databases", number)
    creating = asyncio.create_task(one.create_account("databases", "ida"))
    await asyncio.sleep(0)
    assert told(one)["accounts"] == ["ida"]
    one.hear(HOST.id, Heard(NOW, one.number))
    await asyncio.wait_for(creating, 60)


async def test_what_is_over_is_forgotten() -> None:
    one = followers(HOST.name)
    one.end(ISSUED)
    await one.create_account("databases", "ida")
    one.forget(ISSUED.until + 2 * DAY)
    assert (told(one)["ended"], told(one)["accounts"]) == ([], [])


async def test_that_nothing_is_open_is_known_when_every_host_has_said_so() -> None:
    one = followers(HOST.name)
    assert not one.are_all_without(ISSUED)
    one.hear(HOST.id, Heard(ISSUED.valid_until + 1, 1, frozenset({ISSUED.serial})))
    assert not one.are_all_without(ISSUED)
    one.hear(HOST.id, Heard(ISSUED.valid_until + 1, 1))
    assert one.are_all_without(ISSUED)
    assert not followers(HOST.name, "db2.harbor.example").are_all_without(ISSUED)
