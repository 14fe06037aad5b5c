"""Cards and bank accounts, against python-stdnum and against numbers that the schemes publish for trying."""

from __future__ import annotations

from random import Random

import pytest
from stdnum import iban as theirs
from tests import dial
from tests.data.planted import KEY

from limen.data.detectors.every import DETECTORS
from limen.data.detectors.payments import _LENGTHS_OF_IBANS, is_card, is_iban, is_routing_number
from limen.data.scanning.scanner import Scanner


def test_ibans_agree_with_python_stdnum() -> None:
    """Of a country whose account numbers have a check of their own python-stdnum looks at that too; this one not."""
    random, right = Random(2), 0
    for _ in range(dial.size(20_000, 500)):
        country = random.choice(list(_LENGTHS_OF_IBANS)).decode()
        length = _LENGTHS_OF_IBANS[country.encode()] + random.choice((0, 0, 0, 0, 1, -1))
        account = "".join(random.choice("0123456789") for _ in range(length - 4))
        written = theirs.calc_check_digits(f"{country}00{account}") if random.random() < 0.5 else "77"
        number = f"{country}{written}{account}"
        is_right = is_iban(number.encode())
        assert is_right >= theirs.is_valid(number, check_country=False), number
        right += is_right
    assert right > 100


@pytest.mark.parametrize(
    "number", ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011111111111117", "30569309025904"]
)
def test_cards_of_every_scheme(number: str) -> None:
    assert is_card(number.encode())
    assert not is_card(number[:-1].encode() + (b"1" if number[-1] != "1" else b"2"))


@pytest.mark.parametrize("number", ["0000000000000000", "9111111111111111", "4111111111111111111111", "411111111111"])
def test_what_no_scheme_gives_out_is_no_card(number: str) -> None:
    assert not is_card(number.encode())


def test_routing_numbers() -> None:
    assert is_routing_number(b"021000021")
    assert not is_routing_number(b"021000022")
    assert not is_routing_number(b"991000024")


def test_lengths_of_countries() -> None:
    assert len(_LENGTHS_OF_IBANS) == 89
    assert (_LENGTHS_OF_IBANS[b"NO"], _LENGTHS_OF_IBANS[b"RU"], _LENGTHS_OF_IBANS[b"DE"]) == (15, 33, 22)


def test_what_stands_behind_a_number_hides_it_not() -> None:
    scanner = Scanner([DETECTORS["iban"], DETECTORS["payment-card"]], key=KEY)
    for text in (
        "AT611904300234573201 within 30 days",
        "AT61 1904 3002 3457 3201 BIC HAMB",
        "at61 1904 3002 3457 3201 and more",
        "4111 1111 1111 1111 123",
        "4111-1111-1111-1111 12/29",
        "3782 822463 10005 4005",
    ):
        assert len(scanner.text(text.encode()).findings) == 1, text


@pytest.mark.parametrize("between", [" ", "  ", "-", "\n", "\r\n", " \n"])
def test_groups_of_an_iban_may_be_parted_by_more_than_a_blank(between: str) -> None:
    """By a dash, or by the end of a line: mails and PDF wrap them."""
    scanner = Scanner([DETECTORS["iban"]], key=KEY)
    text = f"to {between.join(('DE89', '3704', '0044', '0532', '0130', '00'))} by Friday".encode()
    (one,) = scanner.text(text).findings
    assert (one.start, one.end) == (3, len(text) - len(" by Friday"))
    assert scanner.pieces([text[:9], text[9:]]) == scanner.text(text)
    assert not scanner.text(b"ad12-4f0a-9c1d-8e2b-7f3a-6b4c").findings
