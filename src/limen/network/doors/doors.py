"""Doors: somebody asks, it is decided, the firewalls open for their address, and it is watched while it is open.

A door ends by itself, in the firewall, at the decision's own end or after the app's minutes, whichever comes first.
Where the decision turns before, it is closed at once. Every worker knows of every door, for a firewall asks any of
them: each decides about it for itself, at once and whenever a fact of it changes, and tells the firewalls that ask it.
Whichever closes it first says so to the others, and on record. Who starts decides anew about what is open.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import MINUTE, SECOND, Instant, Milliseconds
from limen.errors import LimenError
from limen.events import Event
from limen.facts import EVERYBODY, App, Person, Session, Subject
from limen.network.doors.model import Opening, rules_of, zone_of
from limen.network.doors.store import CHANGED, KeptDoor, all_doors, drop, put
from limen.network.model import Network
from limen.network.packets.ruleset import Rule
from limen.network.tunnels.tunnels import Tunnel, Tunnels
from limen.opaque import new_id
from limen.pillar import Core, KeptOpen, SignOnDecision
from limen.rate_limit import RateLimit
from limen.storage import Transaction
from limen.storage.errors import StorageError

DOOR: Final = "network"
CONNECT: Final = "connect"
SHORTEST: Final[Milliseconds] = 5 * SECOND
"""What would be over sooner is not opened."""
MOST_OF_ONE: Final = 50
MOST_RULES_OF_ONE: Final = 2_000
"""What all doors of somebody come to at once: firewalls take twenty thousand of everybody."""
MOST: Final = 5_000
"""Doors that stand open at once; each is a few elements in a firewall."""
_log = logging.getLogger(__name__)


class NoSuchDoorError(LimenError):
    """Also what anybody is told who may not know of the app."""

    def __init__(self) -> None:
        super().__init__("There is no connection of that name", "check the name, or ask your IT")


class NoWayError(LimenError):
    """No firewall stands between the address and where the door leads, or nobody could tell who is behind it."""

    def __init__(self) -> None:
        super().__init__(
            "From where you are it can't be opened",
            "connect from the company's network, or run `limen-agent connect` on this computer first",
        )


class TooManyDoorsError(LimenError):
    def __init__(self) -> None:
        super().__init__("Too many connections are open or were opened in a short time", "wait a minute, and try again")


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it: the decision, and on a permit the door that is open now."""

    answer: SignOnDecision
    opening: Opening | None = None


