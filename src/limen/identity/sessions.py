"""Sessions: opened, renewed, listed, revoked, and forgotten when they have expired.

A revocation is one number: the `not_before` of a session, a person or the company. It returns when every worker
knows it, so the very next request is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from limen import credentials
from limen.clock import DAY, HOUR, MINUTE, Instant, Milliseconds
from limen.credentials import Cause, Ending
from limen.events import Event
from limen.facts import UNPROVED, Person, Session, SessionState
from limen.identity.errors import FreshProofNeededError, NotLiveError, OpensConsoleOnlyError, UnknownError
from limen.identity.events import Details, record
from limen.identity.model import Proofs, SignedIn, Token, Visitor, auth_of, is_fresh
from limen.identity.ports import Ports
from limen.identity.store import app_tokens, sessions, upkeep
from limen.opaque import new_id
from limen.pillar import DeviceSessions
from limen.storage.break_glass import is_break_glass
from limen.storage.database import Transaction
from limen.user_agents import browser_of, system_of

MOST_OF_A_PERSON = 50
LONG_AWAY: Milliseconds = 30 * DAY
"""Who did not sign in for so long is said to have been away, for rules on accounts that nobody uses."""
MOST_OF_AN_APP = 10
"""Sessions beyond these end the oldest: a person's sign-ins, and one sign-in's sessions with one app."""

_PURGE_AT_ONCE = 500
_USES_LOOKED_AT: Final[Milliseconds] = 10 * MINUTE
"""How far back uses at other workers are read: longer than any of them takes to write its own down."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A live sign-in session as its person or an administrator sees it, with the apps that hang on it."""

    session: Session
    last_used: Instant
    ends_at: Instant
    apps: tuple[str, ...]
    is_current: bool


