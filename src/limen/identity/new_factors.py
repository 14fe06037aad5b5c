"""Factors as they are added, by whoever enrols with a link and by a person who has some: looked at, then kept.

`subject` is what challenges and tickets are bound to beside the browser: the link's id, or the session's.
"""

from __future__ import annotations

from limen.challenges import Binding, Challenges
from limen.clock import to_iso
from limen.facts import Person
from limen.identity.breached_passwords import BreachListError
from limen.identity.errors import CeremonyRefusedError, UnfitError
from limen.identity.model import Visitor
from limen.identity.passkeys import Ceremonies, Credential, Refusal, Verified, default_name
from limen.identity.passwords import Passwords, judge_password
from limen.identity.ports import Ports
from limen.identity.sign_in_decision import refuse
from limen.identity.store import factors, upkeep
from limen.identity.totp import CodeOffer, matching_step, new_seed, offer
from limen.storage.database import Transaction


class NewFactors:
    """Looks at what is brought outside the transaction, and keeps it inside."""

    def __init__(self, ports: Ports, ceremonies: Ceremonies, passwords: Passwords, challenges: Challenges) -> None:
        self._ports = ports
        self._challenges = challenges
        self.ceremonies = ceremonies
        self.passwords = passwords

    def passkey(
        self,
        credential: Credential,
        person_id: str,
        visitor: Visitor,
        subject: str,
        label: str,
        *,
        kind: str,
        session: str = "",
    ) -> Verified:
        """The new passkey, called `label` or after its browser. A refusal is journaled as `kind`.

        Raises CeremonyRefusedError; UnfitError for its name.
        """
        now = self._ports.now()
        called = label or default_name(visitor.user_agent, to_iso(now)[:10])
        try:
            return self.ceremonies.enrolled(credential, person_id, visitor, subject, called, now)
        except Refusal as refused:
            refuse(self._ports, kind, refused.word, visitor, person_id, session)
            raise CeremonyRefusedError from None

    @staticmethod
    def keep_passkey(transaction: Transaction, new: Verified) -> None:
        """Spend the challenge and keep the passkey. Raises CeremonyRefusedError where either was done before."""
        is_unspent = upkeep.spend_challenge(transaction.connection, new.challenge_hash, new.challenge_ends_at)
        if not is_unspent or not factors.insert_passkey(transaction, new.passkey):
            raise CeremonyRefusedError
        if new.statement:
            factors.keep_attestation(transaction, new.passkey, new.statement)

    def code_offer(self, person: Person, visitor: Visitor, subject: str, ticket: str = "") -> CodeOffer:
        """A seed, sealed into a ticket that only this browser can bring back; that of `ticket` while it is good."""
        now, binding = self._ports.now(), Binding("code", visitor.browser_hash, subject)
        held = self._challenges.unseal(ticket, binding, now) if ticket else None
        seed = held["seed"] if held is not None else new_seed()
        sealed = ticket if held is not None else self._challenges.seal(binding, {"seed": seed}, now)
        return offer(seed, person.email, self._ports.settings.name, sealed)

    def code(self, ticket: str, code: str, visitor: Visitor, subject: str) -> tuple[str, int]:
        """The seed of a ticket and the time step that the code proves. Raises UnfitError."""
        now = self._ports.now()
        payload = self._challenges.unseal(ticket, Binding("code", visitor.browser_hash, subject), now)
        if payload is None:
            raise UnfitError(
                "code",
                "The QR code on this page has expired",
                "scan the new code, and delete the old entry in the app",
            )
        step = matching_step(payload["seed"], code, now)
        if step is None:
            raise UnfitError("code", "The code is not correct", "enter the six digits the app is showing now")
        return payload["seed"], step

    def keep_code(self, transaction: Transaction, person_id: str, seed: str, step: int) -> None:
        sealed = self._ports.keyring.seal("codes", person_id, "seed", seed.encode())
        factors.set_code(transaction, person_id, sealed, step, self._ports.now())

    async def password(self, person: Person, text: str) -> str:
        """The password as it may be hashed. Raises UnfitError, also where the list of breached ones can't be read."""
        settings = self._ports.settings
        about = (person.name, person.email, settings.name, settings.domain, "limen")
        fit = judge_password(text, about, settings.passwords.blocklist)
        try:
            is_breached = await self._ports.breached.holds(text)
        except BreachListError:
            raise UnfitError(
                "password", "New passwords can't be checked right now", "tell your administrator, or use a passkey"
            ) from None
        if is_breached:
            raise UnfitError("password", "This password is in a public list of stolen passwords", "choose another one")
        return fit