class Doors:
    """Used on the event loop alone."""

    def __init__(self, core: Core, kept: KeptOpen, tunnels: Tunnels) -> None:
        self._core = core
        self._kept = kept
        self._tunnels = tunnels
        tunnels.watch(self._tunnels_changed)
        self._open: dict[str, Opening] = {}
        self._being_written: set[str] = set()
        self._being_removed: set[asyncio.Task[None]] = set()
        self._leave: dict[str, Callable[[], None]] = {}
        self._told: list[Callable[[], None]] = []
        self._often = RateLimit(per_second=0.5, at_once=30)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._loop = asyncio.get_running_loop()
        self._stop_watching = core.known.watch(self._changed)

    def watch(self, told: Callable[[], None]) -> None:
        """Call `told` whenever a door opens or closes, at once: whoever enforces asks for `rules` then."""
        self._told.append(told)

    def open_of(self, person_id: str) -> list[Opening]:
        """What stands open for somebody, the newest first."""
        return sorted(
            (one for one in self._open.values() if one.person_id == person_id), key=lambda one: -one.opened_at
        )

    def all_open(self) -> list[Opening]:
        return list(self._open.values())

    def rules(self) -> tuple[Rule, ...]:
        """All that is let through by what is open now, as apps.yaml and network.yaml say it now."""
        now, network = self._core.clock.now(), self._network()
        return tuple(
            rule
            for one in self._open.values()
            if one.until > now and (app := self._app(one.app)) is not None and app.network is not None
            for rule in rules_of(one, app.network, network)
        )

    async def open(
        self, app_id: str, session: Session, person: Person, address: str, *, is_tied: bool = False
    ) -> Asked:
        """Decide, and open what was permitted, for the address that was asked from. What stood open there of the same
        app is replaced. `is_tied`: the request came with its browser's tie, which counts while the door is open, since
        nothing but the address it was asked from comes through. Raises NoSuchDoorError, NoWayError, TooManyDoorsError.
        """
        app = self._app(app_id)
        if app is None or app.network is None:
            raise NoSuchDoorError
        now = self._core.clock.now()
        latest = min(session.expires_at, now + app.network.minutes * MINUTE)
        tied_until = latest if is_tied else 0
        answer = self._kept.decide(DOOR, app, session, CONNECT, address, tied_until)
        until = self._kept.end(answer, latest)
        if until < now + SHORTEST or answer.session is None:
            return Asked(answer)
        one = Opening(new_id("no"), person.id, session.id, app.id, address, answer.id, now, until)
        tunnel = self.tunnel(session, address)
        if tunnel is not None:
            one = replace(one, device_id=tunnel.device_id, tunnel=tunnel.addresses)
        opens = sum(1 for _ in rules_of(one, app.network, self._network()))
        if not opens:
            raise NoWayError
        before = [each for each in self.open_of(person.id) if (each.app, each.sources) == (app.id, one.sources)]
        is_full = len(self.open_of(person.id)) >= MOST_OF_ONE or len(self._open) >= MOST
        is_full = is_full or opens + self._opened_by(person.id) > MOST_RULES_OF_ONE
        if (is_full and not before) or not self._often.admits(person.id, now):
            raise TooManyDoorsError
        await self._write(one, tied_until, before)
        self._take(one, answer, tied_until)
        for each in before:
            self._forget(each)
        self._tell()
        self._tunnels_changed()
        if one.id not in self._open:  # the decision turned meanwhile, or the tunnel is gone
            await self.settled()
            raise NoWayError
        return Asked(answer, one)

    def tunnel(self, session: Session, address: str) -> Tunnel | None:
        """By which a door would lead that is asked for from here; None where that is an address of the network, or the
        session is not on a device that has one.
        """
        if zone_of(self._network(), address):
            return None
        if session.binding == 0 or session.bound_until <= self._core.clock.now():
            return None
        return self._tunnels.of_device(session.device_id)

    def open_by(self, device_id: str, app_id: str) -> Opening | None:
        """The door that stands open to a device's tunnel; of several the one that lasts longest."""
        found = [one for one in self._open.values() if (one.device_id, one.app) == (device_id, app_id)]
        return max(found, key=lambda one: one.until, default=None)

    async def close_own(self, opening_id: str, person_id: str) -> bool:
        """Close a door for whom it was opened; False where none of theirs has this id."""
        one = self._open.get(opening_id)
        if one is None or one.person_id != person_id:
            return False
        self._end(one, "given-back")
        await self.settled()
        return True

    def heard(self, door_id: str, found: KeptDoor | None) -> None:
        """Another worker opened this door, or closed it (None)."""
        if door_id in self._being_written:
            return
        if found is not None:
            self._take_from_elsewhere(found)
        elif (one := self._open.get(door_id)) is not None:
            self._forget(one)
            self._tell()

    async def catch_up(self) -> None:
        """Decide about what is open elsewhere and not here, and remove what is over. Raises StorageError."""
        now = self._core.clock.now()
        found = await self._core.database.reading(lambda snapshot: all_doors(snapshot.connection))
        for each in found:
            if each.opening.until > now:
                self._take_from_elsewhere(each)
            elif each.opening.id not in self._open:
                self._remove(each.opening, "over")

    async def settled(self) -> None:
        """Return when what closed here is closed everywhere, and on record."""
        await asyncio.gather(*self._being_removed)

    def moved(self, address: str) -> None:
        """A firewall sees another machine at this address than the one that a door was opened for: it is nobody's
        there. A tunnel's addresses are its device's own.
        """
        for one in self.all_open():
            if one.address == address and not one.tunnel:
                self._end(one, "moved")

    async def close(self) -> None:
        """Limen stops: nothing is told any more, and each firewall ends what is open at its time."""
        self._stop_watching()
        for one in self.all_open():
            self._forget(one)
        await self.settled()

    def _opened_by(self, person_id: str) -> int:
        """How many rules all doors of somebody come to."""
        network = self._network()
        return sum(
            1
            for one in self.open_of(person_id)
            if (app := self._app(one.app)) is not None and app.network is not None
            for _ in rules_of(one, app.network, network)
        )

    def _changed(self, subject: Subject) -> None:
        """Where a door leads may be another since; perhaps on another thread."""
        if subject in EVERYBODY and self._open:
            self._loop.call_soon_threadsafe(self._tell)

    def _tunnels_changed(self) -> None:
        """What led through a tunnel that is gone is closed."""
        for one in self.all_open():
            its = self._tunnels.of_device(one.device_id)
            if one.tunnel and (its is None or its.addresses != one.tunnel):
                self._end(one, "tunnel-gone")

    def _take(self, one: Opening, answer: SignOnDecision, tied_until: Instant) -> None:
        self._open[one.id] = one
        seconds = (one.until - self._core.clock.now()) / SECOND
        self._timers[one.id] = self._loop.call_later(max(seconds, 0), self._end, one, "over")
        leave = self._kept.watch(answer, DOOR, one.address, tied_until, lambda why: self._end(one, why))
        if one.id in self._open:
            self._leave[one.id] = leave
        else:
            leave()

    def _take_from_elsewhere(self, found: KeptDoor) -> None:
        """Open here what another worker opened, where this one permits it too."""
        one, known = found.opening, self._core.known
        app, session = self._app(one.app), known.sessions.get(one.session_id)
        if one.id in self._open or app is None or app.network is None or session is None:
            return
        answer = self._kept.decide(DOOR, app, session, CONNECT, one.address, found.tied_until)
        if self._kept.end(answer, one.until) > self._core.clock.now():
            self._take(one, answer, found.tied_until)
            self._tell()
            self._tunnels_changed()

    def _end(self, one: Opening, why: str) -> None:
        if one.id not in self._open:
            return
        self._forget(one)
        self._tell()
        if self._core.clock.monotonic() < self._core.known.lease_until:  # who is cut off closes its own alone
            self._remove(one, why)

    def _remove(self, one: Opening, why: str) -> None:
        task = self._loop.create_task(self._close_everywhere(one, why))
        self._being_removed.add(task)
        task.add_done_callback(self._being_removed.discard)

    async def _close_everywhere(self, one: Opening, why: str) -> None:
        event = self._event(one, "network.door_closed", why)

        def write(transaction: Transaction) -> None:
            if drop(transaction.connection, one.id):
                transaction.changed(CHANGED, one.id)
                transaction.say(event)

        try:
            await self._core.write(write)
        except StorageError:
            self._core.journal.record(event)

    def _forget(self, one: Opening) -> None:
        self._open.pop(one.id, None)
        if (timer := self._timers.pop(one.id, None)) is not None:
            timer.cancel()
        if (leave := self._leave.pop(one.id, None)) is not None:
            leave()

    def _tell(self) -> None:
        for told in self._told:
            try:
                told()
            except Exception:  # noqa: BLE001 -- one firewall that is not told keeps no other from closing
                _log.exception("a firewall could not be told of doors")

    async def _write(self, one: Opening, tied_until: Instant, before: Sequence[Opening]) -> None:
        """A door is open only once that is on record. Others hear of it, and then of those that it replaces."""

        def write(transaction: Transaction) -> None:
            put(transaction.connection, one, tied_until)
            transaction.changed(CHANGED, one.id)
            for each in before:
                if drop(transaction.connection, each.id):
                    transaction.changed(CHANGED, each.id)
            transaction.say(self._event(one, "network.door_opened"))

        ids = {one.id, *(each.id for each in before)}
        self._being_written |= ids
        try:
            await self._core.write(write)
        finally:
            self._being_written -= ids

    def _event(self, one: Opening, kind: str, why: str = "") -> Event:
        details: dict[str, str | int | bool] = {"app": one.app, "opening": one.id, "decision": one.decision}
        return Event(
            at=self._core.clock.now(),
            kind=kind,
            actor=one.person_id if why in {"", "given-back"} else "",
            subject=one.person_id,
            session=one.session_id,
            address=one.address,
            reason=why,
            details={
                **details,
                "zone": zone_of(self._network(), one.sources[0]),
                **({"why": why} if why else {"until": one.until}),
            },
        )

    def _app(self, app_id: str) -> App | None:
        return self._core.known.apps.get(app_id)

    def _network(self) -> Network:
        return self._core.known.rules_of(Network) or Network(())
