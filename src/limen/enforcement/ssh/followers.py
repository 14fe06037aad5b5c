"""The hosts that follow Limen: what each is told, signed, and until when it waits for the next of it.

A host asks for its *state* and says which it has; it is answered as soon as there is another. So a revocation reaches
it at once, and the question says that the state before is in force there.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from typing import Any, Final

from limen.clock import DAY, SECOND, Instant
from limen.enforcement.ssh.authorities import Authorities, Purpose
from limen.enforcement.ssh.certificates import HOST_LIVES
from limen.enforcement.ssh.revoked_keys import revocation_list
from limen.enforcement.ssh.store import EnrolledHost, IssuedCertificate
from limen.facts import FactStore
from limen.following.questions import IS_THERE
from limen.following.turns import State, Turns, signed_state

CREATES_SECONDS: Final = 1.5
"""How long somebody waits for an account to be created on the hosts that are there."""
RENEWED_BEFORE: Final = HOST_LIVES - DAY
"""A host gets the next certificate when its own has less than this left, that is, each day."""
NAMESPACE: Final = "limen-ssh-state"
"""What a signature of a state is good for, and nothing else."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a host said last: which state is in force there, the certificates that something is open of, whether
    certificates are the only way in, and by how many seconds its clock is ahead of Limen's.
    """

    at: Instant
    state: int = 0
    open: frozenset[int] = frozenset()
    is_only: bool = False
    clock: int = 0


_NOTHING: Final = Heard(0)


@dataclass
class Followers(Turns):
    """What hosts are told. `accounts` are people's own, by their ids, `locked` the marks of those whose owners were
    erased. Used on the event loop alone.
    """

    known: FactStore
    authorities: Authorities
    accounts: dict[str, str] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    heard: dict[str, Heard] = field(default_factory=dict)
    hosts: dict[str, EnrolledHost] = field(default_factory=dict)
    _ended: dict[int, IssuedCertificate] = field(default_factory=dict)
    _ended_in: dict[int, int] = field(default_factory=dict)
    _created: dict[tuple[str, str], Instant] = field(default_factory=dict)
    _said: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, host_id: str, heard: Heard) -> None:
        """A host has asked."""
        self.heard[host_id] = heard
        before, self._said = self._said, asyncio.Event()
        before.set()

    # What changes it

    def end(self, one: IssuedCertificate) -> None:
        """From now on a certificate opens nothing any more, and what was begun with it ends."""
        self._ended[one.serial] = one
        self._ended_in[one.serial] = self.change()

    def has_ended(self, serial: int) -> bool:
        return serial in self._ended

    async def create_account(self, app: str, account: str) -> None:
        """Return when the hosts that are there have this account, or had time to."""
        if (app, account) in self._created:
            return
        self._created[app, account] = self.clock.now()
        number = self.change()
        try:
            async with asyncio.timeout(CREATES_SECONDS):
                while not self.is_in_force(app, number):
                    await self._said.wait()
        except TimeoutError:
            return

    def is_in_force(self, app: str, number: int) -> bool:
        """Whether each host of the app that is there has this state, or a later one."""
        return all(self.heard[one.id].state >= number for one in self._there(app))

    def key_of(self, name: str) -> str:
        """The key of the host that has this name now, as a line; "": none has enrolled."""
        return next((one.host_key for one in self.hosts.values() if one.name == name), "")

    def heard_of(self, name: str) -> Heard:
        """What the host of this name said last; `at` is 0 where it said nothing."""
        return next(
            (self.heard[one.id] for one in self.hosts.values() if one.name == name and one.id in self.heard), _NOTHING
        )

    def _there(self, app: str) -> list[EnrolledHost]:
        since = self.clock.now() - IS_THERE
        return [
            one
            for one in self.hosts.values()
            if one.app == app and one.id in self.heard and self.heard[one.id].at >= since
        ]

    def are_all_without(self, one: IssuedCertificate) -> bool:
        """Whether every host that this certificate opens has said since its end that nothing is open of it."""
        theirs = [host for host in self.hosts.values() if host.app == one.app]
        said = [self.heard.get(host.id, Heard(0)) for host in theirs]
        app = self.known.apps.get(one.app)
        are_all_known = app is None or app.ssh is None or set(app.ssh.hosts) <= {host.name for host in theirs}
        return are_all_known and all(heard.at > one.valid_until and one.serial not in heard.open for heard in said)

    def ended_of(self, person_id: str) -> list[IssuedCertificate]:
        """Somebody's certificates that were ended, and by which something could still be open on a host."""
        return [one for one in self._ended.values() if one.person_id == person_id]

    def not_confirmed_by(self, one: IssuedCertificate) -> list[str]:
        """The hosts that have not said that this end is in force there, and that nothing is open of it."""
        app, told_in = self.known.apps.get(one.app), self._ended_in.get(one.serial, 0)
        theirs = [host for host in self.hosts.values() if host.app == one.app]
        heard = {host.name: self.heard.get(host.id, _NOTHING) for host in theirs}
        known = {host.name for host in theirs} | (
            set(app.ssh.hosts) if app is not None and app.ssh is not None else set()
        )

        def is_confirmed(said: Heard) -> bool:
            return said.state >= told_in > 0 and one.serial not in said.open

        return sorted(name for name in known if not is_confirmed(heard.get(name, _NOTHING)))

    def forget(self, now: Instant) -> None:
        """Drop ends of what is over by itself, and accounts that were created long ago: they are there."""
        for serial in [serial for serial, one in self._ended.items() if one.until <= now]:
            del self._ended[serial], self._ended_in[serial]
        for key in [key for key, at in self._created.items() if at < now - DAY]:
            del self._created[key]

    # What is told

    def state(self, host: EnrolledHost, certificate: str = "") -> State:
        """What this host is told now; with its own next certificate where there is one."""
        now, number = self.clock.now(), self.number
        app = self.known.apps.get(host.app)
        is_ours = app is not None and app.ssh is not None and host.name in app.ssh.hosts
        ended = sorted(serial for serial, one in self._ended.items() if one.app == host.app)
        trusted = self.authorities.of(Purpose.PEOPLE)
        said: dict[str, Any] = {
            "host": host.id,
            "app": host.app,
            "number": number,
            "at": now // SECOND,
            "authorities": [one.line for one in trusted] if is_ours else [],
            "signers": [one.line for one in trusted],
            "revoked": base64.b64encode(revocation_list([one.blob for one in trusted], ended, number, now)).decode(),
            "ended": ended,
            "accounts": sorted(account for about, account in self._created if about == host.app),
            "locked": sorted(self.locked),
            "certificate": certificate,
        }
        return signed_state(number, said, self.authorities.signing(Purpose.PEOPLE, now), NAMESPACE)
