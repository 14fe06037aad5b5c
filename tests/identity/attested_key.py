"""A security key whose maker attests its model, and what a forger would do differently."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from limen.demo.software_passkey import SoftwarePasskey
from limen.identity.attestation import TrustedRoot

MODEL = "0a0b0c0d-0000-4000-8000-00000000aaaa"
OTHER = "0a0b0c0d-0000-4000-8000-00000000bbbb"
UNIT = "Authenticator Attestation"
_START = datetime(2020, 1, 1, tzinfo=UTC)


def raw(aaguid: str) -> bytes:
    return bytes.fromhex(aaguid.replace("-", ""))


def _name(common: str, unit: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Harbor Keys"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


@dataclass
class Maker:
    """A maker of security keys, with a root certificate of its own."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    root: TrustedRoot = field(init=False)

    def __post_init__(self) -> None:
        name = _name("Root", "Roots")
        found = self._signed(name, self.key.public_key(), is_authority=True, more=(), days=36_500)
        self.root = TrustedRoot(found.fingerprint(SHA256()).hex(), found.public_bytes(Encoding.PEM))

    def batch(
        self,
        key: ec.EllipticCurvePrivateKey,
        model: str = MODEL,
        *,
        unit: str = UNIT,
        is_authority: bool = False,
        names_model: bool = True,
        critical: bool = False,
        days: int = 36_500,
    ) -> bytes:
        """The certificate (DER) of a batch of keys of one model."""
        named = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4"), b"\x04\x10" + raw(model))
        more = ((named, critical),) if names_model else ()
        name = _name("Batch 7", unit)
        made = self._signed(name, key.public_key(), is_authority=is_authority, more=more, days=days)
        return made.public_bytes(Encoding.DER)

    def _signed(
        self, name: x509.Name, public: ec.EllipticCurvePublicKey, *, is_authority: bool, more: Any, days: int
    ) -> x509.Certificate:
        building = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(_name("Root", "Roots"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(_START)
            .not_valid_after(_START + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        for extension, critical in more:
            building = building.add_extension(extension, critical=critical)
        return building.sign(self.key, SHA256())


@dataclass
class AttestedKey:
    """A security key of a model. `says` is the AAGUID it claims, `forges` leaves the signature wrong."""

    origin: str
    chain: tuple[bytes, ...]
    batch_key: ec.EllipticCurvePrivateKey
    says: str = MODEL
    forges: bool = False
    inner: SoftwarePasskey = field(init=False)

    def __post_init__(self) -> None:
        self.inner = SoftwarePasskey(origin=self.origin)

    @classmethod
    def of(cls, origin: str, maker: Maker, *, says: str = MODEL, forges: bool = False, **batch: Any) -> AttestedKey:
        key = ec.generate_private_key(ec.SECP256R1())
        return cls(origin, (maker.batch(key, **batch),), key, says, forges)

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        made = self.inner.create(options)
        response = made["response"]
        data = bytearray(cbor2.loads(_decode(response["attestationObject"]))["authData"])
        data[37:53] = raw(self.says)
        signed = bytes(data) + hashlib.sha256(_decode(response["clientDataJSON"])).digest()
        signature = self.batch_key.sign(signed + (b"!" if self.forges else b""), ec.ECDSA(SHA256()))
        statement = {"alg": -7, "sig": signature, "x5c": list(self.chain)}
        attested = cbor2.dumps({"fmt": "packed", "attStmt": statement, "authData": bytes(data)})
        response["attestationObject"] = urlsafe_b64encode(attested).rstrip(b"=").decode()
        return made

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        return self.inner.get(options)


def saying(made: dict[str, Any], aaguid: str) -> dict[str, Any]:
    """What a passkey gave, with another AAGUID and no attestation."""
    data = bytearray(cbor2.loads(_decode(made["response"]["attestationObject"]))["authData"])
    data[37:53] = raw(aaguid)
    said = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": bytes(data)})
    made["response"]["attestationObject"] = urlsafe_b64encode(said).rstrip(b"=").decode()
    return made


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
