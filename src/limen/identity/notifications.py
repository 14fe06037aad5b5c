"""A person is told by mail what was done with their account: plain words, no link, and what to do if it wasn't them."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from limen.clock import DAY, Instant, Milliseconds
from limen.facts import Person
from limen.identity.ports import Ports
from limen.identity.store import people
from limen.mail import Mails, Message
from limen.mail.letter import letter, words_for
from limen.opaque import new_id
from limen.storage.database import Transaction

GOOD_FOR_MS: Milliseconds = 2 * DAY


class Occasion(StrEnum):
    PASS_ISSUED = "pass-issued"  # noqa: S105 -- a word of ours
    PASSKEY_ADDED = "passkey-added"
    CODES_MADE = "codes-made"
    CODE_USED = "code-used"
    PASSKEY_REMOVED = "passkey-removed"
    PASSWORD_SET = "password-set"  # noqa: S105 -- a word of ours
    PASSWORD_REMOVED = "password-removed"  # noqa: S105 -- a word of ours
    AUTHENTICATOR_SET = "authenticator-set"
    AUTHENTICATOR_REMOVED = "authenticator-removed"
    NOT_ME = "not-me"
    ADDRESS_CHANGED = "address-changed"
    ISSUER_LINKED = "issuer-linked"
    ISSUER_UNLINKED = "issuer-unlinked"


class Notifications:
    """Puts such mails into the queue, in the transaction of what they tell."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._mails = Mails(ports.keyring)

    def tell(self, transaction: Transaction, person: Person, occasion: Occasion, now: Instant) -> None:
        """Have this person told, in their language."""
        language = people.language_of(transaction.connection, person.id)
        message = told(person, occasion, now, self._ports, language)
        about = new_id("told")
        self._mails.put(transaction, message, person_id=person.id, about=about, now=now, until=now + GOOD_FOR_MS)


def told(person: Person, occasion: Occasion, at: Instant, ports: Ports, language: str) -> Message:
    """The mail in this language, else in the company's first one."""
    settings = ports.settings
    words = words_for(language, settings)
    company, contact, url = settings.name, settings.help.contact, urlsplit(settings.public_url)
    wrong = words.gettext(
        "If it wasn't you: sign in at {origin} as usual, open “Account activity” at the bottom of the page, "
        "and select “This wasn't me”. Everything that is open ends at once.",
        origin=f"{url.scheme}://{url.netloc}",
    )
    call = words.gettext("If you can't sign in, contact {contact}.", contact=contact)
    if not contact:
        call = words.gettext("If you can't sign in, call your administrator at once, on a number you already know.")
    paragraphs = (
        words.gettext("Hello {name},", name=person.name),
        words.say(f"mail.{occasion}.told", at=words.date_in_full(at)),
        words.gettext("If this was you, or you asked for it, you don't need to do anything."),
        f"{wrong} {call}",
        words.gettext("This email contains no link to follow and asks you for nothing."),
        company,
    )
    return letter(person.email, words.say(f"mail.{occasion}.subject", company=company), paragraphs, words.language)
