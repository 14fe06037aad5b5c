"""A scanner of some detectors. Laws of it: `tests/laws/test_data_scanning.py`."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.data.planted import KEY

from limen.data.detectors.checksums import digits, luhn
from limen.data.detectors.every import DETECTORS
from limen.data.model import Confidence
from limen.data.scanning.scanner import MOST_PLACES, Scanner

_CARD, _MAIL = "4111 1111 1111 1111", "ann@harbor.example"


def cards(number: int) -> list[str]:
    """So many different numbers as cards have them."""
    return [one for at in range(number * 10) if luhn(digits((one := f"41111111111{at:05}").encode()))][:number]


def _scanner(*detectors: str, most: int = 100) -> Scanner:
    return Scanner([DETECTORS[one] for one in detectors], key=KEY, most=most)


def test_a_number_before_a_card_hides_no_card() -> None:
    found = _scanner("payment-card").text(f"2020 {_CARD} ".encode())
    assert [(one.start, one.end) for one in found.findings] == [(5, 24)]


def test_a_word_beside_it_makes_it_surer() -> None:
    scanner = _scanner("payment-card")
    assert scanner.text(_CARD.encode()).highest() == {"payment-card": Confidence.MEDIUM}
    assert scanner.text(f"Kreditkarte {_CARD}".encode()).highest() == {"payment-card": Confidence.HIGH}
    assert scanner.text(f"{_CARD} (credit card)".encode()).highest() == {"payment-card": Confidence.HIGH}


def test_what_needs_a_word_is_nothing_without() -> None:
    scanner = _scanner("us-routing-number")
    assert not scanner.text(b"order 021000021").findings
    assert scanner.text(b"routing number 021000021").findings
    assert not scanner.text(b"routing number" + b" " * 200 + b"021000021").findings


def test_digests_tell_values_apart_and_nothing_else() -> None:
    one, other = _scanner("email-address"), Scanner([DETECTORS["email-address"]], key=b"another key".ljust(32))
    first = one.text(f"{_MAIL} {_MAIL.upper()} bo@harbor.example".encode())
    assert first.unique() == {"email-address": 2}
    assert first.findings[0].digest != other.text(_MAIL.encode()).findings[0].digest


def test_so_many_are_kept_and_it_is_said_that_there_are_more() -> None:
    many = " ".join(f"person{number}@harbor.example" for number in range(50)).encode()
    scanner = _scanner("email-address", most=10)
    assert len(scanner.text(many).findings) == 10
    assert scanner.text(many).more == {"email-address": DETECTORS["email-address"].alone}
    assert scanner.pieces([many[:100], many[100:]]) == scanner.text(many)
    assert len(_scanner("email-address").text((_MAIL + " ").encode() * 2_000).findings) == MOST_PLACES


def test_copies_of_one_value_hide_no_other() -> None:
    scanner = _scanner("iban")
    own, other = "DE89 3704 0044 0532 0130 00\n", "GB29 NWBK 6016 1331 9268 19\n"
    found = scanner.text((own * MOST_PLACES + other).encode())
    assert found.unique() == {"iban": 2}
    assert (len(found.findings), found.more) == (MOST_PLACES + 1, {})


def test_many_weak_values_hide_no_sure_one_and_take_little_room() -> None:
    scanner = _scanner("payment-card", most=2)
    weak = "\n".join(cards(5)) + "\n" + "." * 300
    found = scanner.text(f"{weak} Kreditkarte {_CARD}".encode())
    assert found.unique(Confidence.HIGH) == {"payment-card": 1}
    assert found.more == {"payment-card": Confidence.MEDIUM}
    many = "\n".join(cards(50) * 500) + "\n"
    assert len(_scanner("payment-card").text(many.encode()).findings) <= 10_100


def test_what_lies_within_a_surer_find_is_none() -> None:
    found = _scanner("iban", "phone-number").text(b"DE89 3704 0044 0532 0130 00")
    assert set(found.unique()) == {"iban"}


def test_a_stream_tells_what_is_settled_before_its_end() -> None:
    with _scanner("iban").stream() as stream:
        stream.feed(b"DE89 3704 0044 0532 0130 00")
        assert not stream.found.findings
        stream.feed(b" " * 1_000)
        assert stream.found.findings
        assert stream.end() == stream.found


def test_nothing_is_found_in_nothing_and_by_nobody() -> None:
    assert not _scanner("iban").text(b"").findings
    assert not _scanner().text(b"anything").findings
    assert not _scanner().pieces([b"any", b"thing"]).findings


def test_a_stream_that_is_left_open_is_closed() -> None:
    def interrupted() -> Iterator[bytes]:
        yield b"DE89 3704 "
        raise ValueError

    scanner = _scanner("iban")
    with pytest.raises(ValueError, match=r"^$"):
        scanner.pieces(interrupted())
    assert scanner.pieces([b"DE89 3704 0044 0532 0130 00"]).findings


def test_one_with_another_key_finds_the_same_under_other_digests_and_can_be_sent() -> None:
    scanner = _scanner("payment-card")
    other = scanner.with_key(b"another key")
    ours, theirs = scanner.text(_CARD.encode()), other.text(_CARD.encode())
    assert [(one.start, one.end) for one in ours.findings] == [(one.start, one.end) for one in theirs.findings]
    assert ours.findings[0].digest != theirs.findings[0].digest
    assert pickle.loads(pickle.dumps(other)).text(_CARD.encode()) == theirs


def test_many_threads_scan_with_one_scanner_at_once() -> None:
    scanner = _scanner("payment-card", "us-routing-number", most=1_000)
    text = (
        b"card number: 4012 8888 8888 1881, account and social security number beside it, routing number 021000021 "
        * 900
    )
    pieces = [text[at : at + 9_999] for at in range(0, len(text), 9_999)]
    wanted = scanner.text(text)
    with ThreadPoolExecutor(6) as threads:
        found = [threads.submit(scanner.text, text) for _ in range(12)]
        found += [threads.submit(scanner.pieces, pieces) for _ in range(12)]
        assert all(one.result() == wanted for one in found)
