"""A TPM made of software, with the maker that certifies it, for what no honest TPM would say. swtpm is the real one."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from limen.devices.tpm.makers import Makers
from limen.devices.tpm.structures import STAYS, Attributes
from limen.devices.wire import encoded

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
SIGNS = STAYS | Attributes.SIGN
CERTIFIES = SIGNS | Attributes.RESTRICTED
SEALS = STAYS | Attributes.RESTRICTED | Attributes.DECRYPT
OF_A_TPM = ObjectIdentifier("2.23.133.8.1")
AES_128_CFB = bytes.fromhex("000600800043")
GENERATED, CERTIFY = bytes.fromhex("ff544347"), bytes.fromhex("8017")


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def sized(raw: bytes) -> bytes:
    return len(raw).to_bytes(2, "big") + raw


def area(key: ec.EllipticCurvePrivateKey, attributes: int, symmetric: bytes = b"\0\x10") -> bytes:
    """A TPMT_PUBLIC of a P-256 key."""
    numbers = key.public_key().public_numbers()
    scheme = b"\0\x10" if attributes & Attributes.DECRYPT else bytes.fromhex("0018000b")
    point = sized(numbers.x.to_bytes(32, "big")) + sized(numbers.y.to_bytes(32, "big"))
    head = bytes.fromhex("0023000b") + int(attributes).to_bytes(4, "big") + sized(b"")
    return head + symmetric + scheme + bytes.fromhex("00030010") + point


def name_of(public: bytes) -> bytes:
    return b"\0\x0b" + hashlib.sha256(public).digest()


def statement(name: bytes, magic: bytes = GENERATED, kind: bytes = CERTIFY) -> bytes:
    """A TPMS_ATTEST that certifies the key of this name."""
    return magic + kind + sized(b"signer") + sized(b"") + bytes(25) + sized(name) + sized(b"qualified")


def signature(key: ec.EllipticCurvePrivateKey, signed: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256())))
    return bytes.fromhex("0018000b") + sized(r.to_bytes(32, "big")) + sized(s.to_bytes(32, "big"))


@dataclass
class Authority:
    """A maker, or one that a maker certified."""

    name: str = "Harbor Semiconductor"
    issuer: Authority | None = None
    path_length: int | None = None
    is_authority: bool = True
    ends: dt.datetime = NOW + dt.timedelta(days=3650)
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        constraints = x509.BasicConstraints(self.is_authority, self.path_length if self.is_authority else None)
        self.certificate = (self.issuer or self).certify(self.name, self.key, (constraints, True), ends=self.ends)

    def certify(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        *extensions: tuple[x509.ExtensionType, bool],
        ends: dt.datetime = NOW + dt.timedelta(days=365),
    ) -> x509.Certificate:
        building = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - dt.timedelta(days=1))
            .not_valid_after(ends)
        )
        for extension, critical in extensions:
            building = building.add_extension(extension, critical)
        return building.sign(self.key, SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def makers(self) -> Makers:
        return Makers((self.certificate,))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])


@dataclass
class SoftwareTpm:
    """Its three keys: `ek` seals, `ak` certifies, `key` signs what a device says."""

    maker: Authority
    ek: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    ak: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    for_what: x509.ExtensionType = field(default_factory=lambda: x509.ExtendedKeyUsage([OF_A_TPM]))
    more: tuple[tuple[x509.ExtensionType, bool], ...] = ()

    @property
    def certificate(self) -> x509.Certificate:
        return self.maker.certify("", self.ek, (self.for_what, False), *self.more)

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self.key.public_key().public_numbers()
        x, y = (encoded(one.to_bytes(32, "big")) for one in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def parts(self, **instead: bytes) -> dict[str, bytes]:
        """What its agent sends, with parts of it replaced."""
        key = area(self.key, SIGNS)
        told = statement(name_of(key))
        return {
            "ek_certificate": self.certificate.public_bytes(Encoding.DER),
            "ek_public": sized(area(self.ek, SEALS, AES_128_CFB)),
            "ak_public": sized(area(self.ak, CERTIFIES)),
            "key_public": sized(key),
            "certify_info": sized(told),
            "certify_signature": signature(self.ak, told),
            **instead,
        }

    @property
    def ak_name(self) -> bytes:
        return name_of(area(self.ak, CERTIFIES))

    def activate(self, credential: bytes, secret: bytes) -> bytes:
        """TPM2_ActivateCredential (TPM 2.0 Library, part 3), written as its steps are. Raises ValueError."""
        x, y = secret[4:36], secret[38:70]
        sent = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1())
        shared = self.ek.exchange(ec.ECDH(), sent.public_key())
        its_x = self.ek.public_key().public_numbers().x.to_bytes(32, "big")
        seed = hashlib.sha256(b"\0\0\0\1" + shared + b"IDENTITY\0" + x + its_x).digest()
        integrity, sealed = credential[4:36], credential[36:]
        inner = hmac.digest(seed, b"\0\0\0\1INTEGRITY\0" + (256).to_bytes(4, "big"), "sha256")
        if hmac.digest(inner, sealed + self.ak_name, "sha256") != integrity:
            raise ValueError("integrity check failed")
        key = hmac.digest(seed, b"\0\0\0\1STORAGE\0" + self.ak_name + (128).to_bytes(4, "big"), "sha256")[:16]
        opening = Cipher(AES(key), CFB(bytes(16))).decryptor()
        return (opening.update(sealed) + opening.finalize())[2:]

    def said(self, **instead: bytes) -> dict[str, Any]:
        return written(self.parts(**instead))


def written(parts: Mapping[str, bytes]) -> dict[str, Any]:
    return {name: encoded(part) for name, part in parts.items()}
