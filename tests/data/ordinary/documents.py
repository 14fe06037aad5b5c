"""Ordinary business documents, made by a seed, and what is truly in each: all else that is found is a false alarm."""
# ruff: noqa: E501 -- lines of documents are as long as they are

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from tests.data.ordinary.words import (
    ENGLISH,
    GERMAN,
    GOODS,
    digits,
    german_date,
    hexadecimal,
    iso_date,
    letters,
    price,
    sentence,
    uuid,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A text, of which sort it is, and which detectors truly have something to find in it."""

    sort: str
    text: str
    truth: frozenset[str] = frozenset()


def documents(seed: int, number: int) -> Iterator[Document]:
    """So many, of all sorts in turn."""
    random, sorts = Random(seed), list(_SORTS.items())
    for at in range(number):
        sort, (make, truth) = sorts[at % len(sorts)]
        yield Document(sort, make(random), frozenset(truth.split()))


def iban(random: Random, country: str = "DE", length: int = 18) -> str:
    """ISO 13616: an account number with the two digits that check it."""
    account = digits(random, length)
    rest = int("".join(str(int(one, 36)) for one in f"{account}{country}00")) % 97
    return f"{country}{98 - rest:02d}{account}"


def _invoice_de(random: Random) -> str:
    rows = "\n".join(
        f"{at:>3} {random.choice(GOODS):<20} {random.randrange(1, 50):>4} Stk {price(random):>10} EUR  Art. {digits(random, 8)}"
        for at in range(1, random.randrange(5, 25))
    )
    return (
        f"Harbor Handels GmbH\nHafenstraße 12, 20095 Hamburg\nTel. +49 40 {digits(random, 7)}\nrechnung@harbor.example\n\n"
        f"Rechnung {digits(random, 8)} vom {german_date(random)}\nKundennummer {digits(random, 6)}  Auftrag {digits(random, 10)}\n"
        f"Lieferschein {digits(random, 9)}\n\n{rows}\n\nGesamtbetrag {price(random)} EUR\n"
        f"Bankverbindung: IBAN {iban(random)} BIC HAMBDEFFXXX\nSteuernummer 27/{digits(random, 3)}/{digits(random, 5)}\n"
        f"{_prose(random, GERMAN, 4)}\n"
    )


def _invoice_en(random: Random) -> str:
    rows = "\n".join(
        f"{random.choice(GOODS)},{random.randrange(1, 90)},{price(random).replace(',', '.')},SKU{digits(random, 7)}"
        for _ in range(random.randrange(5, 25))
    )
    return (
        f"Harbor Trading Ltd\nInvoice no. {digits(random, 9)}\nPO {digits(random, 10)}\nDate {iso_date(random)}\n"
        f"Ship to: 12 Harbour Street, Leeds\nPhone +44 113 {digits(random, 7)}\n\n{rows}\n\n"
        f"Please pay to {iban(random, 'AT', 16)} within 30 days.\n{_prose(random, ENGLISH, 4)}\n"
    )


def _order(random: Random) -> str:
    lines = "\n".join(
        f"Pos {at:03d}  EAN {_ean(random)}  {random.choice(GOODS)}  qty {random.randrange(1, 400)}"
        for at in range(1, 30)
    )
    return f"Purchase order {letters(random, 3)}-{digits(random, 8)}\n{_prose(random, ENGLISH, 3)}\n{lines}\n"


def _access_log(random: Random) -> str:
    return "\n".join(
        f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)} - - [{random.randrange(1, 29):02d}/Nov/2026:"
        f'{random.randrange(24):02d}:{random.randrange(60):02d}:{random.randrange(60):02d} +0000] "GET /api/v1/orders/{digits(random, 9)}'
        f'?page={random.randrange(99)}&trace={hexadecimal(random, 16)} HTTP/1.1" 200 {random.randrange(10**6)} "-" "Mozilla/5.0"'
        for _ in range(30)
    )


def _system_log(random: Random) -> str:
    return "\n".join(
        f"2026-11-{random.randrange(1, 29):02d}T{random.randrange(24):02d}:{random.randrange(60):02d}:00.{digits(random, 6)}Z host{random.randrange(9)} "
        f"app[{digits(random, 5)}]: request_id={uuid(random)} duration={random.randrange(10**6)}us user_id={digits(random, 7)} "
        f"{random.choice(('token refreshed', 'password changed', 'session expired', 'card terminal offline', 'account locked'))}"
        for _ in range(30)
    )


def _minutes_de(random: Random) -> str:
    return f"Protokoll vom {german_date(random)}\nTeilnehmer: Anna Berg, Thomas Weber, Ayse Kaya\n\n{_prose(random, GERMAN, 30)}"


def _minutes_en(random: Random) -> str:
    return (
        f"Minutes of {iso_date(random)}\nPresent: Ben Okafor, Sarah Jones, David Lee\n\n{_prose(random, ENGLISH, 30)}"
    )


def _phone_list(random: Random) -> str:
    return "\n".join(
        f"{random.choice(('Empfang', 'Lager', 'Einkauf', 'Sales', 'IT desk', 'Payroll office'))} {random.choice(('-', 'ext.'))} "
        f"{digits(random, 3)}  +49 40 {digits(random, 7)}  mobile 0171 {digits(random, 7)}"
        for _ in range(40)
    )


def _table(random: Random) -> str:
    head = "id;article;customer_no;order_no;created;amount;account;status"
    rows = (
        f"{digits(random, 7)};{letters(random, 2)}{digits(random, 6)};{digits(random, 9)};{digits(random, 10)};{iso_date(random)};"
        f"{price(random)};{digits(random, 8)};{random.choice(('open', 'paid', 'void'))}"
        for _ in range(40)
    )
    return head + "\n" + "\n".join(rows)


def _numbers(random: Random) -> str:
    return "\n".join(",".join(digits(random, random.randrange(4, 17)) for _ in range(8)) for _ in range(25))


def _settings(random: Random) -> str:
    return (
        f"[server]\nhost = 0.0.0.0\nport = {random.randrange(1024, 65535)}\npassword = ${{DB_PASSWORD}}\ntoken_ttl = {random.randrange(3600)}\n"
        f"api_key = os.environ['API_KEY']\nsecret_name: \"harbor/database\"\ncommit = {hexadecimal(random, 40)}\n"
        f"digest = sha256:{hexadecimal(random, 64)}\nimage: registry.harbor.example/shop@sha256:{hexadecimal(random, 64)}\n"
        f'trace = {uuid(random)}\netag: "{hexadecimal(random, 32)}"\nkey_id = {hexadecimal(random, 8)}\n'
    ) * 2


def _code(random: Random) -> str:
    name = random.choice(("order", "stock", "invoice", "customer"))
    return (
        f"import logging\n\nclass {name.title()}Store:\n    def load_{name}(self, {name}_id: int) -> dict:\n"
        f'        token = self.session.get("token")\n        password = getpass("Password: ")\n'
        f"        return self.rows[{digits(random, 4)}]\n\n# see ticket {digits(random, 6)}\nMAX = {digits(random, 9)}\n"
        f'REVISION = "{hexadecimal(random, 40)}"\nCOLOR = "#{hexadecimal(random, 6)}"\n'
        f"def test_{name}_{letters(random, 3).lower()}_is_refreshed_before_it_expires():\n    assert load({digits(random, 5)})\n"
    ) * 3


def _hex_dump(random: Random) -> str:
    return "\n".join(f"{at * 16:08x}  " + " ".join(f"{one:02x}" for one in random.randbytes(16)) for at in range(60))


def _identifiers(random: Random) -> str:
    return "\n".join(f"{uuid(random)} {hexadecimal(random, 32)} {digits(random, 13)}" for _ in range(30))


def _parcels(random: Random) -> str:
    return "\n".join(
        f"Sendung 00{digits(random, 18)} · JJD{digits(random, 18)} · 1Z{letters(random, 3)}{digits(random, 13)} · {german_date(random)}"
        for _ in range(25)
    )


def _books(random: Random) -> str:
    return "\n".join(
        f"ISBN {_ean(random, '978')}  Harbor Reader {random.randrange(40)}, ISSN {digits(random, 4)}-{digits(random, 4)}"
        for _ in range(30)
    )


def _mail(random: Random) -> str:
    return (
        f"From: sales@harbor.example\nTo: ben@harbor.example\nMessage-ID: <{hexadecimal(random, 24)}@mail.harbor.example>\n"
        f"DKIM-Signature: v=1; a=rsa-sha256; bh={b64encode(random.randbytes(32)).decode()};\n b={b64encode(random.randbytes(128)).decode()}\n"
        f"Subject: Order {digits(random, 8)}\n\n{_prose(random, ENGLISH, 10)}\n-- \nSarah Jones, +44 20 {digits(random, 8)}\n"
    )


def _encoded(random: Random) -> str:
    return (
        f"<img src='data:image/png;base64,{b64encode(random.randbytes(1500)).decode()}'>\n{_prose(random, GERMAN, 4)}"
    )


def _json(random: Random) -> str:
    return "\n".join(
        f'{{"id": {digits(random, 12)}, "ts": {1_700_000_000_000 + random.randrange(10**11)}, "sensor": "{hexadecimal(random, 12)}", '
        f'"lat": {random.randrange(90)}.{digits(random, 7)}, "lon": {random.randrange(180)}.{digits(random, 7)}, "ok": true}}'
        for _ in range(30)
    )


def _offer(random: Random) -> str:
    return f"{_prose(random, GERMAN, 12)}\nDie Kündigungsfrist beträgt drei Monate. Gerichtsstand ist Hamburg.\n{_prose(random, ENGLISH, 8)}"


def _ean(random: Random, begin: str = "40") -> str:
    number = begin + digits(random, 12 - len(begin))
    total = sum(int(one) * (3 if at % 2 else 1) for at, one in enumerate(number))
    return f"{number}{-total % 10}"


def _prose(random: Random, among: tuple[str, ...], sentences: int) -> str:
    return " ".join(sentence(random, among) for _ in range(sentences))


_SORTS: dict[str, tuple[Callable[[Random], str], str]] = {
    "invoice-de": (_invoice_de, "iban bic email-address phone-number de-tax-number street-address-de"),
    "invoice-en": (_invoice_en, "iban phone-number street-address"),
    "order": (_order, ""),
    "access-log": (_access_log, ""),
    "system-log": (_system_log, ""),
    "minutes-de": (_minutes_de, ""),
    "minutes-en": (_minutes_en, ""),
    "phone-list": (_phone_list, "phone-number"),
    "table": (_table, ""),
    "numbers": (_numbers, ""),
    "settings": (_settings, ""),
    "code": (_code, "source-code"),
    "hex-dump": (_hex_dump, ""),
    "identifiers": (_identifiers, ""),
    "parcels": (_parcels, ""),
    "books": (_books, ""),
    "mail": (_mail, "email-address phone-number"),
    "encoded": (_encoded, ""),
    "json": (_json, ""),
    "offer": (_offer, "contract-clause"),
}
"""By sort: what makes one, and the detectors that are right about it."""
