"""Words and sentences of business, in German and English, of which ordinary text is made."""
# ruff: noqa: E501 -- lines of documents are as long as they are

from __future__ import annotations

from random import Random

GERMAN = (
    "Wir bitten um Bestätigung der Lieferung bis {date}.",
    "Die Besprechung beginnt um {time} in Raum {small}.",
    "Anbei das Angebot über {small} Stück zu je {price} EUR.",
    "Der Auftrag {number} wurde am {date} erfasst und ist noch nicht berechnet.",
    "Bitte prüfen Sie die Menge, die Abteilung Einkauf hat {small} bestellt.",
    "Im letzten Quartal stieg der Umsatz um {small} Prozent auf {amount} EUR.",
    "Ein Kunde fragt, ob die Ware nie vor {time} Uhr ankommt.",
    "Das Lager meldet Bestand {number}, Mindestbestand {small}.",
    "Für Rückfragen steht Ihnen unser Team jederzeit zur Verfügung.",
    "Die Maschine {code} ist seit {date} in Wartung; die Ersatzteile kommen aus Halle {small}.",
    "Nach Rücksprache mit der Versicherung übernehmen wir den Schaden am Fahrzeug nicht.",
    "Auf der Karte des Werks ist der Eingang Nord eingezeichnet.",
    "Die Zahlung erfolgt innerhalb von {small} Tagen ohne Abzug.",
    "Neue Version {version} behebt Fehler {number} und {number}.",
    "Der Pass in den Alpen ist ab {date} gesperrt, die Spedition fährt über Linz.",
)
ENGLISH = (
    "Please confirm delivery before {date}.",
    "The meeting starts at {time} in room {small}.",
    "We attach our quote for {small} units at {price} each.",
    "Order {number} was entered on {date} and has not been invoiced yet.",
    "Could you check the quantity, since purchasing ordered {small}?",
    "Revenue rose by {small} percent to {amount} in the last quarter.",
    "A customer asks whether the goods ever arrive before {time}.",
    "Stock is {number}, the minimum is {small}.",
    "Do not hesitate to call our team if anything is unclear.",
    "Machine {code} has been in maintenance since {date}; spare parts come from hall {small}.",
    "The insurance does not cover the damage to the vehicle.",
    "The card reader at the north entrance is out of order, use door {small}.",
    "Payment is due within {small} days without deduction.",
    "Release {version} fixes issues {number} and {number}.",
    "The account manager will visit on {date}, the visa for the trade fair is still open.",
    "Ticket {number}: the pass for the car park expires on {date}.",
    "We discovered a token problem: the session expires after {small} minutes.",
)
GOODS = (
    "Schraube M8", "Kabel 3 m", "Toner schwarz", "Hydraulic hose", "Filter element", "Paper A4", "Monitor 27", "Dichtung",
    "Bearing 6204", "Switch 24 port", "Packband", "Kaffee 1 kg", "Desk lamp", "Stahlrohr", "License, annual", "Palette",
)  # fmt: skip


def sentence(random: Random, among: tuple[str, ...]) -> str:
    """One of them, its gaps filled."""
    return random.choice(among).format_map(Filled(random))


class Filled(dict[str, str]):
    """Whatever a template names, made anew each time."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random

    def __missing__(self, name: str) -> str:
        random = self._random
        made = {
            "date": lambda: random.choice((iso_date(random), german_date(random))),
            "time": lambda: f"{random.randrange(24):02d}:{random.randrange(60):02d}",
            "small": lambda: str(random.randrange(2, 120)),
            "price": lambda: f"{random.randrange(1, 900)}.{random.randrange(100):02d}",
            "amount": lambda: f"{random.randrange(10, 999)}.{random.randrange(1000):03d},{random.randrange(100):02d}",
            "number": lambda: digits(random, random.randrange(5, 13)),
            "code": lambda: f"{letters(random, 2)}-{digits(random, 4)}",
            "version": lambda: ".".join(str(random.randrange(30)) for _ in range(3)),
        }
        return made[name]()


def digits(random: Random, number: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(number))


def letters(random: Random, number: int) -> str:
    return "".join(random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(number))


def hexadecimal(random: Random, number: int) -> str:
    return random.randbytes(number // 2 + 1).hex()[:number]


def iso_date(random: Random) -> str:
    return f"20{random.randrange(18, 27)}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}"


def german_date(random: Random) -> str:
    return f"{random.randrange(1, 29):02d}.{random.randrange(1, 13):02d}.20{random.randrange(18, 27)}"


def price(random: Random) -> str:
    return f"{random.randrange(1, 9000)},{random.randrange(100):02d}"


def uuid(random: Random) -> str:
    made = hexadecimal(random, 32)
    return "-".join((made[:8], made[8:12], made[12:16], made[16:20], made[20:]))
