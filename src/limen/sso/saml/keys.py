"""The keys that assertions are signed with, and their certificates: made, published, and changed with an overlap.

Many apps have their copy of a certificate and never look at the metadata again. So no key changes by itself: somebody
has the next one made, gives it to the apps while both are published, and from its instant on it signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from limen.clock import DAY, SECOND, Instant
from limen.sso.saml import store
from limen.storage import Keyring, Snapshot, Transaction

LIVES_DAYS: Final = 3_650
"""What a certificate says. It carries a key and proves nothing by itself, but some apps look at its end."""
KEPT: Final = 2 * DAY
"""How long a key is still published after its successor signs: longer than any assertion counts."""
BITS: Final = 2_048


class _Written(msgspec.Struct, frozen=True):
    """What is sealed: PEM, twice."""

    private: str
    certificate: str


@dataclass(frozen=True, slots=True)
class SamlKey:
    """One key. `private` and `certificate` are PEM, `id` is the SHA-256 of the certificate, as apps show it."""

    id: str
    made_at: Instant
    signs_at: Instant
    certificate: str
    private: str = field(repr=False)


class SamlKeys:
    """The keys of now, the one that signs last first. Replaced as a whole when they change."""

    def __init__(self, keys: Sequence[SamlKey]) -> None:
        self.every = tuple(keys)

    def signing(self, now: Instant) -> SamlKey:
        """The newest whose instant has come."""
        return next((one for one in self.every if one.signs_at <= now), self.every[-1])

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.every)


def held_keys(snapshot: Snapshot, keyring: Keyring) -> SamlKeys:
    """The keys as they are kept."""
    return SamlKeys([_opened(keyring, *row) for row in store.keys(snapshot.connection)])


def kept_keys(transaction: Transaction, keyring: Keyring, now: Instant, name: str) -> SamlKeys:
    """The keys as they are to be now: one made where there is none, and those gone that a successor has replaced.

    `name` is what a new certificate calls its holder.
    """
    found = list(held_keys(transaction, keyring).every)
    if not found:
        found = [new_key(transaction, keyring, now, now, name)]
    signing = SamlKeys(found).signing(now)
    if signing.signs_at + KEPT <= now:
        over = [one for one in found if one.signs_at < signing.signs_at]
        if over:
            store.drop_keys(transaction.connection, [one.id for one in over])
            transaction.changed(store.KEYS_CHANGED, "")
        found = [one for one in found if one not in over]
    return SamlKeys(found)


def new_key(transaction: Transaction, keyring: Keyring, now: Instant, signs_at: Instant, name: str) -> SamlKey:
    """One more key, which signs from `signs_at` on."""
    key = made(name, now, signs_at)
    written = msgspec.json.encode(_Written(key.private, key.certificate))
    sealed = keyring.seal(store.saml_keys.name, key.id, "sealed", written)
    store.add_key(transaction.connection, key.id, sealed, now, signs_at)
    transaction.changed(store.KEYS_CHANGED, "")
    return key


def _opened(keyring: Keyring, key_id: str, sealed: bytes, made_at: Instant, signs_at: Instant) -> SamlKey:
    opened = keyring.open_sealed(store.saml_keys.name, key_id, "sealed", sealed)
    written = msgspec.json.decode(opened, type=_Written)
    return SamlKey(key_id, made_at, signs_at, written.certificate, written.private)


def made(name: str, now: Instant, signs_at: Instant) -> SamlKey:
    """A key that nobody keeps yet, with a certificate that calls its holder `name`."""
    from cryptography import x509  # noqa: PLC0415 -- heavy, and only who makes a key waits for it
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 -- as above

    key = rsa.generate_private_key(65_537, BITS)
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64])])
    begins = datetime.fromtimestamp(now // SECOND, UTC)
    builder = x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(begins - timedelta(days=1)).not_valid_after(begins + timedelta(LIVES_DAYS))
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = builder.sign(key, hashes.SHA256())
    written = certificate.public_bytes(pem).decode()
    return SamlKey(certificate.fingerprint(hashes.SHA256()).hex(), now, signs_at, written, private.decode())


def grouped(fingerprint: str) -> str:
    """A fingerprint as people compare it: `3F:A9:…`."""
    return ":".join(fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2)).upper()
