"""Signing in: a proof, a decision, a session; and every refusal in the journal."""

from __future__ import annotations

from typing import Any

from limen.facts import Person
from limen.identity.errors import SignInFailedError, not_permitted
from limen.identity.model import SignedIn, Visitor, auth_of
from limen.identity.names import email_to_look_up
from limen.identity.passkeys import Ceremonies, Credential
from limen.identity.ports import Ports
from limen.identity.sessions import Sessions
from limen.identity.sign_in_decision import decide_sign_in, refuse
from limen.identity.store import people
from limen.identity.verification import Proved, Verification
from limen.storage.database import Transaction

_ANYBODY = "sign-in"
"""The subject of a sign-in challenge: nobody is known yet, so only the browser binds it."""


class SignIn:
    """The two ways in."""

    def __init__(self, ports: Ports, sessions: Sessions, ceremonies: Ceremonies, verification: Verification) -> None:
        self._ports = ports
        self._sessions = sessions
        self._ceremonies = ceremonies
        self._verification = verification

    async def passkey_options(self, visitor: Visitor) -> dict[str, Any]:
        """What `navigator.credentials.get` is to be asked; the same for everybody. Raises CeremonyRefusedError."""
        return self._ceremonies.request_options(visitor, _ANYBODY, self._ports.now())

    async def with_passkey(self, visitor: Visitor, credential: Credential) -> SignedIn:
        """Sign in with a discoverable passkey.

        Raises SignInFailedError, SlowedError, NotPermittedError, UndecidedError, CeremonyRefusedError.
        """
        proved = await self._verification.passkey(credential, visitor, _ANYBODY, "sign_in.failed")
        return await self._finish(proved, visitor)

    async def with_password(self, visitor: Visitor, email: str, password: str, code: str = "") -> SignedIn:
        """Sign in with a password and, for strength 2, an authenticator code given with it.

        Raises SignInFailedError (the same for every cause), SlowedError, BusyError, NotPermittedError,
        UndecidedError.
        """
        proved = await self._verification.typed(email_to_look_up(email), password, code, visitor, "sign_in.failed")
        return await self._finish(proved, visitor)

    async def _finish(self, proved: Proved, visitor: Visitor) -> SignedIn:
        """Use the proof up, ask policy, and open the session if it permits."""
        person_id = proved.person_id
        person = self._ports.known.people.get(person_id)
        if person is None or not person.active:
            refuse(self._ports, "sign_in.failed", "person-inactive", visitor, person_id)
            raise SignInFailedError
        answer = decide_sign_in(self._ports, person, auth_of(proved.proofs), visitor)

        def work(transaction: Transaction) -> SignedIn | str:
            word = proved.use(transaction)
            if word:
                return word
            current: Person | None = people.by_id(transaction.connection, person_id)
            if current is None or not current.active:
                return "person-inactive"
            if not answer.is_permit:
                return "not-permitted"
            return self._sessions.open(transaction, current, proved.proofs, visitor, proved.passkey_id)

        ended = await self._ports.write(work)
        if isinstance(ended, SignedIn):
            return ended
        refuse(self._ports, "sign_in.failed", ended, visitor, person_id)
        if ended == "not-permitted":
            raise not_permitted(answer)
        raise SignInFailedError
