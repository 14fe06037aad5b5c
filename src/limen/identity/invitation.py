"""The mail that invites somebody: plain words, the whole address in sight, no hurry, and how to check it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import urlsplit

from limen.clock import Instant
from limen.facts import Person
from limen.identity.links import Links
from limen.identity.model import IssuedLink, LinkPurpose
from limen.identity.ports import Ports
from limen.identity.store import people
from limen.mail import Mails, Message
from limen.storage.database import Transaction

LANGUAGES: Final = ("en", "de")


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    subject_without: str
    hello: str
    added: str
    added_without: str
    page: str
    link: str
    until: str
    key: str
    check: str
    check_without: str
    begins: str
    unexpected: str
    months: tuple[str, ...]
    date: str


_ENGLISH: Final = _Words(
    subject="{inviter} invites you to the apps of {company}",
    subject_without="You are invited to the apps of {company}",
    hello="Hello {name},",
    added="{inviter} has added you at {company}. You open the company's apps through one sign-in page:",
    added_without="{company} has added you. You open the company's apps through one sign-in page:",
    page="{origin}",
    link="This is your own link to set it up:",
    until="It works once, until {until}. After that, ask for a new one.",
    key="Your phone or computer becomes your key. You need no password, and nobody will ask you for one.",
    check="Not sure that this mail is real? Ask {inviter} or another colleague, in person or by a number that you"
    " already have, and not by answering this mail.",
    check_without="Not sure that this mail is real? Ask a colleague, in person or by a number that you already have,"
    " and not by answering this mail.",
    begins="The link must begin with exactly {origin}/",
    unexpected="If you expected nothing of the kind, do nothing: without you, nothing happens.",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    date="{day} {month} {year}, {time} ({zone})",
)
_GERMAN: Final = _Words(
    subject="{inviter} lädt Sie zu den Apps von {company} ein",
    subject_without="Einladung zu den Apps von {company}",
    hello="Guten Tag {name},",
    added="{inviter} hat Sie bei {company} hinzugefügt. Sie öffnen die Apps der Firma über eine Anmeldeseite:",
    added_without="{company} hat Sie hinzugefügt. Sie öffnen die Apps der Firma über eine Anmeldeseite:",
    page="{origin}",
    link="Das ist Ihr eigener Link, um alles einzurichten:",
    until="Er gilt einmal, bis {until}. Danach bitten Sie um einen neuen.",
    key="Ihr Telefon oder Computer wird Ihr Schlüssel. Sie brauchen kein Passwort, und niemand fragt Sie danach.",
    check="Nicht sicher, ob diese Mail echt ist? Fragen Sie {inviter} oder jemand anderen aus der Firma, persönlich"
    " oder unter einer Nummer, die Sie schon kennen, nicht als Antwort auf diese Mail.",
    check_without="Nicht sicher, ob diese Mail echt ist? Fragen Sie jemanden aus der Firma, persönlich oder unter"
    " einer Nummer, die Sie schon kennen, nicht als Antwort auf diese Mail.",
    begins="Der Link muss genau mit {origin}/ beginnen",
    unexpected="Wenn Sie nichts dergleichen erwarten, tun Sie nichts: Ohne Sie geschieht nichts.",
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    date="{day}. {month} {year}, {time} Uhr ({zone})",
)


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
        """A link for this person, good for seven days; mailed to them once the transaction commits, if so wanted.

        `inviter` is the name that the mail gives; "" for that of `by`, where it is a person.
        """
        issued = self._links.issue(transaction, LinkPurpose.INVITATION, person.id, by=by, now=now, why=why)
        if by_mail:
            issuer = people.by_id(transaction.connection, by)
            name = inviter or (issuer.name if issuer else "")
            message = written(person, name, issued, self._ports, language)
            link = issued.link
            self._mails.put(transaction, message, person_id=person.id, about=link.id, now=now, until=link.expires_at)
        return issued


def written(person: Person, inviter: str, issued: IssuedLink, ports: Ports, language: str) -> Message:
    """The invitation in this language, else in the company's first one; English where that is none of ours."""
    settings = ports.settings
    words = _words(language, ports)
    url = urlsplit(settings.public_url)
    values = {
        "name": person.name,
        "inviter": inviter,
        "company": settings.name,
        "origin": f"{url.scheme}://{url.netloc}",
        "until": date_in(issued.link.expires_at, ports, language),
    }

    def say(text: str, without: str = "") -> str:
        return (text if inviter or not without else without).format(**values)

    hello, added = say(words.hello), say(words.added, words.added_without)
    page, link = say(words.page), say(words.link)
    rest = [
        f"{say(words.until)} {say(words.key)}",
        f"{say(words.check, words.check_without)} {say(words.begins)}",
        say(words.unexpected),
        settings.name,
    ]
    text = "\n\n".join([hello, added, f"  {page}", link, f"  {issued.url}", *rest]) + "\n"
    address = escape(issued.url)
    paragraphs = [hello, added, page, link, None, *rest]
    body = "\n".join(
        f"<p>{escape(one)}</p>" if one is not None else f'<p><a href="{address}">{address}</a></p>'
        for one in paragraphs
    )
    lang = "de" if words is _GERMAN else "en"
    html = f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"></head><body>\n{body}\n</body></html>\n'
    return Message(person.email, say(words.subject, words.subject_without), text, html, lang)


def _words(language: str, ports: Ports) -> _Words:
    return _GERMAN if (language or ports.settings.languages[0]) == "de" else _ENGLISH


def date_in(instant: Instant, ports: Ports, language: str) -> str:
    """A date with its time and zone, in this language, else in the company's first one."""
    words = _words(language, ports)
    at = datetime.fromtimestamp(instant / 1000, ports.settings.zone)
    return words.date.format(
        day=at.day,
        month=words.months[at.month - 1],
        year=at.year,
        time=at.strftime("%H:%M"),
        zone=ports.settings.time_zone,
    )
