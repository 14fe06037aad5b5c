"""Ties: given for a session and a time, recognised without having been kept; and certificates by their hashes."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from urllib.parse import quote

import pytest

from limen.ties import AT_THE_CHANGE, FORM, Certified, Ties, der_of

NOW = 1_790_000_000_000


def test_a_tie_holds_for_its_session_until_its_end_and_by_its_key() -> None:
    ties = Ties(b"k" * 32)
    tie = ties.give("s_1", NOW, 1_000).encode()
    assert FORM.fullmatch(tie)
    assert ties.held_until("s_1", tie, NOW + 999)
    assert not ties.held_until("s_1", tie, NOW + 1_000)
    assert not ties.held_until("s_2", tie, NOW)
    assert not Ties(b"l" * 32).held_until("s_1", tie, NOW)
    assert Ties(b"k" * 32).held_until("s_1", tie, NOW)  # another worker's
    assert not ties.held_until("s_1", tie + b"A", NOW)


def test_for_a_moment_after_it_was_given_a_request_without_it_is_no_sign() -> None:
    ties = Ties(b"k" * 32)
    assert not ties.changes("s_1", NOW)
    ties.give("s_1", NOW, 1_000)
    assert ties.changes("s_1", NOW + AT_THE_CHANGE - 1)
    assert not ties.changes("s_1", NOW + AT_THE_CHANGE)


def test_a_devices_certificates_replace_each_other_and_leave_those_of_others() -> None:
    ties = Ties(b"k" * 32)
    ders = [bytes([number]) * 40 for number in range(3)]
    sent = [b":" + b64encode(der) + b":" for der in ders]
    hashes = [sha256(der).digest() for der in ders]
    mine, hers = Certified("d_1", "p_1", NOW + 1), Certified("d_2", "p_2", NOW + 1)
    ties.set_all({hashes[0]: mine, hashes[1]: hers})
    ties.set_certificates("d_1", {hashes[2]: mine})
    assert [ties.certified(one, NOW) for one in sent] == [None, hers, mine]
    assert ties.certified(sent[2], NOW + 1) is None
    ties.set_certificates("d_1", None)
    assert [ties.certified(one, NOW) for one in sent] == [None, hers, None]


def test_it_is_remembered_which_session_came_with_one() -> None:
    ties = Ties(b"k" * 32)
    ties.seen_with("s_1", "d_1")
    assert (ties.was_seen_with("s_1"), ties.was_seen_with("s_2")) == (True, False)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b":{http.request.tls.client.certificate_der_base64}:",
        b"::",
        b":AAA:",
        b"MIIB",
        b"-----BEGIN CERTIFICATE-----",
        b"%2D%2D",
        b"(null)",
        b":" + b"A" * 9_000 + b":",
        b"-----BEGIN CERTIFICATE----- \xff -----END CERTIFICATE-----",
    ],
)
def test_what_is_no_certificate_is_none(said: bytes) -> None:
    ties = Ties(b"k" * 32)
    ties.set_all({sha256(b"").digest(): Certified("d_1", "p_1", 1 << 60)})
    assert ties.certified(said, 0) is None


def test_both_forms_of_fronts_are_the_same_certificate() -> None:
    der = bytes(range(256)) * 2
    pem = f"-----BEGIN CERTIFICATE-----\n{b64encode(der).decode()}\n-----END CERTIFICATE-----\n"
    assert der_of(quote(pem).encode()) == der_of(b":" + b64encode(der) + b":") == der


def test_a_certificate_is_known_by_its_hash_until_it_ends() -> None:
    ties, held = Ties(b"k" * 32), Certified("d_1", "p_ida", 1_000)
    ties.set_certificates("d_1", {b"h" * 32: held})
    assert (ties.certified_with(b"h" * 32, 999), ties.certified_with(b"h" * 32, 1_000)) == (held, None)
    assert ties.certified_with(b"i" * 32, 999) is None
    ties.set_certificates("d_1", None)
    assert ties.certified_with(b"h" * 32, 999) is None
