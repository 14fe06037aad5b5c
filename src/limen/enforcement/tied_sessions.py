"""What a request has beside its session's cookie: the tie of its browser, or a device's certificate.

Facts about a device hold for a request that comes with one of them; one that comes with neither may be a copy's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from limen import ties
from limen.clock import Instant
from limen.enforcement.headers import TwiceError, cookie
from limen.events import Event, Outcome
from limen.facts import Facts, FactStore, Session, SessionState
from limen.facts.assembling import OVER, untied
from limen.rate_limit import RateLimit
from limen.ties import BY_CERTIFICATE, Ties

if TYPE_CHECKING:
    from limen.storage.journal import Journal

_LOG = logging.getLogger(__name__)
Keep: TypeAlias = Callable[[str, str], Awaitable[object]]
"""Keeps, of a sign-in and a device by their ids, that it came with the device's certificate; returns when every worker
knows.
"""
COPIES = (1 / 300, 1)
"""How often one session's use without its tie is journaled: once, and once in five minutes."""


class TiedSessions:
    """Asks `ties` about requests, and has it journaled where a cookie is used outside of its browser."""

    def __init__(self, known: FactStore, own: Ties, journal: Journal) -> None:
        self.ties = own
        self._known = known
        self._journal = journal
        self._copies = RateLimit(*COPIES)
        self._keep: Keep | None = None
        self._unkept: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._failed: set[tuple[str, str]] = set()

    def keep_by(self, keep: Keep) -> None:
        """From now on it is kept here which sign-ins came with whose certificate: once for each, not for each request.

        Until this is called, only memory holds it.
        """
        self._keep = keep

    async def kept(self) -> None:
        """Return when all that is being kept has been, or could not be."""
        await asyncio.gather(*self._unkept.values())

    def are_expected(self, session: Session, facts: Facts) -> bool:
        """Whether a request of this session should come with more than its cookie."""
        return bool(facts.device.binding or session.tied_from) or self.ties.was_seen_with(session.id)

    def held_until(self, session: Session, cookies: bytes, now: Instant) -> Instant:
        """Until when the tie among `cookies`, the whole Cookie field, ties this session; 0: it does not, as one that is
        sent twice.
        """
        try:
            value = cookie(cookies, ties.COOKIE) if ties.COOKIE in cookies else b""
        except TwiceError:
            return 0
        return self.ties.held_until(session.id, value, now)

    def usable(
        self, session: Session, tie: bytes, app: str, address: str, now: Instant
    ) -> tuple[Session | None, Instant]:
        """A session as a request with this tie (b"": none) may use it, and until when the tie holds.

        Without one that holds it is on no device; None where it opens nothing then.
        """
        held_until = self.ties.held_until(session.id, tie, now)
        if held_until or not (session.binding or session.tied_from):
            return session, held_until
        if self.is_copied(session, now):
            self.tell_copied(session, app, address, now)
        if session.tied_from and now >= session.tied_from:
            return None, 0
        return replace(session, bound_until=OVER) if session.binding else session, 0

    def facts(
        self,
        facts: Facts,
        session: Session,
        now: Instant,
        certificate: bytes,
        address: str,
        *,
        is_tied: bool,
        is_new: bool = True,
    ) -> Facts:
        """The facts of a request with what it has beside the session's cookie: its device, more firmly, by a client
        certificate; none without a tie; and those about nobody where the session opens nothing without one.
        """
        held = self.ties.certified(certificate, now) if certificate else None
        device = self._known.devices.get(held.device_id) if held is not None else None
        if held is not None and device is not None and held.owner_id == session.person_id:
            self.ties.seen_with(session.id, device.id)
            is_new_here = self._known.see_on(session, device.id)
            is_kept = self._is_kept(session.parent or session.id, device.id, is_new=is_new_here)
            if not is_kept or (is_new_here and not self._is_live(session, now)):
                return self._known.facts(None, facts.app, address)
            return self._known.on(facts, replace(device, binding=BY_CERTIFICATE, bound_until=held.until))
        has_lost = self.ties.was_seen_with(session.id)
        if is_new and (has_lost or (not is_tied and self.is_copied(session, now))):
            self.tell_copied(session, facts.app.id, address, now)
        if is_tied:
            return facts
        if session.tied_from and now >= session.tied_from:
            return self._known.facts(None, facts.app, address)
        return untied(facts) if facts.device.binding else facts

    def is_copied(self, session: Session, now: Instant) -> bool:
        """Whether a request of this session that came without its tie is one of a copy of its cookie: its own browser
        has a tie now, or has been given another session for this app since.
        """
        if self.ties.changes(session.id, now):
            return False
        if session.bound_until > now:
            return True
        if not session.parent or not session.bound_until:  # its browser gets the next tie by itself, if it has a key
            return bool(session.tied_from) and now >= session.tied_from
        return any(
            one.app == session.app and one.started_at > session.started_at and now > one.started_at + ties.AT_THE_CHANGE
            for one in self._known.issued_to(("session", session.parent))
        )

    def _is_kept(self, root_id: str, device_id: str, *, is_new: bool) -> bool:
        """Whether other workers know of this sight, or learn of it now. False where it could not be written: then the
        sign-in is worth nothing with that certificate until it is.
        """
        sight = (root_id, device_id)
        begun = self._unkept.get(sight)
        if self._keep is None or not (is_new or begun):
            return True
        if begun is None or begun.done():
            self._unkept = {one: task for one, task in self._unkept.items() if one[0] in self._known.sessions}
            self._failed.intersection_update(self._unkept)
            self._unkept[sight] = asyncio.get_running_loop().create_task(self._write(self._keep, sight))
        return sight not in self._failed

    async def _write(self, keep: Keep, sight: tuple[str, str]) -> None:
        try:
            await keep(*sight)
        except Exception:  # noqa: BLE001 -- whatever went wrong, it is tried again
            self._failed.add(sight)
            _LOG.exception("that a sign-in came with a device's certificate could not be kept")
        else:
            self._failed.discard(sight)
            self._unkept.pop(sight, None)

    def _is_live(self, session: Session, now: Instant) -> bool:
        return self._known.session_state(session, session.app, now) is SessionState.LIVE

    def tell_copied(self, session: Session, app: str, address: str, now: Instant) -> None:
        """Raise the alert that a session's cookie is used outside of the browser that it was given to."""
        if not self._copies.admits(session.id, now):
            return
        details: dict[str, str | int | bool] = {"app": app, "elsewhere": address != session.address}
        self._journal.record(
            Event(
                at=now,
                kind="device.cookie_copied",
                outcome=Outcome.FAILURE,
                subject=session.person_id,
                session=session.id,
                device=session.device_id,
                address=address,
                details=details,
            )
        )
