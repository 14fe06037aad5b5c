"""Whether a proof holds: signing in and proving again look at passkeys, passwords and codes in the same way."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from limen.admission import network_of
from limen.facts import Factor
from limen.identity.breached_passwords import BreachListError
from limen.identity.errors import SignInFailedError, SlowedError
from limen.identity.events import record
from limen.identity.guesses import Guesses, Key
from limen.identity.model import Passkey, Proofs, Visitor
from limen.identity.passkeys import Ceremonies, Credential, Refusal, credential_id_of
from limen.identity.passwords import MAX_LENGTH, Passwords
from limen.identity.ports import Ports
from limen.identity.sign_in_decision import refuse
from limen.identity.store import factors, upkeep
from limen.identity.totp import matching_step
from limen.rate_limit import RateLimit
from limen.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Proved:
    """Proofs that held as far as can be told outside the transaction: of whom, and by which passkey ("": by none).

    `use` spends them in the transaction that relies on them, and returns a word where they were spent meanwhile.
    """

    person_id: str
    proofs: Proofs
    use: Callable[[Transaction], str]
    passkey_id: str = ""


class Verification:
    """Looks at proofs at the pace that guessing is held to."""

    def __init__(
        self, ports: Ports, ceremonies: Ceremonies, passwords: Passwords, guesses: Guesses, key: bytes
    ) -> None:
        self._ports = ports
        self._ceremonies = ceremonies
        self._passwords = passwords
        self._guesses = guesses
        self._key = hmac.digest(key, b"limen guesses", hashlib.sha256)
        self._told = RateLimit(per_second=0.1, at_once=1)

    # Passkeys

    async def passkey(
        self, credential: Credential, visitor: Visitor, subject: str, kind: str, person_id: str = ""
    ) -> Proved:
        """A passkey, if the signature holds; of that person's only, where one is given.

        Raises SignInFailedError, SlowedError.
        """
        now = self._ports.now()
        keys: tuple[Key, ...] = (("passkey", network_of(visitor.address)),)
        await self.admit(keys, visitor)
        passkey: Passkey | None = None
        try:
            credential_id = credential_id_of(credential)
            passkey = await self._ports.read(
                lambda snapshot: factors.passkey_by_credential(snapshot.connection, credential_id)
            )
            held = self._ceremonies.asserted(credential, passkey, person_id, visitor, subject, now)
        except Refusal as refused:
            owner = passkey.person_id if passkey else person_id
            refuse(self._ports, kind, refused.word, visitor, owner, subject if person_id else "")
            raise SignInFailedError from None
        await self._guesses.forgive(keys)

        def use(transaction: Transaction) -> str:
            if not upkeep.spend_challenge(transaction.connection, held.challenge_hash, held.challenge_ends_at):
                return "challenge-used"
            if not factors.use_passkey(transaction.connection, held.passkey.id, held.passkey.sign_count, now):
                return "counter-went-back"
            return ""

        return Proved(held.passkey.person_id, {Factor.PASSKEY: now}, use, held.passkey.id)

    # What is typed

    async def typed(
        self, email: str, password: str, code: str, visitor: Visitor, kind: str, session: str = ""
    ) -> Proved:
        """The person and the factors that were typed rightly: all that were typed, or nothing.

        The same work is done whether or not the address is known. Raises SignInFailedError, SlowedError, BusyError.
        """
        now = self._ports.now()
        found = await self._ports.read(lambda snapshot: factors.way_in(snapshot.connection, email, visitor.known_as))
        person_id = found.person_id
        keys = self.keys_of(email, found, visitor)
        await self.admit(keys, visitor)
        is_breached = await self._is_breached(password[: 4 * MAX_LENGTH])  # right or wrong: time must not tell which
        try:
            is_right = await self._passwords.holds(found.password, password[: 4 * MAX_LENGTH])
        except BaseException:
            await self._guesses.forgive(keys)  # nothing was learnt from a try that was not looked at
            raise
        if not is_right:
            self._fail("password-wrong" if person_id else "nobody", kind, visitor, person_id, session)
        given = Proved(person_id, {}, lambda _transaction: "")
        if code:
            given = await self.code(person_id, found.sealed_seed, code, kind, visitor, session)
        await self._guesses.forgive(keys)

        def use(transaction: Transaction) -> str:
            if not factors.is_password(transaction.connection, person_id, found.password):
                return "password-changed"  # while it was looked at
            word = given.use(transaction)
            if not word and is_breached and factors.mark_breached(transaction, person_id, found.password, now):
                record(transaction, now, "factor.breached", {"factor": "password"}, subject=person_id)
            return word

        return replace(given, proofs={**given.proofs, Factor.PASSWORD: now}, use=use)

    async def _is_breached(self, password: str) -> bool:
        """False where the list can't be read: the doctor says so, and nobody is kept from signing in by it."""
        try:
            return await self._ports.breached.holds(password)
        except BreachListError:
            return False

    async def code(
        self, person_id: str, sealed: bytes | None, code: str, kind: str, visitor: Visitor, session: str = ""
    ) -> Proved:
        """An authenticator code. Raises SignInFailedError, also when codes come too fast.

        Only somebody who gave the right password, or holds a session, gets here, so being slowed is not said: it
        would tell a thief that the password was right.
        """
        now = self._ports.now()
        keys: tuple[Key, ...] = (("code", person_id),)
        if await self._guesses.admit(keys):
            self._fail("codes-too-fast", kind, visitor, person_id, session)
        seed = self._ports.keyring.open_sealed("codes", person_id, "seed", sealed).decode() if sealed else ""
        step = matching_step(seed, code, now) if seed else None
        if step is None or sealed is None:
            self._fail("code-wrong", kind, visitor, person_id, session)
        await self._guesses.forgive(keys)

        def use(transaction: Transaction) -> str:
            return "" if factors.use_step(transaction.connection, person_id, sealed, step) else "code-used"

        return Proved(person_id, {Factor.CODE: now}, use)

    async def admit(self, keys: tuple[Key, ...], visitor: Visitor) -> None:
        """Raises SlowedError, journaled at most every ten seconds for one address."""
        wait = await self._guesses.admit(keys)
        if not wait:
            return
        if self._told.admits(network_of(visitor.address), self._ports.now()):
            refuse(self._ports, "sign_in.slowed", "too-many-guesses", visitor)
        raise SlowedError(wait)

    async def forgive(self, keys: tuple[Key, ...]) -> None:
        """Take back a try that was right."""
        await self._guesses.forgive(keys)

    def keys_of(self, email: str, found: factors.WayIn, visitor: Visitor) -> tuple[Key, ...]:
        """A browser the person has signed in with counts for itself; everybody else counts three times."""
        if found.knows_browser:
            return (("browser", f"{found.person_id}:{visitor.browser_hash.hex()[:24]}"),)
        digest = hmac.digest(self._key, email.encode("utf-8", "replace"), hashlib.sha256).hex()[:32]
        return (("person", digest), ("address", network_of(visitor.address)), ("company", ""))

    def _fail(self, reason: str, kind: str, visitor: Visitor, person_id: str, session: str) -> NoReturn:
        refuse(self._ports, kind, reason, visitor, person_id, session)
        raise SignInFailedError
