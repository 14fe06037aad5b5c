from __future__ import annotations

import ssl

import pytest

from limen.clock import DAY, SystemClock
from limen.doctor.certificate_reading import Fault, Served, ends_soon, fault_of, read_certificate, said

NOW = SystemClock().now()
SERVED = Served(("a.example", "b.example"), "Harbor CA", NOW - 90 * DAY, NOW - 3 * DAY)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("expired", "3 days ago"),
        ("not-yet", "clock right?"),
        ("self-signed", "self-signed"),
        ("untrusted", "(Harbor CA)"),
        ("wrong-name", "is for a.example, b.example, not for c.example"),
        ("plain", "plain http"),
        ("other", "the encrypted connection fails: why"),
    ],
)
def test_each_fault_is_a_sentence(word: str, sentence: str) -> None:
    assert sentence in said(Fault(word, "why", SERVED), "c.example", NOW)
    assert said(Fault(word), "c.example", NOW)


def test_what_ends_within_three_weeks_is_soon() -> None:
    def ending(days: float) -> str:
        return ends_soon(Served((), "", 0, NOW + int(days * DAY)), NOW)

    assert "in 5 days" in ending(5.5)
    assert "within a day" in ending(0.5)
    assert ending(22) == ends_soon(None, NOW) == ""


def test_what_is_no_certificate_is_none() -> None:
    assert read_certificate(b"") is None
    assert read_certificate(b"\x30\x82\xff\xff" + b"A" * 100) is None


def test_other_failures_keep_what_openssl_says() -> None:
    error = ssl.SSLError(1, "x")
    assert fault_of(error, None).word == "other"
