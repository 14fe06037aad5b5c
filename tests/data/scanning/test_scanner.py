"""A scanner of some detectors. Laws of it: `tests/laws/test_data_scanning.py`."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.data.planted import scanner_of

from limen.data.detectors.every import DETECTORS
from limen.data.model import Confidence
from limen.data.scanning.scanner import Scanner

_CARD, _MAIL = "4111 1111 1111 1111", "ann@harbor.example"


def test_a_number_before_a_card_hides_no_card() -> None:
    found = scanner_of("payment-card").text(f"2020 {_CARD} ".encode())
    assert [(one.start, one.end) for one in found.findings] == [(5, 24)]


def test_a_word_beside_it_makes_it_surer() -> None:
    scanner = scanner_of("payment-card")
    assert scanner.text(_CARD.encode()).highest() == {"payment-card": Confidence.MEDIUM}
    assert scanner.text(f"Kreditkarte {_CARD}".encode()).highest() == {"payment-card": Confidence.HIGH}
    assert scanner.text(f"{_CARD} (credit card)".encode()).highest() == {"payment-card": Confidence.HIGH}


def test_what_needs_a_word_is_nothing_without() -> None:
    scanner = scanner_of("us-routing-number")
    assert not scanner.text(b"order 021000021").findings
    assert scanner.text(b"routing number 021000021").findings
    assert not scanner.text(b"routing number" + b" " * 200 + b"021000021").findings


def test_digests_tell_values_apart_and_nothing_else() -> None:
    one, other = scanner_of("email-address"), Scanner([DETECTORS["email-address"]], key=b"another key".ljust(32))
    first = one.text(f"{_MAIL} {_MAIL.upper()} bo@harbor.example".encode())
    assert first.unique() == {"email-address": 2}
    assert first.findings[0].digest != other.text(_MAIL.encode()).findings[0].digest


def test_a_stream_tells_what_is_settled_before_its_end() -> None:
    with scanner_of("iban").stream() as stream:
        stream.feed(b"DE89 3704 0044 0532 0130 00")
        assert not stream.found.findings
        stream.feed(b" " * 1_000)
        assert stream.found.findings
        assert stream.end() == stream.found


def test_nothing_is_found_in_nothing_and_by_nobody() -> None:
    assert not scanner_of("iban").text(b"").findings
    assert not scanner_of().text(b"anything").findings
    assert not scanner_of().pieces([b"any", b"thing"]).findings


def test_a_stream_that_is_left_open_is_closed() -> None:
    def interrupted() -> Iterator[bytes]:
        yield b"DE89 3704 "
        raise ValueError

    scanner = scanner_of("iban")
    with pytest.raises(ValueError, match=r"^$"):
        scanner.pieces(interrupted())
    assert scanner.pieces([b"DE89 3704 0044 0532 0130 00"]).findings


def test_one_with_another_key_finds_the_same_under_other_digests_and_can_be_sent() -> None:
    scanner = scanner_of("payment-card")
    other = scanner.with_key(b"another key")
    ours, theirs = scanner.text(_CARD.encode()), other.text(_CARD.encode())
    assert [(one.start, one.end) for one in ours.findings] == [(one.start, one.end) for one in theirs.findings]
    assert ours.findings[0].digest != theirs.findings[0].digest
    assert pickle.loads(pickle.dumps(other)).text(_CARD.encode()) == theirs


def test_many_threads_scan_with_one_scanner_at_once() -> None:
    scanner = scanner_of("payment-card", "us-routing-number", most=1_000)
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
