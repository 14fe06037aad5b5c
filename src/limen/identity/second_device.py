"""A second device from the first: a link that makes a passkey there, to be scanned within ten minutes."""

from __future__ import annotations

from dataclasses import dataclass, field

from limen.facts import Session
from limen.identity.errors import NotLiveError, UnfitError
from limen.identity.factors import Factors
from limen.identity.links import Links, withdraw_links
from limen.identity.model import IssuedLink, LinkPurpose
from limen.identity.ports import Ports
from limen.identity.sessions import Sessions, refuse_ended
from limen.identity.store import people
from limen.identity.totp import qr_code
from limen.storage.database import Transaction

STRENGTH = 3


@dataclass(frozen=True, slots=True)
class ForSecond:
    """A link for the second device, and the same as a picture to scan: SVG without styles or scripts."""

    issued: IssuedLink
    svg: str = field(repr=False)


class SecondDevice:
    """Lets whoever has just used a passkey make another one elsewhere."""

    def __init__(self, ports: Ports, links: Links, factors: Factors, sessions: Sessions) -> None:
        self._ports = ports
        self._links = links
        self._factors = factors
        self._sessions = sessions

    async def offer(self, session: Session) -> ForSecond:
        """A link that works once within ten minutes; the person's older links die.

        Raises NotLiveError, FreshProofNeededError unless a passkey was used in the last ten minutes,
        OpensConsoleOnlyError, and UnfitError for somebody with no passkey, or with enough of them.
        """
        current = self._sessions.own(session)
        held = await self._factors.of_person(current.person_id)
        if not held.passkeys:
            raise UnfitError("passkey", "You don't have a passkey yet", "add one on this device first")
        held.refuse_too_many()
        fresh, now = self._sessions.freshly_proved(current, STRENGTH), self._ports.now()

        def work(transaction: Transaction) -> IssuedLink:
            refuse_ended(transaction, fresh)
            person = people.by_id(transaction.connection, fresh.person_id)
            if person is None or not person.active:
                raise NotLiveError
            withdraw_links(transaction, person.id, now)
            return self._links.issue(transaction, LinkPurpose.SECOND_DEVICE, person.id, by=person.id, now=now)

        issued = await self._ports.write(work)
        return ForSecond(issued, qr_code(issued.url))
