"""A person's own factors: listed, added with a fresh proof, named, removed; never the last one by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from limen.facts import Factor, Person, Session, strength_of
from limen.identity.errors import LastFactorError, NotLiveError, UnfitError, UnknownError
from limen.identity.events import record
from limen.identity.lost_passkey import lose_passkey
from limen.identity.model import Passkey, Visitor
from limen.identity.names import canonical_name
from limen.identity.new_factors import NewFactors
from limen.identity.notifications import Notifications, Occasion
from limen.identity.passkeys import MOST_OF_A_PERSON, Credential
from limen.identity.ports import Ports
from limen.identity.sessions import Sessions, end_session, refuse_ended
from limen.identity.store import factors, people, sessions
from limen.identity.totp import CodeOffer
from limen.storage.database import Transaction

FIRST_NEEDS: Final = 2
"""How strongly somebody who has no factor of ours must have signed in at an issuer before they may add one: a password
that was stolen there must not become a passkey here.
"""
_REMOVED: Final = {
    Factor.PASSKEY: Occasion.PASSKEY_REMOVED,
    Factor.PASSWORD: Occasion.PASSWORD_REMOVED,
    Factor.CODE: Occasion.AUTHENTICATOR_REMOVED,
}


@dataclass(frozen=True, slots=True)
class Held:
    """The factors somebody has."""

    passkeys: tuple[Passkey, ...]
    factors: frozenset[Factor]

    @property
    def has_password(self) -> bool:
        return Factor.PASSWORD in self.factors

    @property
    def proof_needed(self) -> int:
        """How strong a fresh proof has to be where something of theirs changes: as strong as their factors can give."""
        return strength_of(self.factors) if self.factors else FIRST_NEEDS

    @property
    def has_code(self) -> bool:
        return Factor.CODE in self.factors

    def refuse_too_many(self) -> None:
        """Raises UnfitError where there is no room for another passkey."""
        if len(self.passkeys) >= MOST_OF_A_PERSON:
            raise UnfitError("passkey", "You can't add any more passkeys", "remove one you no longer use")


class Factors:
    """What a signed-in person does with their factors.

    Whatever changes them needs a proof from the last ten minutes, as strong as the person's factors can give: who
    came in with a stolen password and code can't add a passkey to somebody who has one. A break-glass session changes
    none of them (OpensConsoleOnlyError).
    """

    def __init__(self, ports: Ports, sessions: Sessions, new: NewFactors) -> None:
        self._ports = ports
        self._sessions = sessions
        self._new = new
        self._notifications = Notifications(ports)

    async def of_person(self, person_id: str) -> Held:
        """What a person holds."""

        def work(snapshot: Any) -> Held:
            passkeys = tuple(factors.passkeys_of(snapshot.connection, person_id))
            return Held(passkeys, factors.held_by(snapshot.connection, person_id))

        return await self._ports.read(work)

    # Adding

    async def passkey_options(self, session: Session, visitor: Visitor) -> dict[str, Any]:
        """What `navigator.credentials.create` is to be asked.

        Raises NotLiveError, FreshProofNeededError, CeremonyRefusedError; UnfitError when there are too many.
        """
        current, person, held = await self.freshly_proved(session)
        held.refuse_too_many()
        return self._new.ceremonies.creation_options(person, held.passkeys, visitor, current.id, self._ports.now())

    async def add_passkey(self, session: Session, visitor: Visitor, credential: Credential, label: str = "") -> Passkey:
        """Add a passkey. Raises NotLiveError, FreshProofNeededError, CeremonyRefusedError, UnfitError."""
        current, person, held = await self.freshly_proved(session)
        now = self._ports.now()
        held.refuse_too_many()
        new = self._new.passkey(
            credential, person.id, visitor, current.id, label, kind="sign_in.failed", session=current.id
        )

        def work(transaction: Transaction) -> None:
            refuse_ended(transaction, current)
            self._new.keep_passkey(transaction, new)
            self._say(transaction, "factor.added", current, Factor.PASSKEY, new.passkey.id)
            self._notifications.tell(transaction, person, Occasion.PASSKEY_ADDED, now)

        await self._ports.write(work)
        return new.passkey

    async def code_offer(self, session: Session, visitor: Visitor, ticket: str = "") -> CodeOffer:
        """A seed for the authenticator app; that of `ticket` while it is good.

        Raises NotLiveError, FreshProofNeededError.
        """
        current, person, _ = await self.freshly_proved(session)
        return self._new.code_offer(person, visitor, current.id, ticket)

    async def set_code(self, session: Session, visitor: Visitor, code: str, ticket: str) -> None:
        """Take an offered seed; one that was there before is worthless, and every other session that it proved ends.

        Raises NotLiveError, FreshProofNeededError, UnfitError.
        """
        current, person, _ = await self.freshly_proved(session)
        seed, step = self._new.code(ticket, code, visitor, current.id)
        await self._ports.write(lambda transaction: self._keep_code(transaction, person, current, seed, step))

    async def set_password(
        self, session: Session, visitor: Visitor, password: str, code: str = "", ticket: str = ""
    ) -> None:
        """Set or change the password; every other session of the person that it began ends.

        Who has no code yet takes an offered seed with it: a stolen password alone must open nothing. Raises
        NotLiveError, FreshProofNeededError, UnfitError (`field` "password" or "code"), BusyError.
        """
        current, person, held = await self.freshly_proved(session)
        fit = await self._new.password(person, password)
        new_code = None if held.has_code else self._new.code(ticket, code, visitor, current.id)
        hashed = await self._new.passwords.hash(fit)
        now = self._ports.now()

        def work(transaction: Transaction) -> None:
            refuse_ended(transaction, current)
            factors.set_password(transaction, person.id, hashed, now)
            self._end_sessions_proved_by(transaction, Factor.PASSWORD, person.id, current.person_id, current.id)
            self._say(transaction, "factor.added", current, Factor.PASSWORD)
            self._notifications.tell(transaction, person, Occasion.PASSWORD_SET, now)
            if new_code is not None:
                self._keep_code(transaction, person, current, *new_code)

        await self._ports.write(work)

    def _keep_code(self, transaction: Transaction, person: Person, current: Session, seed: str, step: int) -> None:
        refuse_ended(transaction, current)
        self._new.keep_code(transaction, person.id, seed, step)
        self._end_sessions_proved_by(transaction, Factor.CODE, person.id, current.person_id, current.id)
        self._say(transaction, "factor.added", current, Factor.CODE)
        self._notifications.tell(transaction, person, Occasion.AUTHENTICATOR_SET, self._ports.now())

    # Naming and removing

    async def rename_passkey(self, session: Session, passkey_id: str, name: str) -> None:
        """Raises NotLiveError, UnfitError, UnknownError."""
        current = self._sessions.own(session)
        fit = canonical_name(name)
        done = await self._ports.write(
            lambda transaction: factors.rename_passkey(transaction.connection, current.person_id, passkey_id, fit)
        )
        if not done:
            raise UnknownError("passkey")

    async def remove_passkey(self, session: Session, passkey_id: str) -> None:
        """Remove a passkey and end the other sessions that it began.

        Raises NotLiveError, FreshProofNeededError, UnknownError, LastFactorError, NobodyCouldAdministerError.
        """
        await self._remove(session, Factor.PASSKEY, passkey_id)

    async def report_lost(self, session: Session, passkey_id: str) -> None:
        """Remove a passkey whose device is gone: whatever it opened is over at the next request.

        The fresh proof has to come from another one, or whoever found the device could shut its person out. Raises
        NotLiveError, FreshProofNeededError, UnfitError, UnknownError, LastFactorError, NobodyCouldAdministerError.
        """
        current, person, _ = await self.freshly_proved(session)
        now = self._ports.now()

        def work(transaction: Transaction) -> None:
            connection = transaction.connection
            refuse_ended(transaction, current)
            if sessions.last_passkey_of(connection, current.id) == passkey_id:
                raise UnfitError(
                    "passkey", "You confirmed it's you with this same passkey", "confirm it with another one first"
                )
            before = factors.held_by(connection, person.id)
            lose_passkey(transaction, person.id, passkey_id, by=person.id, now=now, but_session=current.id)
            self._still_a_way_in(transaction, person.id, before)
            self._notifications.tell(transaction, person, Occasion.PASSKEY_REMOVED, now)

        await self._ports.take(work)

    async def remove_password(self, session: Session) -> None:
        """Raises NotLiveError, FreshProofNeededError, UnknownError, LastFactorError."""
        await self._remove(session, Factor.PASSWORD)

    async def remove_code(self, session: Session) -> None:
        """Raises NotLiveError, FreshProofNeededError, UnknownError, LastFactorError, UnfitError beside a password."""
        await self._remove(session, Factor.CODE)

    async def _remove(self, session: Session, factor: Factor, passkey_id: str = "") -> None:
        current, person, _ = await self.freshly_proved(session)

        def work(transaction: Transaction) -> None:
            refuse_ended(transaction, current)
            self._take(transaction, person, factor, passkey_id, person.id, current.id)
            self._say(transaction, "factor.removed", current, factor, passkey_id)

        await self._ports.take(work)

    async def remove_of(
        self,
        person_id: str,
        factor: Factor,
        passkey_id: str = "",
        *,
        by: str,
        why: str = "",
        seen_in: frozenset[str] | None = None,
    ) -> None:
        """Remove a factor of somebody, with the sessions it began; never their last way in. They are told by mail.

        Who may do so, and that it was proved who does it, is decided at the door. `seen_in` are the groups by which it
        was decided. Raises UnknownError, UnfitError, NobodyCouldAdministerError.
        """
        now = self._ports.now()

        def work(transaction: Transaction) -> None:
            person = people.by_id(transaction.connection, person_id)
            if person is None:
                raise UnknownError("person")
            if seen_in is not None and person.groups != seen_in:
                raise UnfitError("groups", "Their groups have changed in the meantime", "open their page again")
            try:
                self._take(transaction, person, factor, passkey_id, by)
            except LastFactorError:
                raise UnfitError(
                    "factor",
                    "Without it they couldn't sign in as strongly",
                    "issue an access pass, and select that it may be in someone else's hands",
                ) from None
            which = {"factor": str(factor), **({"passkey": passkey_id} if passkey_id else {})}
            record(transaction, now, "factor.removed", which, by=by, subject=person_id, why=why)

        await self._ports.take(work)

    # Inside

    def _take(
        self, transaction: Transaction, person: Person, factor: Factor, passkey_id: str, by: str, but_session: str = ""
    ) -> None:
        """Delete a factor and end the sessions it proved, but for `but_session`. Its person is told.

        Raises UnknownError, LastFactorError, UnfitError.
        """
        connection = transaction.connection
        before = factors.held_by(connection, person.id)
        if factor is Factor.PASSKEY:
            removed = factors.delete_passkey(transaction, person.id, passkey_id)
        else:
            removed = factors.delete_only(transaction, person.id, factor)
        if not removed:
            raise UnknownError("passkey" if passkey_id else "factor")
        self._still_a_way_in(transaction, person.id, before)
        if factor is Factor.CODE and Factor.PASSWORD in before:
            raise UnfitError(
                "code",
                "A password without a code is too easy to steal",
                "remove the password first, or set up a new code instead",
            )
        if factor is Factor.PASSKEY:
            for session_id in sessions.proved_by(connection, passkey_id):
                self._end(transaction, session_id, by, but_session)
        else:
            self._end_sessions_proved_by(transaction, factor, person.id, by, but_session)
        self._notifications.tell(transaction, person, _REMOVED[factor], self._ports.now())

    @staticmethod
    def _still_a_way_in(transaction: Transaction, person_id: str, before: frozenset[Factor]) -> None:
        """Raises LastFactorError."""
        left = factors.held_by(transaction.connection, person_id)
        if not is_way_in(left) or (strength_of(before) > 1 and strength_of(left) == 1):
            raise LastFactorError

    async def freshly_proved(self, session: Session) -> tuple[Session, Person, Held]:
        """The session's newest state, its person and what they hold, after a fresh proof as strong as that can give.

        Raises NotLiveError, FreshProofNeededError, OpensConsoleOnlyError.
        """
        current = self._sessions.own(session)
        person = self._ports.known.people.get(current.person_id)
        if person is None:
            raise NotLiveError
        held = await self.of_person(person.id)
        return self._sessions.freshly_proved(current, held.proof_needed), person, held

    def _end_sessions_proved_by(
        self, transaction: Transaction, factor: Factor, person_id: str, by: str, but_session: str
    ) -> None:
        for session_id in sessions.of(transaction.connection, person_id):
            if factor in (sessions.proofs_of(transaction.connection, session_id) or ()):
                self._end(transaction, session_id, by, but_session)

    def _end(self, transaction: Transaction, session_id: str, by: str, but_session: str) -> None:
        if session_id != but_session:
            end_session(transaction, session_id, self._ports.now(), by, "factor-changed")

    def _say(self, transaction: Transaction, kind: str, session: Session, factor: Factor, passkey_id: str = "") -> None:
        which = {"factor": str(factor), **({"passkey": passkey_id} if passkey_id else {})}
        whose = {"by": session.person_id, "subject": session.person_id}
        record(transaction, self._ports.now(), kind, which, **whose, session=session.id, address=session.address)


def is_way_in(factors: frozenset[Factor]) -> bool:
    """Whether somebody with these factors can sign in at all."""
    return bool(factors & {Factor.PASSKEY, Factor.PASSWORD})
