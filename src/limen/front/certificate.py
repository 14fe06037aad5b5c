"""The company's own certificate and key: read, held against each other, and copied where the front reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from limen.clock import DAY, Instant
from limen.errors import LimenError
from limen.front.places import write_whole

MAX_BYTES: Final = 1 << 20
SOON: Final = 14 * DAY


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its chain and the key that fits it, as the files say."""

    chain: bytes
    key: bytes
    names: frozenset[str]
    until: Instant

    def warnings(self, hosts: Iterable[str], now: Instant) -> list[str]:
        """What browsers will complain of, or will soon."""
        said = []
        day = datetime.fromtimestamp(self.until / 1000, UTC).date().isoformat()
        if self.until <= now:
            said.append(f"the certificate expired on {day}: browsers reject it; replace it")
        elif self.until - now < SOON:
            said.append(f"the certificate expires on {day}; replace it")
        missing = sorted(host for host in hosts if not self.covers(host))
        if missing:
            few = ", ".join(missing[:5]) + (" and others" if len(missing) > 5 else "")
            said.append(f"the certificate doesn't cover {few}: browsers reject it there; get one that includes them")
        return said

    def covers(self, host: str) -> bool:
        """Whether the certificate names `host`, or its parent with a `*` (RFC 9525 section 6.3)."""
        return host in self.names or f"*.{host.partition('.')[2]}" in self.names


def read_pair(certificate: Path, key: Path) -> Pair:
    """The two files. Raises LimenError where one can't be read, or where they don't belong together."""
    chain, secret = _read(certificate, "certificate"), _read(key, "key")
    try:
        leaf = x509.load_pem_x509_certificates(chain)[0]
    except ValueError:
        raise LimenError(
            f"{certificate} contains no certificate", "store the certificate and its chain there, as PEM"
        ) from None
    try:
        own = load_pem_private_key(secret, password=None)
    except TypeError:
        raise LimenError(
            f"the key in {key} has a password", "remove it: openssl pkey -in key.pem -out key.pem"
        ) from None
    except Exception:  # noqa: BLE001 -- the library raises of many kinds, and none may quote a key
        raise LimenError(
            f"{key} contains no private key", "store the certificate's private key there, as PEM"
        ) from None
    if _public(leaf.public_key()) != _public(own.public_key()):
        raise LimenError(
            f"the key in {key} does not belong to the certificate in {certificate}",
            "use a certificate and key that belong together",
        )
    return Pair(chain, secret, _names(leaf), int(leaf.not_valid_after_utc.timestamp() * 1000))


def keep_pair(pair: Pair, certificate: Path, key: Path) -> None:
    """Copy both. The front reads the copies, so that a later mistake can't stop it."""
    write_whole(certificate, pair.chain)
    write_whole(key, pair.key)


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate in PEM, as browsers and systems show it."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 -- seldom needed

    return x509.load_pem_x509_certificate(certificate).fingerprint(SHA256()).hex(":").upper()


def _read(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise LimenError(
            f"the {what} {path} can't be read: {error.strerror}",
            f"make it readable for Limen's user, or set another `{what}` under [https] in limen.toml",
        ) from None
    if len(content) > MAX_BYTES:
        raise LimenError(f"{path} is larger than any {what}", f"set the right file as `{what}` under [https]")
    return content


def _public(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _names(leaf: x509.Certificate) -> frozenset[str]:
    try:
        said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name.lower() for name in said.get_values_for_type(x509.DNSName))
