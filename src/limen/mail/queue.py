"""Putting a mail into the queue: in the transaction that causes it, and sealed against thieves of the database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import msgspec

from limen.clock import Instant
from limen.mail import store
from limen.mail.message import Message
from limen.mail.store import Due, Mail, MailState
from limen.storage.database import Transaction
from limen.storage.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Mails:
    """The queue, for whoever has something to say to a person."""

    keyring: Keyring

    def put(
        self, transaction: Transaction, message: Message, *, person_id: str, about: str, now: Instant, until: Instant
    ) -> Mail:
        """Have `message` sent once this transaction commits; not after `until`."""
        mail = Mail(f"m_{secrets.token_hex(16)}", person_id, about, MailState.QUEUED, now, until, now, 0)
        sealed = self.keyring.seal("mails", mail.id, "sealed", msgspec.json.encode(message))
        store.insert_mail(transaction.connection, mail, sealed)
        return mail

    def opened(self, due: Due) -> Message:
        """Raises SealBrokenError, msgspec.MsgspecError."""
        written = self.keyring.open_sealed("mails", due.mail.id, "sealed", due.sealed)
        return msgspec.json.decode(written, type=Message)
