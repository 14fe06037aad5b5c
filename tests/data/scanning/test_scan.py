"""What is kept of a scan: so many values and places of each, and nothing that hides another."""

from __future__ import annotations

from tests.data.planted import scanner_of

from limen.data.detectors.checksums import digits, luhn
from limen.data.detectors.every import DETECTORS
from limen.data.model import Confidence
from limen.data.scanning.scan import MOST_PLACES

_CARD, _MAIL = "4111 1111 1111 1111", "ann@harbor.example"


def cards(number: int) -> list[str]:
    """So many different numbers as cards have them."""
    return [one for at in range(number * 10) if luhn(digits((one := f"41111111111{at:05}").encode()))][:number]


def test_so_many_are_kept_and_it_is_said_that_there_are_more() -> None:
    many = " ".join(f"person{number}@harbor.example" for number in range(50)).encode()
    scanner = scanner_of("email-address", most=10)
    assert len(scanner.text(many).findings) == 10
    assert scanner.text(many).more == {"email-address": DETECTORS["email-address"].alone}
    assert scanner.pieces([many[:100], many[100:]]) == scanner.text(many)
    assert len(scanner_of("email-address").text((_MAIL + " ").encode() * 2_000).findings) == MOST_PLACES


def test_copies_of_one_value_hide_no_other() -> None:
    scanner = scanner_of("iban")
    own, other = "DE89 3704 0044 0532 0130 00\n", "GB29 NWBK 6016 1331 9268 19\n"
    found = scanner.text((own * MOST_PLACES + other).encode())
    assert found.unique() == {"iban": 2}
    assert (len(found.findings), found.more) == (MOST_PLACES + 1, {})


def test_many_weak_values_hide_no_sure_one_and_take_little_room() -> None:
    scanner = scanner_of("payment-card", most=2)
    weak = "\n".join(cards(5)) + "\n" + "." * 300
    found = scanner.text(f"{weak} Kreditkarte {_CARD}".encode())
    assert found.unique(Confidence.HIGH) == {"payment-card": 1}
    assert found.more == {"payment-card": Confidence.MEDIUM}
    many = "\n".join(cards(50) * 500) + "\n"
    assert len(scanner_of("payment-card").text(many.encode()).findings) <= 10_100


def test_what_is_remembered_of_a_text_takes_little_room() -> None:
    scanner, letters = scanner_of("private-key", "payment-card"), "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 6
    keys = [f"-----BEGIN PRIVATE KEY-----\n{letters}{at:04}\n" for at in range(3)]
    scan = scanner._scan()
    text = f"{_CARD}\n{''.join(keys)}".encode()
    scanner._looks.scan(scanner._looks.whole, text, scan.told)
    scan.resolve(text, 0, len(text) + 1)
    assert {len(known) for _, known in scan._known} == {len(_CARD)}
    assert {one.detector for one in scan.found().findings} == {"payment-card", "private-key"}
