"""Break-glass: a way into the console that works whatever the policies, the database or a full disk say.

All of its state is one small file of fixed size, written out beforehand and signed with a key that follows from the
master key. `limen break-glass` puts a one-time link into it; whoever opens the link in time holds the console for half
an hour. Whatever can't be read, or is not signed, opens nothing.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import MINUTE, Instant, Milliseconds
from limen.errors import LimenError
from limen.events import Event, EventIds
from limen.facts import Auth, Factor, Session
from limen.opaque import new_token
from limen.printable import one_line
from limen.storage.files import open_own, read_own, write_new
from limen.storage.journal.emergency import EmergencySegment

FILE: Final = "break-glass.state"
BYTES: Final = 4_096
LINK_MS: Final[Milliseconds] = 15 * MINUTE
OPEN_MS: Final[Milliseconds] = 30 * MINUTE
MAX_REASON: Final = 300
_EVENT_BYTES: Final = 1_000
PREFIX: Final = "bg_"
"""Ids of break-glass sessions begin with it; no other session's does."""

KIND: Final = "break_glass.used"
ISSUED, OPEN, ENDED = "issued", "open", "ended"
_SIGNATURE: Final = 64


class BreakGlassError(LimenError):
    """Break-glass can't be used like this."""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Where the newest break-glass stands. Hashes are SHA-256 in hex; instants are 0 where it has not come to that.

    `event` is the id of the event that says it was issued.
    """

    step: str
    person: str
    reason: str
    event: str
    link: str
    issued_at: Instant
    link_ends_at: Instant
    session: str = ""
    token: str = ""
    opened_at: Instant = 0
    ends_at: Instant = 0

    def is_open(self, now: Instant) -> bool:
        """A clock set back does not make it longer: before its opening it is not open either."""
        return self.step == OPEN and self.opened_at <= now < self.ends_at

    def can_be_opened(self, now: Instant) -> bool:
        return self.step == ISSUED and self.issued_at <= now < self.link_ends_at

    def as_session(self) -> Session:
        """The session of whoever opened it: proved by a link, and nothing more."""
        auth = Auth(1, frozenset({Factor.LINK}), self.opened_at)
        length = self.ends_at - self.opened_at
        return Session(self.session, self.person, auth, self.opened_at, self.ends_at, length)


def is_break_glass(session: Session) -> bool:
    return session.id.startswith(PREFIX)


class BreakGlass:
    """The file, and its steps. `keys` are the journal's: the first signs, all of them verify."""

    def __init__(self, path: Path, keys: tuple[bytes, ...]) -> None:
        self._path = path
        self._keys = tuple(hmac.digest(key, b"limen break-glass", sha256) for key in keys)

    def prepare(self) -> None:
        """Have the file's room on the disk; done at each start, so that it is there when the disk is full.

        Raises OSError when there is no room for it now, or something else lies in its place.
        """
        if os.path.lexists(self._path):
            os.close(open_own(self._path, os.O_RDWR))
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(self._path, bytes(BYTES))

    def state(self) -> State | None:
        """What the file says; None where it says nothing that we wrote."""
        try:
            written = read_own(self._path, BYTES)
        except OSError:
            return None
        return self._read(written)

    def issue(self, person: str, reason: str, event: str, now: Instant, journal: Callable[[Event], None]) -> str:
        """A link's secret, good once and for a quarter of an hour; a link that was not opened yet is worthless then.

        `journal` writes its event down first; where it raises, there is no link. Raises BreakGlassError while
        break-glass is open, or without a fit reason.
        """
        reason = fit_reason(reason)
        token = new_token()
        with self._held() as file:
            self._refuse_while_open(self._read(os.pread(file, BYTES, 0)), now)
            state = State(
                step=ISSUED,
                person=person,
                reason=reason,
                event=event,
                link=_hash(token),
                issued_at=now,
                link_ends_at=now + LINK_MS,
            )
            journal(issued_event(state))
            self._write(file, state)
        return token

    def good_link(self, token: str, now: Instant) -> State | None:
        """What a link is for, if it can be opened now. Spends nothing."""
        state = self.state()
        return state if state is not None and self._fits(state, token, now) else None

    def open(self, token: str, now: Instant) -> tuple[str, State] | None:
        """Spend the link; the session's secret and what is open then. None where the link can't be opened."""
        with self._held() as file:
            before = self._read(os.pread(file, BYTES, 0))
            if before is None or not self._fits(before, token, now):
                return None
            secret = new_token()
            after = msgspec.structs.replace(
                before,
                step=OPEN,
                link="",
                session=PREFIX + secrets.token_hex(16),
                token=_hash(secret),
                opened_at=now,
                ends_at=now + OPEN_MS,
            )
            self._write(file, after)
            return secret, after

    def end(self) -> State | None:
        """End what is open, and spend a link that waits. What it was; None where there was nothing."""
        with self._held() as file:
            before = self._read(os.pread(file, BYTES, 0))
            if before is None or before.step == ENDED:
                return None
            self._write(file, msgspec.structs.replace(before, step=ENDED, link="", token=""))
            return before

    def session_of(self, token_hash: bytes, now: Instant) -> Session | None:
        """The break-glass session whose token hashes to `token_hash`, while it is open."""
        state = self.state()
        if state is None or not state.is_open(now) or not hmac.compare_digest(state.token, token_hash.hex()):
            return None
        return state.as_session()

    def holds(self, session: Session, now: Instant) -> bool:
        """Is this the session that break-glass is open for, at this instant?"""
        state = self.state()
        held = (session.id, session.person_id)
        return state is not None and state.is_open(now) and (state.session, state.person) == held

    def rehearse(self) -> None:
        """Write the file anew as it is, and read it again. Raises BreakGlassError, OSError."""
        self.prepare()
        with self._held() as file:
            written = os.pread(file, BYTES, 0)
            os.pwrite(file, written, 0)
            os.fsync(file)
        probe = State(step=ENDED, person="", reason="", event="", link="", issued_at=0, link_ends_at=0)
        if self._read(self._signed(probe)) != probe:
            raise BreakGlassError("what break-glass wrote can't be read back", "report this")

    # Inside

    def _fits(self, state: State, token: str, now: Instant) -> bool:
        return state.can_be_opened(now) and hmac.compare_digest(state.link, _hash(token[:100]))

    def _refuse_while_open(self, state: State | None, now: Instant) -> None:
        if state is not None and state.is_open(now):
            raise BreakGlassError("break-glass is already open", "end it first with `limen break-glass --end`")

    @contextmanager
    def _held(self) -> Iterator[int]:
        """The file, for this process alone: the server and the command may both be here."""
        self.prepare()
        handle = open_own(self._path, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)

    def _write(self, file: int, state: State) -> None:
        os.pwrite(file, self._signed(state), 0)
        os.fsync(file)

    def _signed(self, state: State) -> bytes:
        body = msgspec.json.encode(state)
        line = hmac.new(self._keys[0], body, sha256).hexdigest().encode() + body
        if len(line) > BYTES:
            raise BreakGlassError("the reason is too long", f"use at most {MAX_REASON} characters")
        return line.ljust(BYTES, b"\0")

    def _read(self, written: bytes) -> State | None:
        signature, body = written[:_SIGNATURE], written[_SIGNATURE:].rstrip(b"\0")
        signed = [hmac.new(key, body, sha256).hexdigest().encode() for key in self._keys]
        if not body or not any(hmac.compare_digest(signature, one) for one in signed):
            return None
        try:
            return msgspec.json.decode(body, type=State)
        except msgspec.DecodeError:
            return None


