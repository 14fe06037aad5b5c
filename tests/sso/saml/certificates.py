"""Keys and certificates of invented apps, made once for all tests."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class KeyPair:
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def bare(self) -> str:
        return b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()

    @property
    def key_pem(self) -> str:
        kinds = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self.key.private_bytes(serialization.Encoding.PEM, *kinds).decode()


@cache
def key_pair(name: str, kind: str = "rsa", bits: int = 2_048, days: int = 3_650) -> KeyPair:
    """Another one for each name; its certificate ends so many days after its beginning."""
    key = rsa.generate_private_key(65_537, bits) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(begins).not_valid_after(begins + dt.timedelta(days))
    return KeyPair(key, builder.sign(key, hashes.SHA256()))