class Sessions:
    """Everything that begins and ends a session."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._saved: dict[str, Instant] = {}

    # Judging

    def live(self, session: Session | None) -> Session:
        """The newest state of a live session of the sign-in host. Raises NotLiveError."""
        known = self._ports.known
        current = known.sessions.get(session.id) if session else None
        if current is None or known.session_state(current, "", self._ports.now()) is not SessionState.LIVE:
            raise NotLiveError
        return current

    def own(self, session: Session | None) -> Session:
        """A live session that its person opened with a proof of theirs: what break-glass makes would outlive it.

        Raises NotLiveError, OpensConsoleOnlyError.
        """
        current = self.live(session)
        if is_break_glass(current):
            raise OpensConsoleOnlyError
        return current

    def freshly_proved(self, session: Session, strength: int) -> Session:
        """A live session proved at least this strongly in the last ten minutes.

        Raises NotLiveError, FreshProofNeededError.
        """
        current = self.live(session)
        if is_break_glass(current):
            return current  # root of the box vouched for it minutes ago, and it lasts for minutes
        if not is_fresh(current.auth, strength, self._ports.now()):
            raise FreshProofNeededError(strength)
        return current

    # Opening

    def open(
        self,
        transaction: Transaction,
        person: Person,
        proofs: Proofs,
        visitor: Visitor,
        passkey_id: str = "",
        issuer: str = "",
    ) -> SignedIn:
        """Open a sign-in session in the transaction that accepted the proof, bound to the device that was proved.

        `issuer` is the id of the upstream one by whose word it is opened.
        """
        connection, now = transaction.connection, self._ports.now()
        settings, device_id = self._ports.settings.sessions, self._ports.device_of(visitor)
        session = Session(
            id=new_id("s"),
            person_id=person.id,
            auth=auth_of(proofs),
            started_at=after_every_mark(transaction, person.id, device_id, now),
            expires_at=now + int(settings.absolute_hours * HOUR),
            idle_ms=int(settings.idle_hours * HOUR),
            device_id=device_id,
            address=visitor.address[:64],
            user_agent=visitor.user_agent[:200],
        )
        token = Token.new()
        self._make_room(transaction, person.id, MOST_OF_A_PERSON)
        sessions.add(connection, session, token.hash, proofs, passkey_id)
        last = upkeep.last_sign_in(connection, person.id)
        if visitor.browser:
            upkeep.remember_browser(connection, visitor.browser_hash, person.id, now)
        transaction.changed("session", session.id)
        proved: Details = {"strength": session.auth.strength, "factors": " ".join(sorted(session.auth.factors))}
        opened_with = {"browser": browser_of(session.user_agent), "system": system_of(session.user_agent)}
        proved = {**proved, **{name: said for name, said in opened_with.items() if said}}
        if issuer:
            proved = {**proved, "issuer": issuer}
        if last and now - last >= LONG_AWAY:
            proved = {**proved, "idle_days": (now - last) // DAY}
        by = {"by": person.id, "session": session.id, "address": session.address}
        record(transaction, now, "sign_in.succeeded", proved, **by)
        return SignedIn(token, session, person)

    def renew(
        self, transaction: Transaction, session: Session, person: Person, proofs: Proofs, passkey_id: str = ""
    ) -> SignedIn | None:
        """Add proofs to a session and give it a new token, so one that leaked before is worthless. None if gone."""
        connection = transaction.connection
        before = sessions.proofs_of(connection, session.id)
        if before is None:
            return None
        token = Token.new()
        sessions.renew(connection, session.id, token.hash, {**before, **proofs}, passkey_id)
        transaction.changed("session", session.id)
        renewed = sessions.by_id(connection, session.id)
        return SignedIn(token, renewed[1], person) if renewed else None

    async def open_app_session(
        self, parent_id: str, app_id: str, address: str, user_agent: str, *, tied_until: Instant = 0
    ) -> str:
        """A session on one app's host, hanging on a live sign-in session and dying with it.

        It is on the device of its parent where it was asked for with the parent's tie, and until that is over at
        `tied_until` (0: without one). Where its parent opens nothing without a tie, it opens nothing either, and has
        one tie of its own: after that it takes a new session, which the browser gets that can prove the parent's key.

        It holds no proofs of its own: what its person proved is always read from the parent. Returns the value of
        its cookie. Raises NotLiveError, UnknownError.
        """
        known = self._ports.known
        if is_break_glass(self.live(known.sessions.get(parent_id))):
            raise NotLiveError  # it opens the console and nothing else
        if not app_id or app_id not in known.apps:
            raise UnknownError("app")
        token, now = Token.new(), self._ports.now()

        def work(transaction: Transaction) -> Session:
            connection = transaction.connection
            found = sessions.by_id(connection, parent_id)  # as it is by now: its browser may just have registered a key
            if found is None:
                raise NotLiveError
            root = found[1]
            opened = replace(
                _at_app(root, app_id, now, tied_until),
                started_at=after_every_mark(transaction, root.person_id, root.device_id, now),
                address=address[:64],
                user_agent=user_agent[:200],
            )
            self._make_room(transaction, root.person_id, MOST_OF_AN_APP, app=app_id, parent=root.id)
            sessions.add(connection, opened, token.hash, {})
            transaction.changed("session", opened.id)
            return opened

        session = await self._ports.write(work)
        self._ports.say(
            Event(
                at=now,
                kind="session.app_opened",
                actor=session.person_id,
                session=session.id,
                address=address,
                details={"app": app_id, "parent": session.parent},
            )
        )
        return token.reveal()

    # Listing

    def of_person(self, person_id: str, current: Session | None = None) -> list[SessionRow]:
        """A person's live sign-in sessions, the one used last first."""
        known, now = self._ports.known, self._ports.now()
        rows = []
        for session in known.issued_to(("person", person_id)):
            if known.session_state(session, "", now) is not SessionState.LIVE:
                continue
            if is_break_glass(session):
                continue  # not one of theirs: the console shows it to every administrator, and ends it
            apps = sorted({child.app for child in known.issued_to(("session", session.id))})
            is_current = current is not None and session.id in {current.id, current.parent}
            rows.append(
                SessionRow(session, known.last_used(session.id), known.ends_at(session), tuple(apps), is_current)
            )
        return sorted(rows, key=lambda row: (-row.last_used, row.session.id))

    # Ending

    async def sign_out(self, session: Session) -> None:
        """End the session one is in, and every app session that hangs on it."""
        await self.revoke(session.parent or session.id, by=session.person_id, reason="signed-out")

    async def end(self, session_id: str) -> None:
        """`sign_out` for who only knows a session's id; nothing happens when it is gone already."""
        session = self._ports.known.sessions.get(session_id)
        if session is not None:
            await self.sign_out(session)

    async def revoke_own(self, session: Session, session_id: str) -> None:
        """End one of one's own sessions. Raises NotLiveError, UnknownError."""
        current = self.live(session)
        other = self._ports.known.sessions.get(session_id)
        if other is None or other.person_id != current.person_id:
            raise UnknownError("session")
        await self.revoke(session_id, by=current.person_id, reason="ended-by-its-person")

    async def revoke(self, session_id: str, *, by: str, reason: str = "ended-by-administrator", why: str = "") -> None:
        """End one session. Returns when every worker knows. Raises UnknownError."""
        now = self._ports.now()

        def work(transaction: Transaction) -> bool:
            return end_session(transaction, session_id, now, by, reason, why)

        if not await self._ports.write(work):
            raise UnknownError("session")

    async def revoke_person(
        self, person_id: str, *, by: str, reason: str = "ended-by-administrator", why: str = ""
    ) -> None:
        """End everything issued to a person until now, and trust none of their browsers more than a stranger's.

        Returns when every worker knows.
        """
        now = self._ports.now()
        await self._ports.write(lambda transaction: end_everything_of(transaction, person_id, now, by, reason, why))

    async def panic(self, *, by: str, reason: str = "panic") -> None:
        """End every session of the company, the caller's too. Returns when every worker knows."""
        now = self._ports.now()

        def work(transaction: Transaction) -> None:
            mark(transaction, "company", "", now + 1)
            record(transaction, now, "sessions.revoked", {"scope": "company"}, by=by, reason=reason)

        await self._ports.write(work)

    # Keeping up

    async def save_last_used(self, at_most: int = 2_000) -> int:
        """Write down when sessions were last used; call it now and then, and once at the end.

        A hard stop forgets at most what was used since the last call, so a session may idle out early, never late.
        """
        known = self._ports.known
        used_since = [
            (session.id, used)
            for session in list(known.sessions.values())
            if not session.parent and (used := known.last_used(session.id)) > self._saved.get(session.id, 0)
        ]
        news = sorted(used_since, key=lambda one: self._saved.get(one[0], 0))[:at_most]  # whose turn was longest ago
        if news:
            await self._ports.write(lambda transaction: sessions.save_last_used(transaction.connection, news))
            self._saved = {key: at for key, at in self._saved.items() if key in known.sessions} | dict(news)
        return len(news)

    async def read_last_used(self) -> None:
        """Take over when other workers last saw sign-ins used, which they write down as they keep up, so that whoever
        works at one worker idles out at none. One in the future, by a clock that is ahead, counts for nothing.
        """
        now = self._ports.now()
        found = await self._ports.read(lambda snapshot: sessions.used_since(snapshot.connection, now - _USES_LOOKED_AT))
        used = {key: at for key, at in found.items() if at <= now + MINUTE}
        self._ports.known.used_elsewhere(used)
        self._saved |= {key: at for key, at in used.items() if at > self._saved.get(key, 0)}

    async def purge(self) -> int:
        """Forget sessions that time has ended, and what else has lost its meaning. Returns how many sessions."""
        now = self._ports.now()

        def work(transaction: Transaction) -> int:
            ended = sessions.ended(transaction.connection, now, _PURGE_AT_ONCE)
            for session_id in ended:
                self._forget(transaction, session_id)
            upkeep.purge(transaction.connection, now)
            return len(ended)

        return await self._ports.write(work)

    def _make_room(
        self, transaction: Transaction, person_id: str, most: int, *, app: str = "", parent: str = ""
    ) -> None:
        existing = sessions.of(transaction.connection, person_id, app=app, parent=parent)
        for session_id in existing[: max(0, len(existing) - most + 1)]:
            self._forget(transaction, session_id)

    def _forget(self, transaction: Transaction, session_id: str) -> None:
        sessions.remove(transaction.connection, session_id)
        transaction.changed("session", session_id)


