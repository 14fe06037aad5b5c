"""Mails about reviews: who has something to decide, and whose access is asked about. None authorises anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from limen.access.notices import origin
from limen.access.occasion import Occasion
from limen.access.reviews.model import Review, ReviewRow
from limen.clock import DAY, Milliseconds
from limen.mail import Mails
from limen.mail.letter import Address, letter, words_for
from limen.settings import Settings
from limen.storage import Keyring, Snapshot

PAGE: Final = "/access/reviews"
"""Where reviewers find what they may decide."""
GOOD_FOR: Final[Milliseconds] = 2 * DAY
MOST_TOLD: Final = 50


@dataclass(frozen=True, slots=True)
class Letters:
    """Puts them into the queue, in the transaction of what they tell."""

    keyring: Keyring
    settings: Settings
    language_of: Callable[[Snapshot, str], str]

    def due(self, at: Occasion, review: Review, rows: Iterable[ReviewRow]) -> None:
        """Each reviewer hears how much waits for them, and until when."""
        waiting = Counter(who for row in rows for who in row.may_be_decided_by(review, at.now))
        for person_id, count in sorted(waiting.items())[:MOST_TOLD]:
            self._write(at, review, person_id, "due", count)

    def asked(self, at: Occasion, review: Review, rows: Iterable[ReviewRow]) -> None:
        """Whoever has access is asked whether they need it; they answer whoever asks, as people do."""
        for person_id, count in sorted(Counter(row.person_id for row in rows).items())[:MOST_TOLD]:
            self._write(at, review, person_id, "asked", count)

    def _write(self, at: Occasion, review: Review, to: str, word: str, count: int) -> None:
        person = at.basis.people.get(to)
        if person is None or not person.email or not person.active:
            return
        words, company = words_for(self.language_of(at.transaction, to), self.settings), self.settings.name
        values = {"count": str(count), "until": words.date_in_full(review.closes_at)}
        page = Address(f"{origin(self.settings)}{PAGE if word == 'due' else '/access'}")
        paragraphs = (
            words.gettext("Hello {name},", name=person.name),
            words.say(f"mail.review-{word}.told", **values),
            page,
            words.gettext("Type this address yourself, or use your bookmark. This email asks for no password or code."),
            company,
        )
        subject = words.say(f"mail.review-{word}.subject", company=company)
        message = letter(person.email, subject, paragraphs, words.language)
        until = at.now + GOOD_FOR
        Mails(self.keyring).put(at.transaction, message, person_id=to, about=review.id, now=at.now, until=until)
