"""Sealing for people who are signed in: who seals in their own name, and whose files are opened, after a decision."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from limen.clock import HOUR, Instant, Milliseconds
from limen.data.sealing import header, sealing_keys
from limen.data.sealing.age_keys import Recipient
from limen.data.sealing.errors import SealedError
from limen.data.sealing.files import document_id
from limen.data.sealing.manifest import Certificate, certify
from limen.data.sealing.sealing_keys import Company
from limen.data.sealing.store import SealingKey
from limen.data.sealing.wire import Allowed, Asked, Opened, OpenedFile
from limen.errors import LimenError
from limen.events import Event
from limen.facts import SEALED_FILES, App, Label, Person, Session, Upstream
from limen.facts.document import Document
from limen.pillar import Core, KeptOpen, SignOnDecision
from limen.policy.decision import Effect
from limen.rate_limit import RateLimit

DOWNLOAD: Final = "download"
"""What opening is: the content is on the person's own disk afterwards."""
ENTRY_POINT: Final = "sealed"
LASTS: Final[Milliseconds] = 8 * HOUR
"""How long somebody seals in their own name without being asked again."""


class TooOftenError(LimenError):
    def __init__(self) -> None:
        super().__init__("You opened many sealed files in a short time", "wait a minute, and try again")


@dataclass(frozen=True, slots=True)
class Answered:
    """The decision, and on a permit what was asked for."""

    decision: SignOnDecision
    opened: Opened | None = None


SEALED: Final = App(SEALED_FILES, "Sealed files", "", Upstream(""), Label.PUBLIC)
"""What sealed files are in, as something that is asked for; what counts is the label of each (record 0194)."""


class Sealing:
    """Used on the event loop alone."""

    def __init__(self, core: Core, kept: KeptOpen) -> None:
        self._core = core
        self._kept = kept
        self._often = RateLimit(per_second=0.5, at_once=30)

    @property
    def company(self) -> Company:
        return Company.of(self._core.settings, self._core.keyring)

    async def allow(self, label: Label, public_key: bytes, session: Session, person: Person, address: str) -> Allowed:
        """A certificate for this key (raw Ed25519), to sign manifests in the person's name, and for whom to seal.

        Raises SealedError where there are no recovery keys, or no sealing key can be made.
        """
        now, company = self._core.clock.now(), self.company
        if not self._often.admits(person.id, now):
            raise TooOftenError
        until = min(now + LASTS, session.expires_at)
        key = await self._core.write(
            lambda transaction: sealing_keys.key_now(transaction, company, label, now, person.id)
        )
        certificate = Certificate(company.tenant, person.id, public_key.hex(), now, until)
        event = _event("data.sealing_allowed", session, person, address, now, label=label.word, until=until)
        await self._core.write(lambda transaction: transaction.say(event))
        return Allowed(
            certified=certify(certificate, company.signing),
            label=label.word,
            key=key.id,
            period=key.period,
            recipient=key.recipient,
            recovery=key.recovery,
            verifying=tuple(one.hex() for one in company.verifying),
        )

    async def labels(self, asked: Sequence[Asked]) -> list[Label]:
        """Which labels these files have, the strictest first. Raises SealedError for a key that is none of Limen's."""
        keys = await self._keys(asked)
        return sorted({key.label for key in keys}, reverse=True)

    async def open(
        self, asked: Sequence[Asked], recipient: Recipient, session: Session, person: Person, address: str
    ) -> Answered:
        """Decide for each key; where all are permitted, journal each file and give its key, wrapped for `recipient`.

        All are opened, or none. Raises SealedError for what was not sealed for the key that it names, or no longer
        opens, and TooOftenError.
        """
        keys = await self._keys(asked)
        decision = self._decided(keys, session, address)
        if decision.effect is not Effect.PERMIT or decision.session is None:
            return Answered(decision)
        now, company = self._core.clock.now(), self.company
        if not self._often.admits(person.id, now):
            raise TooOftenError
        pairs = list(zip(asked, keys, strict=True))
        files = await asyncio.to_thread(lambda: [_opened(company, one, key, recipient) for one, key in pairs])
        events = [
            _event(
                "data.document_opened",
                session,
                person,
                address,
                now,
                label=file.label,
                period=file.period,
                document=file.document,
                key=key.id,
                decision=decision.id,
            )
            for file, key in zip(files, keys, strict=True)
        ]
        await self._core.write(lambda transaction: [transaction.say(event) for event in events])
        return Answered(decision, Opened(tuple(files), tuple(one.hex() for one in company.verifying)))

    async def shred_due(self) -> None:
        """Destroy the keys whose waiting time is over."""
        now = self._core.clock.now()
        await self._core.write(lambda transaction: sealing_keys.shred_due(transaction, now))

    def _decided(self, keys: Sequence[SealingKey], session: Session, address: str) -> SignOnDecision:
        """The first that is no permit, else the last. A file is a document with the label of the key that opens it."""
        decision = None
        for key in sorted(set(keys), key=lambda key: (-key.label, key.id)):
            document = Document(key.id, key.label)
            decision = self._kept.decide(ENTRY_POINT, SEALED, session, DOWNLOAD, address, 0, document)
            if decision.effect is not Effect.PERMIT:
                break
        if decision is None:
            raise SealedError("no file was named", "name the files to open")
        return decision

    async def _keys(self, asked: Sequence[Asked]) -> list[SealingKey]:
        by_id = {key.id: key for key in await self._core.database.reading(sealing_keys.every)}
        found = [by_id.get(one.key) for one in asked]
        known = [key for key in found if key is not None]
        if len(known) < len(found):
            raise SealedError("this was not sealed by this company", "ask whoever gave you the file")
        return known


def _opened(company: Company, asked: Asked, key: SealingKey, recipient: Recipient) -> OpenedFile:
    found = header.unwrap([asked.stanza], [sealing_keys.opened(company, key)])
    if found is None:
        raise SealedError("a file is not sealed for the key that its manifest names", "restore both from a backup")
    stanza = header.wrap(found[0], recipient)
    return OpenedFile(key.label.word, key.period, document_id(found[0]), stanza.raw.hex())


def _event(
    kind: str, session: Session, person: Person, address: str, now: Instant, **details: str | int | bool
) -> Event:
    return Event(
        at=now,
        kind=kind,
        actor=person.id,
        subject=person.id,
        session=session.id,
        address=address,
        details=details,
    )
