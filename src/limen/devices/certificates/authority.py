"""The authority that signs devices' certificates (RFC 5280): made when it is first needed, its key kept sealed.

What it signs is short-lived, and no revocation list is published: Limen itself looks at every certificate that a front
was shown, and knows each that counts by its hash. To a front its signature is only what lets a browser choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from limen.clock import HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.devices import wire
from limen.devices.certificates import store
from limen.storage import Keyring, Transaction

if TYPE_CHECKING:
    from cryptography import x509

LIVES: Final[Milliseconds] = 24 * HOUR
RENEWED_AFTER: Final[Milliseconds] = LIVES // 2
BEFORE_NOW: Final[Milliseconds] = 5 * MINUTE
"""How far back a certificate begins: a front's clock may be behind ours."""
AUTHORITY_DAYS: Final = 3_650


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority: its certificate in PEM, and its private key."""

    certificate: str
    key: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate, PEM and DER's SHA-256, and when it ends."""

    certificate: str
    fingerprint: bytes
    until: Instant


def kept(transaction: Transaction, keyring: Keyring, now: Instant, company: str) -> Authority:
    """The authority; made where there is none yet. `company` is what its certificate calls its holder."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key  # noqa: PLC0415 -- heavy

    found = store.authority(transaction.connection)
    if found is None:
        return _made(transaction, keyring, now, company)
    authority_id, sealed, certificate = found
    key = load_der_private_key(keyring.open_sealed("device_authority", authority_id, "sealed", sealed), None)
    return Authority(certificate, key)


def issued(authority: Authority, device_id: str, jwk: Mapping[str, str], now: Instant) -> Issued:
    """A certificate of a day for this key of a device, which proves a client and nothing else."""
    from cryptography import x509  # noqa: PLC0415 -- heavy, and only who issues one waits for it
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 -- as above
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415 -- as above

    public = wire.imported(jwk).public_key
    own = x509.load_pem_x509_certificate(authority.certificate.encode())
    builder = _begun(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, device_id)]), now - BEFORE_NOW, now + LIVES
    )
    builder = builder.issuer_name(own.subject).public_key(public)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    named = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:limen:device:{device_id}")])
    builder = builder.add_extension(named, critical=False)
    certificate = _signed(builder, authority.key)
    der = certificate.public_bytes(Encoding.DER)
    return Issued(certificate.public_bytes(Encoding.PEM).decode(), sha256(der).digest(), now + LIVES)


def _made(transaction: Transaction, keyring: Keyring, now: Instant, company: str) -> Authority:
    from cryptography import x509  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 -- as above
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{company[:40]}: devices (Limen)")])
    builder = _begun(called, now - BEFORE_NOW, now + AUTHORITY_DAYS * 24 * HOUR)
    builder = builder.issuer_name(called).public_key(key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    certificate = _signed(builder, key)
    pem = certificate.public_bytes(Encoding.PEM).decode()
    authority_id = sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sealed = keyring.seal("device_authority", authority_id, "sealed", der)
    store.add_authority(transaction.connection, authority_id, sealed, pem, now)
    return Authority(pem, key)


def _begun(subject: x509.Name, begins: Instant, ends: Instant) -> x509.CertificateBuilder:
    from cryptography import x509  # noqa: PLC0415 -- as above

    builder = x509.CertificateBuilder().subject_name(subject).serial_number(x509.random_serial_number())
    first = datetime.fromtimestamp(begins // SECOND, UTC)
    return builder.not_valid_before(first).not_valid_after(first + timedelta(milliseconds=ends - begins))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    from cryptography import x509  # noqa: PLC0415 -- as above

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, key: Any) -> x509.Certificate:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 -- as above

    return builder.sign(key, hashes.SHA256())