def _at_app(root: Session, app_id: str, now: Instant, tied_until: Instant) -> Session:
    """A new session on an app's host that hangs on this sign-in, asked for with a tie that holds until then."""
    bound_until = _bound_until(root, now, tied_until)
    return Session(
        id=new_id("s"),
        person_id=root.person_id,
        auth=UNPROVED,
        started_at=now,
        expires_at=root.expires_at,
        idle_ms=root.idle_ms,
        app=app_id,
        parent=root.id,
        device_id=root.device_id,
        binding=root.binding if tied_until and bound_until else 0,
        bound_until=bound_until,
        tied_from=now if root.tied_from else 0,
    )


def _bound_until(root: Session, now: Instant, tied_until: Instant) -> Instant:
    """How long the tie lasts that a session on an app's host is given at its beginning; 0: it is given none.

    It outlives none that it was opened with, or a copy would have each app for one tie more. Only where the sign-in's
    key was registered a moment ago is it opened without one: then for as long as that moment lasts.
    """
    if root.tied_from:
        return tied_until or root.tied_from
    end = min(tied_until, root.bound_until)
    return end if root.binding and end > now else 0


def mark(transaction: Transaction, kind: str, key: str, at: Instant) -> None:
    """Everything issued to (kind, key) until now is dead: the one way in which anything is revoked.

    That is what began before `at`, and what was kept before this transaction with a later beginning: whoever signs in
    reads the clock before they wait for their turn to write.
    """
    begun = max(sessions.newest_start(transaction.connection, kind, key), _tokens_begun(transaction, kind, key))
    sessions.raise_not_before(transaction.connection, kind, key, max(at, begun + 1) if begun else at)
    transaction.changed("not_before", f"{kind}:{key}")


