"""A person is told by mail what was done with their account: plain words, no link, and what to do if it wasn't them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Final
from urllib.parse import urlsplit

from limen.clock import DAY, Instant, Milliseconds
from limen.facts import Person
from limen.identity.invitation import date_in
from limen.identity.model import new_id
from limen.identity.ports import Ports
from limen.identity.store import people
from limen.mail import Mails, Message
from limen.storage.database import Transaction

GOOD_FOR_MS: Milliseconds = 2 * DAY


class News(StrEnum):
    PASS_ISSUED = "pass-issued"  # noqa: S105 -- a word of ours
    PASSKEY_ADDED = "passkey-added"
    CODES_MADE = "codes-made"
    CODE_USED = "code-used"


@dataclass(frozen=True, slots=True)
class _Words:
    subjects: dict[News, str]
    told: dict[News, str]
    hello: str
    right: str
    wrong: str
    call: str
    call_somebody: str
    no_link: str


_ENGLISH: Final = _Words(
    subjects={
        News.PASS_ISSUED: "An access pass was issued for your account at {company}",
        News.PASSKEY_ADDED: "A passkey was added to your account at {company}",
        News.CODES_MADE: "Recovery codes were made for your account at {company}",
        News.CODE_USED: "A recovery code of yours was used at {company}",
    },
    told={
        News.PASS_ISSUED: "On {at}, an access pass was issued for your account. Whoever holds it can make a new passkey"
        " for it, once.",
        News.PASSKEY_ADDED: "On {at}, a passkey was added to your account. Whoever holds it can sign in as you.",
        News.CODES_MADE: "On {at}, new recovery codes were made for your account, and those before are worth nothing."
        " Whoever holds one can make a new passkey for it.",
        News.CODE_USED: "On {at}, one of your recovery codes was used. It lets a new passkey be made for your account"
        " within ten minutes.",
    },
    hello="Hello {name},",
    right="If that was you, or you asked for it, there is nothing to do.",
    wrong="If it wasn't you: sign in at {origin} as you always do, open “What happened with your account” at the foot"
    " of the page, and press “This wasn't me”. Whatever is open ends at once.",
    call="If you can't sign in, ask {contact}.",
    call_somebody="If you can't sign in, call your administrator at once, by a number that you already have.",
    no_link="This mail holds no link to press, and asks you for nothing.",
)
_GERMAN: Final = _Words(
    subjects={
        News.PASS_ISSUED: "Für Ihr Konto bei {company} wurde ein Zugangspass ausgestellt",
        News.PASSKEY_ADDED: "Zu Ihrem Konto bei {company} kam ein Passkey hinzu",
        News.CODES_MADE: "Für Ihr Konto bei {company} wurden Wiederherstellungscodes angelegt",
        News.CODE_USED: "Ein Wiederherstellungscode von Ihnen wurde bei {company} benutzt",
    },
    told={
        News.PASS_ISSUED: "Für Ihr Konto wurde ein Zugangspass ausgestellt: {at}. Wer ihn hat, kann damit einmal einen"
        " neuen Passkey anlegen.",
        News.PASSKEY_ADDED: "Zu Ihrem Konto kam ein Passkey hinzu: {at}. Wer ihn hat, kann sich als Sie anmelden.",
        News.CODES_MADE: "Für Ihr Konto wurden neue Wiederherstellungscodes angelegt, und die alten gelten nicht mehr:"
        " {at}. Wer einen davon hat, kann damit einen neuen Passkey anlegen.",
        News.CODE_USED: "Einer Ihrer Wiederherstellungscodes wurde benutzt: {at}. Damit lässt sich innerhalb von zehn"
        " Minuten ein neuer Passkey für Ihr Konto anlegen.",
    },
    hello="Guten Tag {name},",
    right="Wenn Sie das waren oder darum gebeten haben, müssen Sie nichts tun.",
    wrong="Wenn nicht: Melden Sie sich wie immer unter {origin} an, öffnen Sie unten auf der Seite „Was mit Ihrem Konto"
    " geschah“ und drücken Sie „Das war ich nicht“. Alles, was offen ist, endet sofort.",
    call="Können Sie sich nicht anmelden, fragen Sie {contact}.",
    call_somebody="Können Sie sich nicht anmelden, rufen Sie sofort Ihre Administration an, unter einer Nummer, die Sie"
    " schon kennen.",
    no_link="Diese Mail enthält keinen Link zum Drücken und verlangt nichts von Ihnen.",
)


class Notifications:
    """Puts such mails into the queue, in the transaction of what they tell."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._mails = Mails(ports.keyring)

    def tell(self, transaction: Transaction, person: Person, news: News, now: Instant) -> None:
        """Have this person told, in their language."""
        language = people.language_of(transaction.connection, person.id)
        message = told(person, news, now, self._ports, language)
        about = new_id("told")
        self._mails.put(transaction, message, person_id=person.id, about=about, now=now, until=now + GOOD_FOR_MS)


def told(person: Person, news: News, at: Instant, ports: Ports, language: str) -> Message:
    """The mail in this language, else in the company's first one; English where that is none of ours."""
    settings = ports.settings
    lang = "de" if (language or settings.languages[0]) == "de" else "en"
    words = _GERMAN if lang == "de" else _ENGLISH
    url = urlsplit(settings.public_url)
    values = {
        "name": person.name,
        "company": settings.name,
        "origin": f"{url.scheme}://{url.netloc}",
        "at": date_in(at, ports, language),
        "contact": settings.help.contact,
    }
    call = words.call if settings.help.contact else words.call_somebody
    said = [words.hello, words.told[news], words.right, f"{words.wrong} {call}", words.no_link, "{company}"]
    paragraphs = [one.format(**values) for one in said]
    body = "\n".join(f"<p>{escape(one)}</p>" for one in paragraphs)
    html = f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"></head><body>\n{body}\n</body></html>\n'
    return Message(person.email, words.subjects[news].format(**values), "\n\n".join(paragraphs) + "\n", html, lang)
