"""The authority that signs devices' certificates: made when it is first needed, its key kept sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen import private_authority
from limen.clock import HOUR, Instant, Milliseconds
from limen.devices import wire
from limen.devices.certificates import store
from limen.private_authority import Authority, Issued, Proves
from limen.storage import Keyring, Transaction

LIVES: Final[Milliseconds] = 24 * HOUR
RENEWED_AFTER: Final[Milliseconds] = LIVES // 2


def kept(transaction: Transaction, keyring: Keyring, now: Instant, company: str) -> Authority:
    """The authority; made where there is none yet. `company` is what its certificate calls its holder."""
    found = store.authority(transaction.connection)
    if found is None:
        return _made(transaction, keyring, now, company)
    authority_id, sealed, certificate = found
    der = keyring.open_sealed(store.device_authority.name, authority_id, "sealed", sealed)
    return private_authority.loaded(certificate, der)


def issued(authority: Authority, device_id: str, jwk: Mapping[str, str], now: Instant) -> Issued:
    """A certificate of a day for this key of a device, which proves a client and nothing else."""
    from cryptography import x509  # noqa: PLC0415 -- heavy, and only who issues one waits for it

    public = wire.imported(jwk).public_key
    names = [x509.UniformResourceIdentifier(f"urn:limen:device:{device_id}")]
    return private_authority.issued(authority, public, device_id, now, LIVES, Proves.CLIENT, names)


def _made(transaction: Transaction, keyring: Keyring, now: Instant, company: str) -> Authority:
    made = private_authority.new_authority(f"{company[:40]}: devices (Limen)", now)
    sealed = keyring.seal(store.device_authority.name, made.id, "sealed", made.der)
    store.add_authority(transaction.connection, made.id, sealed, made.authority.certificate, now)
    return made.authority