def rehearse(glass: BreakGlass, emergency: EmergencySegment) -> int:
    """Try everything that breaking the glass needs, without opening anything; for how many events there is room.

    Raises BreakGlassError, JournalUnwritableError or OSError where it would not work.
    """
    glass.rehearse()
    room = emergency.room()
    if room < 4 * (_EVENT_BYTES + MAX_REASON):
        what = "the break-glass segment of the journal is full, or its chain is not intact"
        raise BreakGlassError(what, f"run `limen journal verify`, then {emergency.way_out()}")
    return room // _EVENT_BYTES


def issued_event(state: State) -> Event:
    """The event that says it was issued: in the segment from the command, and in the journal once it is opened."""
    details: dict[str, str | int | bool] = {"why": state.reason, "ends_at": state.link_ends_at}
    return Event(id=state.event, at=state.issued_at, kind=KIND, subject=state.person, reason="issued", details=details)


def new_event_id(now: Instant) -> str:
    """An id for an event that goes to the break-glass segment from outside of the server."""
    return EventIds(secrets.token_bytes).new(now)


def fit_reason(text: str) -> str:
    """The reason on one line. Raises BreakGlassError for none, or one that is too long."""
    plain = one_line(text, MAX_REASON)
    if not plain:
        raise BreakGlassError("break-glass needs a reason", f"give it with -m, in at most {MAX_REASON} characters")
    return plain


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
