"""Mails to who made a link that needs a reason. They name no document: names are strangers' words, and mail is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from limen.clock import HOUR, Instant, Milliseconds
from limen.data.links.model import KeptLink
from limen.facts import Person
from limen.mail import Mails
from limen.mail.letter import Address, letter, words_for
from limen.settings import Settings
from limen.storage import Keyring, Snapshot, Transaction

PAGE: Final = "/data"
"""Where somebody says why: *My data actions*."""
NOT_AGAIN_FOR: Final[Milliseconds] = HOUR
"""Whoever makes many links is written to once; the page lists them all."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Puts them into the queue, in the transaction of what they tell. `language_of` is that of a person."""

    keyring: Keyring
    settings: Settings
    person: Callable[[str], Person | None]
    language_of: Callable[[Snapshot, str], str]
    _told_at: dict[str, Instant] = field(default_factory=dict, repr=False, compare=False)

    def tell(self, transaction: Transaction, link: KeptLink) -> None:
        """That this link ends, unless its maker says why it may stand."""
        person, now = self.person(link.person_id), link.made_at
        if person is None or not person.active or not person.email or link.due_at <= now:
            return
        if now < self._told_at.get(person.id, -NOT_AGAIN_FOR) + NOT_AGAIN_FOR:
            return
        self._told_at[person.id] = now
        words, company = words_for(self.language_of(transaction, person.id), self.settings), self.settings.name
        paragraphs = (
            words.gettext("Hello {name},", name=person.name),
            words.say("mail.data-link.told", until=words.exact(link.due_at)),
            Address(f"{self.settings.public_url.rstrip('/')}{PAGE}"),
            words.gettext("Type this address yourself, or use your bookmark. This email asks for no password or code."),
            company,
        )
        subject = words.say("mail.data-link.subject", company=company)
        message = letter(person.email, subject, paragraphs, words.language)
        queue = Mails(self.keyring)
        queue.put(transaction, message, person_id=person.id, about=link.id, now=now, until=link.due_at)