def _tokens_begun(transaction: Transaction, kind: str, key: str) -> Instant:
    """When the newest token of this person, or of the company, was made; 0: they have none."""
    if kind not in {"company", "person"}:
        return 0
    return app_tokens.newest(transaction.connection, "" if kind == "company" else key)


def bind_device(transaction: Transaction, session_id: str, device_id: str, binding: int, until: Instant) -> bool:
    """A sign-in sits on this device, so firmly, until then; False where there is no such session any more."""
    is_there = sessions.bind_device(transaction.connection, session_id, device_id, binding, until)
    if is_there:
        transaction.changed("session", session_id)
    return is_there


def see_on_device(transaction: Transaction, session_id: str, device_id: str) -> None:
    """A sign-in came with this device's certificate: whatever ends all that is signed in on the device ends it too."""
    if sessions.see_on(transaction.connection, session_id, device_id):
        transaction.changed("session", session_id)


def end_device(transaction: Transaction, device_id: str, now: Instant) -> None:
    """Everything that was signed in on a device until now is dead."""
    mark(transaction, "device", device_id, now + 1)


def end_session(transaction: Transaction, session_id: str, now: Instant, by: str, reason: str, why: str = "") -> bool:
    """Kill one session, with its event; even where the clock was set back since it began. False where it is gone."""
    found = sessions.by_id(transaction.connection, session_id)
    if found is None:
        return False
    mark(transaction, "session", session_id, max(now, found[1].started_at) + 1)
    whose = {"subject": found[1].person_id, "session": session_id}
    record(transaction, now, "session.revoked", by=by, **whose, reason=reason, why=why)
    return True


DEVICE_SESSIONS: Final = DeviceSessions(bind=bind_device, end=end_device, see=see_on_device)


def refuse_ended(transaction: Transaction, session: Session) -> None:
    """Raises NotLiveError where a session was ended since it was looked at: what it made now would outlive its end."""
    seen = sessions.seen_on(transaction.connection, session.id).get(session.id, frozenset())
    devices = [("device", each) for each in sorted({session.device_id, *seen})]
    marks = (("company", ""), ("person", session.person_id), ("session", session.id), *devices)
    dead_before = max(sessions.not_before_of(transaction.connection, kind, key) for kind, key in marks)
    if session.started_at < dead_before or sessions.by_id(transaction.connection, session.id) is None:
        raise NotLiveError


def end_everything_of(
    transaction: Transaction,
    person_id: str,
    now: Instant,
    by: str,
    reason: str,
    why: str = "",
    *,
    cause: Cause = Cause.SIGNED_OUT,
    spared: frozenset[str] = frozenset(),
) -> dict[str, int]:
    """End all of a person's that ends for this cause, of every kind there is, with its event; how many of each.

    `spared` are passkeys that are known to be in the right hands.
    """
    ending = Ending(cause=cause, holder=person_id, now=now, by=by, reason=reason, why=why, spared=spared)
    ended = credentials.end(transaction, ending)
    record(transaction, now, "sessions.revoked", {"scope": "person"}, by=by, subject=person_id, reason=reason, why=why)
    return ended


def after_every_mark(transaction: Transaction, person_id: str, device_id: str, now: Instant) -> Instant:
    """When what is issued now begins: now, or the newest mark that would kill it, if the clock was set back."""
    marks = (("company", ""), ("person", person_id), ("device", device_id))
    return max(now, *(sessions.not_before_of(transaction.connection, kind, key) for kind, key in marks))
