"""The mail that invites somebody: plain words, the whole address in sight, no hurry, and how to check it."""

from __future__ import annotations

from urllib.parse import urlsplit

from limen.clock import Instant
from limen.facts import Person
from limen.identity.days import invitation_lasts
from limen.identity.links import Links
from limen.identity.model import IssuedLink, LinkPurpose
from limen.identity.ports import Ports
from limen.identity.store import people
from limen.mail import Mails, Message
from limen.mail.letter import Address, letter, words_for
from limen.messages import Words
from limen.storage.database import Transaction


class Invitations:
    """Issues the links that people enrol with, has them mailed, and takes both back."""

    def __init__(self, ports: Ports, links: Links) -> None:
        self._ports = ports
        self._links = links
        self._mails = Mails(ports.keyring)

    def issue(
        self,
        transaction: Transaction,
        person: Person,
        *,
        by: str,
        now: Instant,
        by_mail: bool,
        language: str = "",
        why: str = "",
        inviter: str = "",
    ) -> IssuedLink:
        """A link for this person, good for seven days from when they can use it first; mailed to them once the
        transaction commits, if so wanted.

        `inviter` is the name that the mail gives; "" for that of `by`, where it is a person.
        """
        first_day = people.first_day_of(transaction.connection, person.id)
        good_for = invitation_lasts(self._ports.settings, first_day, now)
        issued = self._links.issue(
            transaction, LinkPurpose.INVITATION, person.id, by=by, now=now, good_for=good_for, why=why
        )
        if by_mail:
            issuer = people.by_id(transaction.connection, by)
            name = inviter or (issuer.name if issuer else "")
            message = written(person, name, issued, self._ports, language)
            link = issued.link
            self._mails.put(transaction, message, person_id=person.id, about=link.id, now=now, until=link.expires_at)
        return issued


def written(person: Person, inviter: str, issued: IssuedLink, ports: Ports, language: str) -> Message:
    """The invitation in this language, else in the company's first one."""
    settings = ports.settings
    words, company, url = words_for(language, settings), settings.name, urlsplit(settings.public_url)
    origin = f"{url.scheme}://{url.netloc}"
    until = words.gettext(
        "It works once, until {until}. After that, ask for a new one.",
        until=words.date_in_full(issued.link.expires_at),
    )
    key = words.gettext(
        "Your phone or computer becomes your key. You don't need a password, and nobody will ask you for one."
    )
    begins = words.gettext("The link must begin with exactly {origin}/", origin=origin)
    subject, added, check = _from_somebody(words, inviter, company) if inviter else _from_nobody(words, company)
    paragraphs = (
        words.gettext("Hello {name},", name=person.name),
        added,
        Address(origin),
        words.gettext("This is your personal link to set it up:"),
        Address(issued.url, is_link=True),
        f"{until} {key}",
        f"{check} {begins}",
        words.gettext("If you weren't expecting this, you can ignore it: nothing happens unless you open the link."),
        company,
    )
    return letter(person.email, subject, paragraphs, words.language)


def _from_somebody(words: Words, inviter: str, company: str) -> tuple[str, str, str]:
    """The subject, who added them, and whom to ask whether the mail is real."""
    return (
        words.gettext("{inviter} has invited you to {company}'s apps", inviter=inviter, company=company),
        words.gettext(
            "{inviter} has given you access at {company}. You reach the company's apps through one sign-in page:",
            inviter=inviter,
            company=company,
        ),
        words.gettext(
            "Not sure this email is genuine? Ask {inviter} or another colleague in person or on a number you "
            "already know. Don't reply to this email.",
            inviter=inviter,
        ),
    )


def _from_nobody(words: Words, company: str) -> tuple[str, str, str]:
    return (
        words.gettext("You've been invited to {company}'s apps", company=company),
        words.gettext(
            "{company} has given you access. You reach the company's apps through one sign-in page:", company=company
        ),
        words.gettext(
            "Not sure this email is genuine? Ask a colleague in person or on a number you already know. Don't "
            "reply to this email."
        ),
    )
