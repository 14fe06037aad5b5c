"""The authority of devices' certificates, and what it signs."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.devices.certificates.test_issuing import ask, certificate_of, issuing
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

__all__ = ["issuing"]


async def test_it_proves_a_client_for_a_day_and_nothing_else(harbor: House, laptop: SoftwareAgent) -> None:
    answer = await ask(laptop)
    made = certificate_of(answer)
    authority = x509.load_pem_x509_certificate(answer.json()["authority"].encode())
    made.verify_directly_issued_by(authority)
    assert made.not_valid_after_utc.timestamp() == answer.json()["until"]
    assert answer.json()["until"] - harbor.clock.now() // 1_000 <= 24 * 3_600
    assert answer.json()["renew_after"] < answer.json()["until"]
    assert list(made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    named = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert named.get_values_for_type(x509.UniformResourceIdentifier) == [f"urn:limen:device:{laptop.device}"]
    assert [event.device for event in harbor.events("device.certified")] == [laptop.device]
