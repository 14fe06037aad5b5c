"""What people are told of requests and grants: by mail, and in chats as a line that names the page.

A notice authorises nothing: there is no token in it, and its address leads to a page where one signs in and uses a
passkey. What somebody wrote as a justification is not in it either, so nobody can make it say what they like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from limen.access.model import AccessRequest, HeldGrant
from limen.clock import DAY, Instant, Milliseconds
from limen.facts import App, Person
from limen.mail import Mails
from limen.mail.letter import Address, letter, words_for
from limen.messages import Words, times
from limen.settings import Settings
from limen.storage import Keyring, Snapshot, Transaction

if TYPE_CHECKING:
    from limen.access.occasion import Basis

GOOD_FOR: Final[Milliseconds] = DAY
MOST_TOLD: Final = 20
"""Of those who could approve a request, so many are written to."""
INBOX: Final = "/access/inbox"
"""Where somebody sees what they may approve."""
MINE: Final = "/access"
"""Where somebody sees what they have, and what they asked for."""


@dataclass(frozen=True, slots=True)
class Notices:
    """Puts them into the queue, in the transaction of what they tell. `language_of` is that of a person."""

    keyring: Keyring
    settings: Settings
    language_of: Callable[[Snapshot, str], str]
    to_chat: Callable[[Transaction, str, Instant], None] = lambda _transaction, _request, _now: None
    """Has chats told of the request of this id."""

    def asked(
        self, transaction: Transaction, basis: Basis, request: AccessRequest, approvers: Iterable[str], now: Instant
    ) -> None:
        """Those who could approve it are told, and the chats that hear of such things."""
        for approver in sorted(set(approvers) - {request.person_id})[:MOST_TOLD]:
            self._write(transaction, basis, request, approver, "asked", request.id, now)
        self.to_chat(transaction, request.id, now)

    def decided(self, transaction: Transaction, basis: Basis, request: AccessRequest, now: Instant) -> None:
        """Whoever asked is told that the answer is no."""
        self._write(transaction, basis, request, request.person_id, "refused", request.id, now)

    def approved(self, transaction: Transaction, basis: Basis, request: AccessRequest, now: Instant) -> None:
        """Whoever asked for a flow is told that it is approved."""
        self._write(transaction, basis, request, request.person_id, "approved", request.id, now)

    def granted(
        self, transaction: Transaction, basis: Basis, request: AccessRequest, grant: HeldGrant, now: Instant
    ) -> None:
        """Whoever asked is told until when they have it."""
        self._write(transaction, basis, request, grant.person_id, "granted", grant.id, now, until=grant.until)

    def revoked(self, transaction: Transaction, basis: Basis, grant: HeldGrant, now: Instant) -> None:
        """Whoever had it is told that they don't any more."""
        self._write(transaction, basis, grant, grant.person_id, "revoked", grant.id, now)

    def _write(
        self,
        transaction: Transaction,
        basis: Basis,
        said_of: AccessRequest | HeldGrant,
        to: str,
        word: str,
        about: str,
        now: Instant,
        *,
        until: Instant = 0,
    ) -> None:
        person = basis.people.get(to)
        if person is None or not person.email:
            return
        words = words_for(self.language_of(transaction, to), self.settings)
        values = _values(said_of, basis.people, basis.apps, words, until)
        kind = "flow" if isinstance(said_of, AccessRequest) and said_of.flow is not None else "access"
        company = self.settings.name
        page = Address(f"{origin(self.settings)}{INBOX if word == 'asked' else MINE}")
        paragraphs = (
            words.gettext("Hello {name},", name=person.name),
            words.say(f"mail.{kind}-{word}.told", **values),
            page,
            words.gettext("Type this address yourself, or use your bookmark. This email asks for no password or code."),
            company,
        )
        subject = words.say(f"mail.{kind}-{word}.subject", company=company, **values)
        message = letter(person.email, subject, paragraphs, words.language)
        Mails(self.keyring).put(transaction, message, person_id=to, about=about, now=now, until=now + GOOD_FOR)


def origin(settings: Settings) -> str:
    """The sign-in host's address."""
    url = urlsplit(settings.public_url)
    return f"{url.scheme}://{url.netloc}"


def _values(
    said_of: AccessRequest | HeldGrant,
    people: Mapping[str, Person],
    apps: Mapping[str, App],
    words: Words,
    until: Instant,
) -> dict[str, str]:
    """What such a mail names: nothing of it is written by whoever asks."""
    who, app = people.get(said_of.person_id), apps.get(said_of.app)
    lasts = said_of.length_ms if isinstance(said_of, AccessRequest) else 0
    return {
        "who": _plain(who.name) if who is not None else "",
        "app": app.name if app is not None else said_of.about if isinstance(said_of, AccessRequest) else said_of.app,
        "length": times.length(lasts, words.language),
        "until": words.date_in_full(until),
    }


def _plain(name: str) -> str:
    """A name without what a mail program could make a link of."""
    return " ".join("".join(one if one.isalnum() or one in "-' " else " " for one in name).split())
