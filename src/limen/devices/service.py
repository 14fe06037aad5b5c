"""Devices, put together: what agents, people and administrators can do about them. Offered to pages and commands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, TypeVar

from limen.clock import Instant
from limen.devices import enrolment, fleet_count_store, states, store
from limen.devices.binding import AGENT_PORTS, Bindings
from limen.devices.certificates import store as certificates
from limen.devices.certificates.issuing import Certificates
from limen.devices.compliance import Health
from limen.devices.enrolment import Enrolment, Enrolments
from limen.devices.judging import Judging
from limen.devices.logs import DeviceLogs
from limen.devices.model import EnrolledDevice, Posture, State
from limen.devices.nonces import Nonces
from limen.devices.projection import Projection
from limen.devices.reports import Reports, answer
from limen.devices.sources import intake
from limen.devices.streams import Stream, Streams
from limen.devices.tpm.makers import Makers
from limen.devices.tunnels import TunnelsAsked
from limen.devices.wiping import DeviceManagements
from limen.devices.wire import Kind, RefusedError
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.facts import Device, Session
from limen.facts.device_rules import DeviceRules
from limen.pillar import CompanyPeople, Core, DeviceSessions
from limen.storage import Transaction

T = TypeVar("T")

RECHECK_SECONDS: Final = 10.0
"""How long *Check again* waits for the device's report."""


