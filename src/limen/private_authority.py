"""Private certificate authorities (RFC 5280): what they sign is believed by those who were given their certificate.

No revocation list is published: Limen looks at every certificate that it is shown, and knows each that counts by its
hash. To whoever else checks, a signature is only what lets somebody choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from limen.clock import HOUR, MINUTE, SECOND, Instant, Milliseconds

if TYPE_CHECKING:
    from cryptography import x509

BEFORE_NOW: Final[Milliseconds] = 5 * MINUTE
"""How far back a certificate begins: a peer's clock may be behind ours."""
AUTHORITY_DAYS: Final = 3_650


class Proves(StrEnum):
    """What a certificate is good for, and nothing else."""

    CLIENT = "client"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority: its certificate in PEM, and its private key."""

    certificate: str
    key: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewAuthority:
    """One that was just made: `id` is its certificate's SHA-256, `der` its private key in PKCS #8, to be sealed."""

    id: str
    authority: Authority
    der: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate, PEM and DER's SHA-256, and when it ends."""

    certificate: str
    fingerprint: bytes
    until: Instant


def loaded(certificate: str, der: bytes) -> Authority:
    """The authority of this certificate and unsealed key."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key  # noqa: PLC0415 -- heavy

    return Authority(certificate, load_der_private_key(der, None))


def new_authority(called: str, now: Instant) -> NewAuthority:
    """A new authority, which signs for ten years."""
    from cryptography import x509  # noqa: PLC0415 -- heavy, and only who makes one waits for it
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 -- as above
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, called)])
    builder = _begun(name, now - BEFORE_NOW, now + AUTHORITY_DAYS * 24 * HOUR)
    builder = builder.issuer_name(name).public_key(key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    certificate = _signed(builder, key)
    return NewAuthority(
        sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
        Authority(certificate.public_bytes(Encoding.PEM).decode(), key),
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    )


def new_key() -> tuple[Any, str]:
    """A new private key (P-256), and the same in PEM."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 -- as above
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = ec.generate_private_key(ec.SECP256R1())
    return key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def issued(
    authority: Authority,
    public_key: Any,
    called: str,
    now: Instant,
    lives: Milliseconds,
    proves: Proves,
    names: Sequence[x509.GeneralName],
) -> Issued:
    """A certificate for this public key, by these alternative names."""
    from cryptography import x509  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 -- as above
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415 -- as above

    own = x509.load_pem_x509_certificate(authority.certificate.encode())
    usage = ExtendedKeyUsageOID.CLIENT_AUTH if proves is Proves.CLIENT else ExtendedKeyUsageOID.SERVER_AUTH
    builder = _begun(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, called)]), now - BEFORE_NOW, now + lives)
    builder = builder.issuer_name(own.subject).public_key(public_key)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = _signed(builder, authority.key)
    der = certificate.public_bytes(Encoding.DER)
    return Issued(certificate.public_bytes(Encoding.PEM).decode(), sha256(der).digest(), now + lives)


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
