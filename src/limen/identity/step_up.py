"""Proving again, more strongly or more freshly, in a session that lives: it keeps its name and gets a new token."""

from __future__ import annotations

from typing import Any

from limen.facts import Person, Session
from limen.identity.errors import NotLiveError, SignInFailedError
from limen.identity.events import Details, record
from limen.identity.model import SignedIn, Visitor
from limen.identity.passkeys import Ceremonies, Credential
from limen.identity.ports import Ports
from limen.identity.sessions import Sessions
from limen.identity.sign_in_decision import refuse
from limen.identity.store import factors, upkeep
from limen.identity.verification import Proved, Verification
from limen.storage.database import Transaction

_FAILED = "sign_in.failed"


class StepUp:
    """Adds a proof to a live session of the sign-in host."""

    def __init__(self, ports: Ports, sessions: Sessions, ceremonies: Ceremonies, verification: Verification) -> None:
        self._ports = ports
        self._sessions = sessions
        self._ceremonies = ceremonies
        self._verification = verification

    async def passkey_options(self, session: Session, visitor: Visitor) -> dict[str, Any]:
        """What `navigator.credentials.get` is to be asked: for this session, and this person's passkeys only.

        Raises NotLiveError, CeremonyRefusedError.
        """
        current = self._sessions.own(session)
        passkeys = await self._ports.read(lambda snapshot: factors.passkeys_of(snapshot.connection, current.person_id))
        return self._ceremonies.request_options(visitor, current.id, self._ports.now(), passkeys)

    async def with_passkey(self, session: Session, visitor: Visitor, credential: Credential) -> SignedIn:
        """Raises NotLiveError, SignInFailedError, SlowedError, CeremonyRefusedError."""
        current = self._sessions.own(session)
        proved = await self._verification.passkey(credential, visitor, current.id, _FAILED, current.person_id)
        return await self._finish(current, proved, visitor)

    async def with_password(self, session: Session, visitor: Visitor, password: str, code: str = "") -> SignedIn:
        """Prove the password again and, where there is one, the code: two factors are fresh only together.

        Raises NotLiveError, SignInFailedError, SlowedError, BusyError.
        """
        current = self._sessions.own(session)
        person = self._person(current)
        proved = await self._verification.typed(person.email, password, code, visitor, _FAILED, current.id)
        if proved.person_id != person.id:
            raise SignInFailedError
        return await self._finish(current, proved, visitor)

    async def with_code(self, session: Session, visitor: Visitor, code: str) -> SignedIn:
        """Add a code to a session that a password began. Raises NotLiveError, SignInFailedError."""
        current = self._sessions.own(session)
        person = self._person(current)
        sealed = await self._ports.read(lambda snapshot: factors.sealed_seed_of(snapshot.connection, person.id))
        proved = await self._verification.code(person.id, sealed, code, _FAILED, visitor, current.id)
        return await self._finish(current, proved, visitor)

    def _person(self, session: Session) -> Person:
        person = self._ports.known.people.get(session.person_id)
        if person is None or not person.active:
            raise NotLiveError
        return person

    async def _finish(self, session: Session, proved: Proved, visitor: Visitor) -> SignedIn:
        person = self._person(session)
        now = self._ports.now()

        def work(transaction: Transaction) -> SignedIn | str:
            word = proved.use(transaction)
            if word:
                return word
            renewed = self._sessions.renew(transaction, session, person, proved.proofs, proved.passkey_id)
            if renewed is None:
                return "session-gone"
            if visitor.browser:
                upkeep.remember_browser(transaction.connection, visitor.browser_hash, person.id, now)
            given: Details = {"strength": renewed.session.auth.strength, "factors": " ".join(sorted(proved.proofs))}
            by = {"by": person.id, "session": session.id, "address": visitor.address}
            record(transaction, now, "step_up.succeeded", given, **by)
            return renewed

        ended = await self._ports.write(work)
        if isinstance(ended, SignedIn):
            return ended
        refuse(self._ports, _FAILED, ended, visitor, person.id, session.id)
        raise SignInFailedError