class Devices:
    """What runs of devices. `projection` holds what is known of each, `enrolments` those that wait."""

    def __init__(self, core: Core, sessions: DeviceSessions, projection: Projection, makers: Makers) -> None:
        self._core = core
        self._sessions = sessions
        self.projection = projection
        self.nonces = Nonces(core.keyring.key_for("device nonces"))
        self.enrolments = Enrolments(
            core.database.kept_briefly, core.clock, core.settings.public_url, self.nonces, makers
        )
        self.reports = Reports(core, sessions, self.nonces, projection)
        self.streams = Streams()
        self.managements = DeviceManagements()
        self.bindings = Bindings(core, sessions, self.reports, projection)
        self.certificates = Certificates(core, self.reports, self.nonces)
        self.logs = DeviceLogs(core, self.reports, projection, self.nonces)
        self.tunnels = TunnelsAsked(core, self.reports, projection, self.nonces)
        self._seen: dict[str, asyncio.Event] = {}
        projection.known_key = self.reports.known_key
        projection.state_changed = self._tell_state
        self.judging = Judging(core, sessions, projection, self.streams.listening, self._ask)

    def now(self) -> Instant:
        return self._core.clock.now()

    # Enrolling

    async def begin(self, compact: bytes, address: str) -> dict[str, Any]:
        """Answer an agent that wants to enrol. Raises RefusedError."""
        with self._telling(address):
            begun, nonce = await self.enrolments.begin(compact, address)
        return enrolment.told(begun, nonce, f"{self._core.settings.public_url}/devices/enrol")

    async def finish(self, compact: bytes, address: str) -> tuple[int, dict[str, Any]]:
        """Answer an agent that asks whether it is enrolled: the status, and what it is told. Raises RefusedError."""
        with self._telling(address):
            waiting = await self.enrolments.finishing(compact)
        nonce = self.nonces.new(self._core.clock.now())
        if not waiting.owner_id and not waiting.token_hash:
            return 202, {"state": "waiting", "nonce": nonce, "poll_s": enrolment.POLL_SECONDS}
        try:
            device = await self._core.write(lambda t: self._enrolled(t, waiting))
        except RefusedError as refused:
            self._tell_refused(refused, address)
            raise
        finally:
            await self.enrolments.done(waiting)
        owner = self._core.known.people.get(device.owner_id)
        return 200, {
            "state": "enrolled",
            "device": device.id,
            "nonce": nonce,
            "key_storage": device.key_storage.value,
            "report_every_s": self._core.known.device_rules.report_every_s,
            "owner": owner.name if owner else "",
            "company": self._core.settings.name,
            "origins": [self._core.settings.public_url],
            "agent_ports": list(AGENT_PORTS),
            **({"key_storage_why": waiting.doubt} if waiting.doubt else {}),
        }

    def _enrolled(self, transaction: Transaction, waiting: Enrolment) -> EnrolledDevice:
        now = self._core.clock.now()
        device = self.enrolments.enrol(transaction, waiting, now)
        owner = self._core.offers.take(CompanyPeople).all(transaction).get(device.owner_id)
        if owner is None or not owner.active:  # somebody was let go while their device waited
            raise RefusedError(403, "refused", "its owner has no access any more", "ask whoever administers Limen")
        for touched in intake.match_device(transaction, device.id, now) - {device.id}:
            self.judging.again(transaction, touched, now)
        owner = self._core.known.people.get(device.owner_id)
        if owner is None or not owner.active:
            raise RefusedError(403, "refused", "the owner's account is not active", "ask whoever administers Limen")
        return device

    async def token(self, owner_id: str, *, by: str) -> str:
        """A one-time token by which a company's own device is enrolled for this person. Raises LimenError."""
        owner = self._core.known.people.get(owner_id)
        if owner is None or not owner.active:
            raise LimenError("nobody of this name has an active account", "choose somebody of the list of people")
        return await self._core.write(lambda t: enrolment.make_token(t, owner_id, self._core.clock.now(), by=by))

    async def refuse(self, waiting: Enrolment, session: Session) -> None:
        """Somebody to whom a device's code was given did not begin this: it may be an attempt to get in."""
        if await self.enrolments.refuse(waiting) is None:
            return  # somebody answered it meanwhile
        self._core.journal.record(
            Event(
                at=self._core.clock.now(),
                kind="device.enrolment_refused",
                actor=session.person_id,
                subject=session.person_id,
                session=session.id,
                address=waiting.address,
            )
        )

    # Reporting

    async def report(self, compact: bytes, address: str) -> dict[str, Any]:
        """Take a report, and answer it. Raises RefusedError, StorageError."""
        try:
            taken = await self.reports.take(compact, address)
        except RefusedError as refused:
            self._tell_refused(refused, address)
            raise
        if taken.device is not None:
            self._seen.pop(taken.device.id, asyncio.Event()).set()
        told = answer(taken, self.nonces.new(self._core.clock.now()), self._core.known.device_rules.report_every_s)
        if wanted := self.logs.wanted(taken.device.platform.value if taken.device is not None else ""):
            told["logs"] = wanted
        return told | ({"certificates": self.certificates.domain} if self.certificates.domain else {})

    async def tunnel(self, compact: bytes, address: str) -> dict[str, Any]:
        """Answer an agent that wants a tunnel, or has one. Raises RefusedError."""
        with self._telling(address):
            return await self.tunnels.take(compact)

    async def take_logs(self, compact: bytes, address: str) -> dict[str, Any]:
        """Answer an agent that sends logs of its device. Raises RefusedError."""
        try:
            return await self.logs.take(compact, address)
        except RefusedError as refused:
            if refused.error != "unavailable":
                self._tell_refused(refused, address)
            raise

    async def certificate(self, compact: bytes, address: str) -> dict[str, Any]:
        """Answer an agent that asks for a client certificate. Raises RefusedError, StorageError."""
        try:
            return await self.certificates.issue(compact, address)
        except RefusedError as refused:
            self._tell_refused(refused, address)
            raise

    def listen(self, compact: bytes, address: str) -> Stream:
        """An agent that wants to be told. Raises RefusedError."""
        with self._telling(address):
            message = self.reports.proved(compact, Kind.STREAM)
            self.nonces.judge(message.claims.get("nonce"), self._core.clock.now())
        stream = self.streams.open(message.device_id)
        device = self.device(message.device_id)
        if device.state is not State.ACTIVE:
            self.streams.tell(device.id, "ended", why=device.state.value)
        return stream

    async def check_again(self, device_id: str) -> bool:
        """Have the device look again, and wait for its report; False where it did not come in `RECHECK_SECONDS`."""
        event = self._seen.setdefault(device_id, asyncio.Event())
        if not self._ask(device_id):
            return False
        try:
            async with asyncio.timeout(RECHECK_SECONDS):
                await event.wait()
        except TimeoutError:
            return False
        return True

    # What is known

    @property
    def rules(self) -> DeviceRules:
        """What the company means by a healthy device."""
        return self._core.known.device_rules

    def of(self, owner_id: str) -> list[EnrolledDevice]:
        """Somebody's devices, by name."""
        return [one for one in self.all() if one.owner_id == owner_id]

    def has_active(self, owner_id: str) -> bool:
        """Whether somebody has a device that they may use."""
        return any(one.state is State.ACTIVE for one in self.of(owner_id))

    def all(self) -> list[EnrolledDevice]:
        """Every device, by name."""
        return sorted((one.device for one in self.projection.held.values()), key=lambda one: (one.name, one.id))

    def device(self, device_id: str) -> EnrolledDevice:
        """Raises UnknownDeviceError."""
        held = self.projection.held.get(device_id)
        if held is None:
            raise states.UnknownDeviceError
        return held.device

    def posture(self, device_id: str) -> Posture:
        """What a device reported last."""
        held = self.projection.held.get(device_id)
        return held.posture if held is not None else Posture()

    def known(self, device_id: str) -> Device | None:
        """What decisions know of a device now, after what fades; None for one that is none to them."""
        found = self._core.known.devices.get(device_id)
        if found is None or not found.fades_at or self.now() < found.fades_at:
            return found
        return replace(found, compliance="unknown", passing=frozenset())

    def health(self, device_id: str) -> Health | None:
        return self.projection.health(device_id)

    # What people and administrators do

    async def change(self, device_id: str, state: State, *, by: str, why: str = "") -> None:
        """Quarantine, release, report lost or retire a device. Raises UnknownDeviceError, StateError."""
        now = self._core.clock.now()

        def work(transaction: Transaction) -> None:
            device = states.known(transaction, device_id)
            states.change(transaction, self._sessions, device, state, now, by=by, why=why)
            for touched in intake.match_device(transaction, device_id, now) - {device_id}:
                self.judging.again(transaction, touched, now)

        await self._core.write(work)

    async def wipe(self, device_id: str, *, by: str, why: str = "") -> str:
        """Have the management of devices that has it wipe a device; its name. The device counts as lost from then on.

        Raises UnknownDeviceError, NoManagementError, LimenError.
        """
        device = self.device(device_id)
        management = await self.managements.wipe(device)
        now = self._core.clock.now()

        def work(transaction: Transaction) -> None:
            kind, details = "device.wipe_requested", {"by": management}
            transaction.say(
                Event(at=now, kind=kind, actor=by, subject=device.owner_id, device=device.id, details=dict(details))
            )
            if states.known(transaction, device_id).state in {State.ACTIVE, State.QUARANTINED}:
                states.change(transaction, self._sessions, device, State.LOST, now, by=by, why=why or "it is wiped")

        await self._core.write(work)
        return management

    async def set_managed(self, device_id: str, *, is_managed: bool, by: str) -> None:
        """Say whether a device is the company's. Raises UnknownDeviceError."""
        now = self._core.clock.now()
        await self._core.write(
            lambda t: states.set_managed(t, states.known(t, device_id), now, is_managed=is_managed, by=by)
        )

    # As time passes

    async def count(self) -> None:
        """Note how many devices in use are healthy this hour; nothing where there are none."""
        now = self._core.clock.now()
        live = [one for one in self.all() if one.state in {State.ACTIVE, State.QUARANTINED}]
        health = (known.compliance if (known := self.known(one.id)) else "" for one in live)
        count = fleet_count_store.counted(health, now)
        if count.total:
            await self._core.database.writing(lambda t: fleet_count_store.keep(t, count))

    async def counts(self, since: Instant) -> list[fleet_count_store.FleetCount]:
        """How many were healthy, hour by hour from then on."""
        return await self._core.database.reading(lambda snapshot: fleet_count_store.since(snapshot, since))

    async def forget(self) -> None:
        """Drop tokens and certificates whose time is over, and old changes: 10,000 devices leave four a second."""
        now = self._core.clock.now()

        def work(transaction: Transaction) -> None:
            store.forget_tokens(transaction.connection, now)
            certificates.forget(transaction.connection, now)

        await self._core.database.writing(work)
        await self._core.feed.forget()

    async def close(self) -> None:
        self.judging.close()
        self.reports.close()
        self.streams.end_all()

    # Inside

    def _ask(self, device_id: str) -> bool:
        """Whether its agent listens, and was asked to look again."""
        return self.streams.tell(device_id, "recheck", nonce=self.nonces.new(self._core.clock.now()), checks=[])

    def _tell_state(self, device_id: str, state: State) -> None:
        """Tell a device's agent at once what has become of it."""
        if state is State.ACTIVE:
            self._ask(device_id)
        else:
            self.tunnels.end(device_id)
            self.streams.tell(device_id, "ended", why=state.value)

    @contextmanager
    def _telling(self, address: str) -> Iterator[None]:
        """What is refused in here is journaled."""
        try:
            yield
        except RefusedError as refused:
            self._tell_refused(refused, address)
            raise

    def _tell_refused(self, refused: RefusedError, address: str) -> None:
        if refused.error in {"stale_nonce", "slow_down"}:
            return  # it mends itself
        self._core.journal.record(
            Event(
                at=self._core.clock.now(),
                kind="device.refused",
                outcome=Outcome.FAILURE,
                address=address,
                reason=refused.error,
            )
        )
