"""Secrets at rest: AES-256-GCM under data keys that only the master key opens (NIST SP 800-38D).

A sealed value is `version (4 bytes) | nonce (12) | ciphertext and tag`. Table, row, column and key version are its
additional data, so it opens nowhere but where it was put.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, insert, select, update

from limen.clock import Clock, SystemClock
from limen.storage.errors import SealBrokenError
from limen.storage.tables import keys

if TYPE_CHECKING:
    from limen.storage.database import Database, Snapshot, Transaction

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION_BYTES = 4
_SHORTEST = _VERSION_BYTES + _NONCE_BYTES + 16
_DATA, _JOURNAL = "data", "journal"


class Keyring:
    """Seals and opens small secrets. Made once at start; afterwards it needs neither database nor master key."""

    def __init__(self, data_keys: dict[int, bytes], journal_keys: tuple[bytes, ...]) -> None:
        self._ciphers = {version: AESGCM(key) for version, key in data_keys.items()}
        self._newest = max(data_keys)
        self.journal_keys = journal_keys
        """What the journal's heads are signed with: today's key first, then those of earlier master keys."""

    @classmethod
    def open(cls, database: Database, master: bytes, *, clock: Clock | None = None) -> Self:
        """Unwrap the keys in `database`, or make the first. Raises SealBrokenError for another master key."""
        rows = database.read(_wrapped_keys)
        if not any(purpose == _DATA for _, purpose, _ in rows):
            now = (clock or SystemClock()).now()
            rows = database.write(lambda transaction: _first_key(transaction, master, now))
        opened = [(version, purpose, _unwrap(master, version, purpose, wrapped)) for version, purpose, wrapped in rows]
        return cls(
            {version: key for version, purpose, key in opened if purpose == _DATA},
            (journal_key(master), *(key for _, purpose, key in reversed(opened) if purpose == _JOURNAL)),
        )

    def key_for(self, purpose: str) -> bytes:
        """A key of its own for this purpose, the same in every worker, and another once the master key is changed."""
        return self.keys_for(purpose)[0]

    def keys_for(self, purpose: str) -> tuple[bytes, ...]:
        """`key_for` this purpose, and then those that it was under earlier master keys: to check what they signed."""
        return tuple(_derive(key, b"limen key for " + purpose.encode()) for key in self.journal_keys)

    def seal(self, table: str, row: str, column: str, secret: bytes) -> bytes:
        """`secret`, so that it opens only for this table, row and column."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        version = self._newest
        place = _place(table, row, column, version)
        return version.to_bytes(_VERSION_BYTES) + nonce + self._ciphers[version].encrypt(nonce, secret, place)

    def open_sealed(self, table: str, row: str, column: str, sealed: bytes) -> bytes:
        """The secret that `seal` put here. Raises SealBrokenError when anything about it is not as it was."""
        version = int.from_bytes(sealed[:_VERSION_BYTES])
        cipher = self._ciphers.get(version)
        if cipher is None or len(sealed) < _SHORTEST:
            raise SealBrokenError(
                f"a sealed value in {table}.{column} has no key here", "restore the keys it was sealed with"
            )
        nonce = sealed[_VERSION_BYTES : _VERSION_BYTES + _NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[_VERSION_BYTES + _NONCE_BYTES :], _place(table, row, column, version))
        except InvalidTag:
            raise SealBrokenError(f"a sealed value in {table}.{column} was altered or moved", "restore it") from None

    def is_stale(self, sealed: bytes) -> bool:
        """Whether `sealed` uses an older data key than new values do, and should be sealed again."""
        return int.from_bytes(sealed[:_VERSION_BYTES]) != self._newest


def add_data_key(database: Database, master: bytes, now: int) -> None:
    """From the next `Keyring.open` on, seal with a new data key; what older ones sealed still opens."""
    database.write(
        lambda transaction: _insert(transaction.connection, master, _DATA, secrets.token_bytes(KEY_BYTES), now)
    )


def change_master_key(database: Database, old: bytes, new: bytes, now: int) -> None:
    """Wrap every key again under `new`, all or none. No sealed value changes.

    Raises SealBrokenError when `old` is not the master key. The journal key that came from `old` is kept (wrapped under
    `new`), so that the journal's past can still be verified.
    """

    def rewrap(transaction: Transaction) -> None:
        rows = _wrapped_keys(transaction)
        for version, purpose, wrapped in rows:
            key = _unwrap(old, version, purpose, wrapped)
            again = _wrap(new, version, purpose, key)
            transaction.connection.execute(update(keys).where(keys.c.version == version).values(wrapped=again))
        _insert(transaction.connection, new, _JOURNAL, journal_key(old), now)

    database.write(rewrap)


def opens(rows: Iterable[tuple[int, str, bytes]], master: bytes) -> bool:
    """Whether `master` unwraps each of these (version, purpose, wrapped key)."""
    try:
        return all(_unwrap(master, version, purpose, wrapped) for version, purpose, wrapped in rows)
    except (SealBrokenError, ValueError):
        return False


def journal_key(master: bytes) -> bytes:
    """The key for the journal's heads, drawn from the master key by HKDF (RFC 5869), so it is stored nowhere."""
    return _derive(master, b"limen journal heads 1")


def _derive(master: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)


def _wrapped_keys(snapshot: Snapshot) -> list[tuple[int, str, bytes]]:
    chosen = select(keys.c.version, keys.c.purpose, keys.c.wrapped).order_by(keys.c.version)
    return [(version, purpose, wrapped) for version, purpose, wrapped in snapshot.connection.execute(chosen)]


def _first_key(transaction: Transaction, master: bytes, now: int) -> list[tuple[int, str, bytes]]:
    if not _wrapped_keys(transaction):  # another process may have been faster
        _insert(transaction.connection, master, _DATA, secrets.token_bytes(KEY_BYTES), now)
    return _wrapped_keys(transaction)


def _insert(connection: Connection, master: bytes, purpose: str, key: bytes, now: int) -> None:
    version = max(connection.scalars(select(keys.c.version)), default=0) + 1
    wrapped = _wrap(master, version, purpose, key)
    connection.execute(insert(keys).values(version=version, purpose=purpose, wrapped=wrapped, at=now))


def _wrap(master: bytes, version: int, purpose: str, key: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _wrapping(master).encrypt(nonce, key, _place("keys", purpose, "wrapped", version))


def _unwrap(master: bytes, version: int, purpose: str, wrapped: bytes) -> bytes:
    place = _place("keys", purpose, "wrapped", version)
    try:
        return _wrapping(master).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], place)
    except InvalidTag:
        raise SealBrokenError(
            "the keys in the database don't open with this master key", "use the master key that belongs to it"
        ) from None


def _wrapping(master: bytes) -> AESGCM:
    return AESGCM(_derive(master, b"limen data keys 1"))


def _place(table: str, row: str, column: str, version: int) -> bytes:
    """The additional data; each part led by its length, so that no two places read the same."""
    parts = [part.encode() for part in (table, row, column, str(version))]
    return b"".join(len(part).to_bytes(4) + part for part in parts)
