"""What a request has beside its session's cookie: the tie of its browser, or a device's certificate.

Facts about a device hold for a request that comes with one of them; one that comes with neither may be a copy's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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

COPIES = (1 / 300, 1)
"""How often one session's use without its tie is journaled: once, and once in five minutes."""


class TiedSessions:
    """Asks `ties` about requests, and has it journaled where a cookie is used outside of its browser."""

    def __init__(self, known: FactStore, own: Ties, journal: Journal) -> None:
        self.ties = own
        self._known = known
        self._journal = journal
        self._copies = RateLimit(*COPIES)

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
            if self._known.see_on(session, device.id) and not self._is_live(session, now):
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
