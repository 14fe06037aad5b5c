"""Which device a browser sits on: the agent of the same machine signs a challenge that the browser's session was given.

A session is bound for a quarter of an hour, and proves it anew before that is over. Each proof gives its browser a new
tie (`limen.ties`). Cookies that were copied elsewhere find no agent there that holds this device's key, so they are on
no device once the tie that was copied with them is over, whatever the browser proves that they were copied from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar

from limen.browser_state import BrowserStates, StateRefusedError
from limen.clock import Instant, Milliseconds
from limen.devices import wire
from limen.devices.model import EnrolledDevice, KeyStorage, State
from limen.devices.projection import Projection
from limen.devices.reports import Reports
from limen.devices.wire import Kind, RefusedError
from limen.events import Event, Outcome
from limen.facts import Session
from limen.pillar import Core, DeviceSessions
from limen.rate_limit import RateLimit
from limen.storage import Transaction
from limen.ties import BY_AGENT, BY_BROWSER, CERTIFIED

T = TypeVar("T")

LASTS: Final[Milliseconds] = BY_AGENT
CHALLENGE_SECONDS: Final = 60
TOLD_PER_SECOND, TOLD_AT_ONCE = 1 / 60, 20
"""How many refused proofs of one person are journaled: a page that tries again and again says nothing new."""
AGENT_PORTS: Final = (47_113, 47_114, 47_115)
"""Where an agent listens on its own machine: the first of them that is free."""
_PURPOSE: Final = "device proof"
LEVELS: Final = {KeyStorage.FILE: 1, KeyStorage.TPM: 2}
"""How firmly a proof binds: by a key in a file, by one that can't leave its machine."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A session that is bound, so firmly and until then."""

    device: EnrolledDevice
    level: int
    until: Instant


class Bindings:
    """Gives challenges to sessions and takes what agents made of them. Used on the event loop."""

    def __init__(self, core: Core, sessions: DeviceSessions, reports: Reports, projection: Projection) -> None:
        self._core = core
        self._sessions = sessions
        self._reports = reports
        self._projection = projection
        self._states = core.offers.take(BrowserStates)
        self._origin = core.settings.public_url
        self._told = RateLimit(TOLD_PER_SECOND, TOLD_AT_ONCE)

    async def challenge(self, session: Session) -> tuple[str, str]:
        """A challenge for this session, good once and for a minute, and the name by which the agent signs for it."""
        name = _name_of(session)
        return await self._states.issue(_PURPOSE, name.encode(), {"session": session.id}, CHALLENGE_SECONDS), name

    async def prove(self, session: Session, compact: bytes, address: str) -> Bound:
        """Bind the session to the device whose agent signed this. Raises RefusedError, which is journaled."""
        device = await self._refusing(self._judged(session, compact), session, address)
        return await self._bind(session, device, LEVELS[device.key_storage], address)

    async def certified(self, session: Session, code: str, address: str) -> tuple[Bound, str, str]:
        """Bind the session to the device whose certificate a front has seen, by the code for it; and where its browser
        was on the way to: an app's id and a path. Raises RefusedError, which is journaled.
        """
        device, stands_for = await self._refusing(self._certified(session, code), session, address)
        bound = await self._bind(session, device, LEVELS[KeyStorage.FILE], address)
        return bound, stands_for["app"], stands_for["to"]

    def name_of(self, session: Session) -> str:
        """What stands for a session on its way to the host that asks for certificates."""
        return _name_of(session)

    async def _judged(self, session: Session, compact: bytes) -> EnrolledDevice:
        message = self._reports.proved(compact, Kind.PROOF)
        claims, name = message.claims, _name_of(session)
        if claims.get("origin") != self._origin or claims.get("session") != name:
            raise RefusedError(403, "of_another", "the agent signed this for another page or session", "try again")
        try:
            await self._states.take(_PURPOSE, name.encode(), wire.text(claims, "challenge", 60).encode())
        except StateRefusedError:
            raise RefusedError(
                403, "challenge_over", "this challenge was used, or its minute is over", "try again"
            ) from None
        device = self._usable(session, message.device_id)
        held = self._projection.held[device.id]
        if claims.get("seq") != held.posture.seq or claims.get("report") != wire.encoded(held.posture.digest):
            raise RefusedError(409, "report_first", "the agent has to report first", "try again in a moment")
        return device

    async def _certified(self, session: Session, code: str) -> tuple[EnrolledDevice, Mapping[str, str]]:
        """What a front has seen, by its code: the device, and where the browser goes on to. Raises RefusedError."""
        try:
            seen = await self._states.take(CERTIFIED, _name_of(session).encode(), code.encode("utf-8", "replace"))
        except StateRefusedError:
            raise RefusedError(
                403, "no_certificate", "your browser has no certificate of this device", "get one"
            ) from None
        return self._usable(session, seen["device"]), seen

    def _usable(self, session: Session, device_id: str) -> EnrolledDevice:
        """The device, where the session's person may be bound to it. Raises RefusedError."""
        held = self._projection.held.get(device_id)
        if held is None or held.device.state is not State.ACTIVE:
            raise RefusedError(403, "not_active", "this device may not be used", "ask whoever administers Limen")
        if held.device.owner_id != session.person_id:
            raise RefusedError(403, "not_its_owner", "this device is somebody else's", "use your own")
        return held.device

    async def _refusing(self, work: Awaitable[T], session: Session, address: str) -> T:
        """What `work` comes to; a refusal is journaled. Raises RefusedError."""
        try:
            return await work
        except RefusedError as refused:
            self._tell_refused(session, refused, address)
            raise

    def _tell_refused(self, session: Session, refused: RefusedError, address: str) -> None:
        """Journal it, unless this person's proofs were refused often of late."""
        if not self._told.admits(session.person_id, self._core.clock.now()):
            return
        self._core.journal.record(
            Event(
                at=self._core.clock.now(),
                kind="device.proof_refused",
                outcome=Outcome.FAILURE,
                actor=session.person_id,
                subject=session.person_id,
                session=session.id,
                address=address,
                reason=refused.error,
            )
        )

    async def _bind(self, session: Session, device: EnrolledDevice, level: int, address: str) -> Bound:
        """`level`: how firmly the proof binds by itself; a browser that has a key of its own is bound more firmly."""
        was = (session.device_id, session.binding)
        level = BY_BROWSER if session.tied_from else level
        bound = Bound(device, level, self._core.clock.now() + LASTS)

        def work(transaction: Transaction) -> int:
            if not self._sessions.bind(transaction, session.id, device.id, level, bound.until):
                raise RefusedError(403, "session_ended", "you are not signed in any more", "sign in")
            return transaction.changed_seq

        await self._core.feed.settled(await self._core.database.writing(work))
        if was != (device.id, level):
            self._core.journal.record(
                Event(
                    at=self._core.clock.now(),
                    kind="device.bound",
                    actor=session.person_id,
                    subject=session.person_id,
                    session=session.id,
                    device=device.id,
                    address=address,
                    details={"level": level},
                )
            )
        return bound


def _name_of(session: Session) -> str:
    """What stands for a session in what agents sign: it names it, and opens nothing."""
    return sha256(f"device proof {session.id}".encode()).hexdigest()
