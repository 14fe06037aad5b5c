"""Certificates in files: what carries a key that counts."""

from __future__ import annotations

import pytest
from tests.sso.saml.certificates import key_pair

from limen.configuration.certificates import bare, certificate_complaint

GOOD = key_pair("works")


def test_armour_and_line_breaks_are_left_out() -> None:
    assert bare(GOOD.pem) == GOOD.bare
    assert bare(GOOD.bare) == GOOD.bare


@pytest.mark.parametrize("certificate", [GOOD.pem, GOOD.bare, key_pair("works", "ec").pem])
def test_rsa_and_p_256_count(certificate: str) -> None:
    assert certificate_complaint(certificate) is None


@pytest.mark.parametrize(
    "certificate", ["", "AAAA", GOOD.bare[:-8], GOOD.bare + "AAAA", key_pair("weak", bits=1_024).pem]
)
def test_what_is_none_or_weak_is_refused(certificate: str) -> None:
    assert certificate_complaint(certificate, whose="the service") is not None


def test_nothing_is_encrypted_for_a_key_that_only_signs() -> None:
    assert certificate_complaint(key_pair("works", "ec").pem, is_to_encrypt=True) is not None
    assert certificate_complaint(GOOD.pem, is_to_encrypt=True) is None
