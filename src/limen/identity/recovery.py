"""Recovery codes: kept on paper, each good once for a link that makes a new passkey; and "this wasn't me"."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Final

from limen.clock import Instant
from limen.credentials import Cause
from limen.facts import Session
from limen.identity.errors import NobodyCouldAdministerError, RecoveryRefusedError, UnfitError
from limen.identity.events import record
from limen.identity.factors import Factors
from limen.identity.links import Links, withdraw_links
from limen.identity.model import IssuedLink, LinkPurpose, Visitor
from limen.identity.names import email_to_look_up
from limen.identity.notifications import Notifications, Occasion
from limen.identity.ports import Ports
from limen.identity.sessions import Sessions, end_everything_of, refuse_ended
from limen.identity.sign_in_decision import refuse
from limen.identity.store import factors, people, recovery_codes, sessions
from limen.identity.verification import Verification
from limen.storage.database import Transaction

HOW_MANY: Final = 10
LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that looks like a digit."""
LENGTH: Final = 16
"""80 bits: what nobody guesses, even with the database and its key in hand."""
CODE: Final = re.compile(rf"[{LETTERS}]{{4}}(-[{LETTERS}]{{4}}){{3}}")
NOT_ME: Final = "not-me"
_MAX_TYPED: Final = 100
_SAME: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class Left:
    """How many codes are unused, and when they were made (0: none were)."""

    count: int
    made_at: Instant


class Recovery:
    """Makes the codes and takes them. A code opens no session: it issues a link, as a helper would."""

    def __init__(
        self, ports: Ports, links: Links, sessions: Sessions, factors: Factors, verification: Verification, key: bytes
    ) -> None:
        self._ports = ports
        self._links = links
        self._sessions = sessions
        self._factors = factors
        self._verification = verification
        self._notifications = Notifications(ports)
        self._key = hmac.digest(key, b"limen recovery codes", hashlib.sha256)

    @property
    def is_on(self) -> bool:
        """Does this company have recovery codes at all?"""
        return self._ports.settings.recovery.codes

    async def left(self, person_id: str) -> Left:
        """What a person still has of them."""
        found = await self._ports.read(lambda snapshot: recovery_codes.left(snapshot.connection, person_id))
        return Left(*found)

    async def make(self, session: Session) -> tuple[str, ...]:
        """Ten new codes, to be shown once; those before are worth nothing.

        Raises NotLiveError, FreshProofNeededError, OpensConsoleOnlyError, and UnfitError where there are none.
        """
        if not self.is_on:
            raise UnfitError("code", "Recovery codes aren't used here", "ask your administrator for an access pass")
        current, person, _ = await self._factors.freshly_proved(session)
        codes, now = tuple(_new_code() for _ in range(HOW_MANY)), self._ports.now()

        def work(transaction: Transaction) -> None:
            refuse_ended(transaction, current)
            recovery_codes.remove_of(transaction.connection, person.id)
            digests = [self._digest(person.id, code) for code in codes]
            recovery_codes.add(transaction.connection, person.id, digests, now)
            made = {"session": current.id, "address": current.address}
            record(transaction, now, "recovery.codes_made", by=person.id, subject=person.id, **made)
            self._notifications.tell(transaction, person, Occasion.CODES_MADE, now)

        await self._ports.write(work)
        return codes

    async def redeem(self, visitor: Visitor, email: str, code: str) -> IssuedLink:
        """Use a code up for a link that makes a passkey within ten minutes. The person's older links die.

        The same is looked up whether or not the address is known. Guessing is held to the pace of passwords, but for
        the pace of one person: nobody guesses 80 bits, and a stranger could keep them from their own codes with it.
        Raises RecoveryRefusedError (the same for every cause), SlowedError.
        """
        address, now = email_to_look_up(email), self._ports.now()
        found = await self._ports.read(lambda snapshot: factors.way_in(snapshot.connection, address, visitor.known_as))
        keys = tuple(key for key in self._verification.keys_of(address, found, visitor) if key[0] != "person")
        await self._verification.admit(keys, visitor)
        digest = self._digest(found.person_id, code[:_MAX_TYPED])
        is_right = await self._ports.read(
            lambda snapshot: recovery_codes.holds(snapshot.connection, found.person_id, digest)
        )
        issued = None
        if is_right and self.is_on:
            issued = await self._ports.write(
                lambda transaction: self._use(transaction, found.person_id, digest, visitor, now)
            )
        if issued is None:
            reason = "nobody" if not found.person_id else "used-meanwhile" if is_right else "code-wrong"
            refuse(self._ports, "recovery.refused", reason, visitor, found.person_id)
            raise RecoveryRefusedError
        await self._verification.forgive(keys)
        return issued

    async def not_me(self, session: Session) -> None:
        """Something was done in a person's name: end all that could be in other hands, at once.

        Only the passkeys that proved this very session stay: a thief could have added any other one. All of them stay
        where nobody could administer Limen afterwards. Needs no fresh proof, since it only takes away.
        Raises NotLiveError, OpensConsoleOnlyError.
        """
        current, now = self._sessions.own(session), self._ports.now()
        person_id = current.person_id

        def work(transaction: Transaction, *, keeps_all: bool = False) -> None:
            connection = transaction.connection
            held = {passkey.id for passkey in factors.passkeys_of(connection, person_id)}
            spared = held if keeps_all else held & sessions.passkeys_of(connection, current.id)
            stolen = Cause.STOLEN
            end_everything_of(transaction, person_id, now, person_id, NOT_ME, cause=stolen, spared=frozenset(spared))
            person = people.by_id(connection, person_id)
            if person is not None:
                self._notifications.tell(transaction, person, Occasion.NOT_ME, now)

        try:
            await self._ports.take(work)
        except NobodyCouldAdministerError:
            await self._ports.write(partial(work, keeps_all=True))

    def _use(
        self, transaction: Transaction, person_id: str, digest: bytes, visitor: Visitor, now: Instant
    ) -> IssuedLink | None:
        connection = transaction.connection
        person = people.by_id(connection, person_id)
        if person is None or not person.active or not recovery_codes.use(connection, person_id, digest, now):
            return None
        withdraw_links(transaction, person_id, now)
        record(transaction, now, "recovery.code_used", by=person_id, subject=person_id, address=visitor.address)
        self._notifications.tell(transaction, person, Occasion.CODE_USED, now)
        return self._links.issue(transaction, LinkPurpose.RECOVERY, person_id, by=person_id, now=now)

    def _digest(self, person_id: str, code: str) -> bytes:
        """What is kept of a code: keyed, so that a stolen database says nothing, and bound to its person."""
        typed = code.casefold().translate(_SAME)
        return hmac.digest(self._key, f"{person_id}\n{typed}".encode("utf-8", "replace"), hashlib.sha256)


def _new_code() -> str:
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4))
