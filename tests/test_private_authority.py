"""A private authority, and what it signs."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from limen.clock import DAY, from_iso
from limen.private_authority import Issued, NewAuthority, Proves, issued, loaded, new_authority, new_key

NOW = from_iso("2026-11-24T09:00:00Z")


def signed(made: NewAuthority, proves: Proves) -> Issued:
    key, _ = new_key()
    return issued(made.authority, key.public_key(), "Limen", NOW, DAY, proves, [x509.DNSName("logs.harbor.example")])


def test_what_it_signs_is_verified_by_its_certificate_for_its_purpose_alone() -> None:
    made = new_authority("Harbor: logs (Limen)", NOW)
    certificate = x509.load_pem_x509_certificate(signed(made, Proves.SERVER).certificate.encode())
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(made.authority.certificate.encode()))
    store = Store([x509.load_pem_x509_certificate(made.authority.certificate.encode())])
    verifier = PolicyBuilder().store(store).time(certificate.not_valid_after_utc.replace(tzinfo=None))
    with pytest.raises(VerificationError):
        verifier.build_server_verifier(x509.DNSName("another.harbor.example")).verify(certificate, [])


def test_its_key_comes_back_and_signs_the_same() -> None:
    made = new_authority("Harbor: logs (Limen)", NOW)
    again = loaded(made.authority.certificate, made.der)
    assert again.key.private_numbers() == made.authority.key.private_numbers()
    one, other = signed(made, Proves.CLIENT), signed(made, Proves.CLIENT)
    assert one.fingerprint != other.fingerprint
    assert one.until == NOW + DAY


def test_no_key_is_shown_by_what_it_is_written_as() -> None:
    made = new_authority("Harbor: logs (Limen)", NOW)
    assert "der=" not in repr(made)
    assert "key=" not in repr(made.authority)
