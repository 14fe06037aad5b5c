"""Limen in a process of its own, so that a test can kill it: `python -m tests.interop.killed_limen web|doors …`.

It says what is asked of it as a line of JSON for each line that it reads, and never ends by itself.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from tests.access.membership.at_slapd import AtSlapd, write as write_groups
from tests.devices.served import OWNER, Served, served
from tests.enforcement.house import House, Ticking, gateway
from tests.enforcement.ssh.hosts import HOST, door_of, grant, hosts_of, write as write_hosts
from tests.slapd import SECRET, Slapd

from limen.access.membership.directories import keep_secret
from limen.clock import HOUR, SECOND
from limen.enforcement.ssh.door import Asked
from limen.facts import Auth, Factor, Person, Session
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Transaction


class Killable:
    """That process, seen from the test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.started: dict[str, Any] = self._heard()

    def asks(self, **what: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def kill(self) -> None:
        """Without a word to anybody."""
        self._process.kill()
        assert self._process.wait() == -signal.SIGKILL

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard


@contextmanager
def killable(kind: str, *words: str) -> Iterator[Killable]:
    command = [sys.executable, "-m", "tests.interop.killed_limen", kind, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Killable(process)
        finally:
            process.kill()


# In the process


async def web(upstream: str) -> None:
    """Limen behind a front: somebody is signed in at the wiki."""
    house = House(clock=Ticking(), upstream=upstream, trusted=(ip_network("127.0.0.1/32"),))
    async with gateway(house) as port:
        check = house.check_server()
        await check.start("127.0.0.1:0")
        say(limen=port, check=check.port, cookie=house.cookie())
        await asyncio.Event().wait()


async def doors(folder: str, slapd: str) -> None:
    """Limen whose people reach hosts by SSH, and are in a group of a directory, by grants."""
    there = Slapd(**{**json.loads(slapd), "folder": Path(folder)})

    def write(root: Path) -> None:
        write_hosts(root)
        write_groups(there, root)

    async with served(Path(folder), write) as limen:
        at = AtSlapd(limen.house, there)
        core, directory = limen.house.limen.core, at.directories.known()["office"]
        await core.write(lambda t: keep_secret(t, core.keyring, "office", directory, SECRET, core.clock.now(), by=""))
        say(address=limen.address)
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(line)
            say(**await _DOES[asked.pop("do")](at, limen, **asked))


async def token(_at: AtSlapd, limen: Served) -> dict[str, Any]:
    return {"token": await hosts_of(limen.house).token(HOST, by="")}


async def grants(at: AtSlapd, limen: Served, seconds: int) -> dict[str, Any]:
    """Of both, to the same instant; who gets the one for the group is a member when this returns."""
    grant(limen.house, OWNER, "connect", "elevate", lasts=seconds * SECOND)
    oscar = Person("p_oscar", "Oscar Lind", "oscar@harbor.example", frozenset({"staff"}), active=True)
    account = at.there.add_person("oscar", oscar.name, oscar.email)

    def hire(transaction: Transaction) -> None:
        people.add(transaction.connection, oscar, PersonStatus.ACTIVE, limen.house.clock.now())
        transaction.changed("person", oscar.id)

    await limen.house.limen.core.write(hire)
    await at.granted(oscar.id, seconds * SECOND)
    await at.kept()
    return {"account": account}


async def certificate(_at: AtSlapd, limen: Served, key: str) -> dict[str, Any]:
    now, known = limen.house.clock.now(), limen.house.limen.known
    auth = Auth(3, frozenset({Factor.PASSKEY}), now)
    session = Session("s_ida", OWNER, auth, now, now + 8 * HOUR, 2 * HOUR, address="127.0.0.1")
    known.sessions.put(session.id, session)
    asked = Asked(host=HOST, key=key, is_elevated=True)
    issued = await door_of(limen.house).ask(asked, session, known.people[OWNER], "127.0.0.1")
    return {
        "certificate": issued.certificate,
        "account": issued.account,
        "until": issued.until,
        "vouching": issued.vouching,
    }


_DOES: Any = {"token": token, "grants": grants, "certificate": certificate}


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run({"web": web, "doors": doors}[sys.argv[1]](*sys.argv[2:]))
