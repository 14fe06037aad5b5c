"""The keys that tokens are signed with: made, rotated with overlap, and published as a JWK Set (RFC 7517)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import msgspec

from limen.clock import DAY, HOUR, Instant, Milliseconds
from limen.sso.oidc import store
from limen.sso.oidc.public_keys import registry_of
from limen.storage import Keyring, Snapshot, Transaction

if TYPE_CHECKING:
    from joserfc.jwk import Key

ALGORITHMS: Final = ("RS256", "ES256")
"""RS256 because OpenID Connect Core section 15.1 has every client know it, ES256 because it is quicker."""
AHEAD: Final = HOUR
"""How long a new key is published before it signs: clients keep a key set for some time."""
LIVES: Final = 90 * DAY
LONGEST: Final = 16_384
"""Characters of a token that Limen signed, with all groups that anybody has."""
KEPT: Final = 2 * DAY
"""How long a key is still published after its successor signs: longer than any token counts."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key. `private` is its JWK."""

    id: str
    algorithm: str
    made_at: Instant
    private: Mapping[str, Any] = field(repr=False)


class Keys:
    """The keys of now. Replaced as a whole when they change. Each is read when it is first used: no start waits."""

    def __init__(self, keys: tuple[SigningKey, ...]) -> None:
        self._keys = keys
        self._read: dict[str, Key] = {}
        self._certificates: dict[str, dict[str, Any]] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in self._keys)

    @property
    def every(self) -> tuple[SigningKey, ...]:
        """The newest first."""
        return self._keys

    def sign(
        self, claims: Mapping[str, Any], algorithm: str, now: Instant, typ: str = "JWT", ahead: Milliseconds = AHEAD
    ) -> str:
        """`claims` as a signed JWT (RFC 7519) with the newest key of this algorithm that was published for `ahead`.

        That is at most `KEPT`, for which the key before is still published.
        """
        from joserfc import jws  # noqa: PLC0415 -- as above

        key = self._signing(algorithm, now, ahead)
        header = {"alg": algorithm, "typ": typ, "kid": key.id}
        payload = msgspec.json.encode(claims)
        return jws.serialize_compact(header, payload, self._key(key), registry=registry_of(algorithm))

    def claims(self, token: str, typ: str) -> dict[str, Any] | None:
        """The claims of a token that Limen signed as this type; None for anything else. Times are not looked at."""
        from joserfc import jwt  # noqa: PLC0415 -- as above

        if len(token) > LONGEST:
            return None
        for key in self._keys:
            try:
                read = jwt.decode(token, self._key(key), registry=registry_of(key.algorithm))
            except Exception:  # noqa: BLE001, S112 -- whatever strangers send that is not ours
                continue
            if read.header.get("typ") == typ and read.header.get("kid") == key.id:
                return dict(read.claims)
        return None

    def published(self) -> dict[str, Any]:
        """The public keys as a JWK Set."""
        return {
            "keys": [
                {**self._key(one).as_dict(private=False), "use": "sig", "alg": one.algorithm, "kid": one.id}
                for one in self._keys
            ]
        }

    def certified(self, algorithm: str) -> dict[str, Any]:
        """The public keys of this algorithm as a JWK Set, each with a certificate (`x5c`, RFC 7517 section 4.7)."""
        from limen.sso.oidc.certificates import self_signed  # noqa: PLC0415 -- as above

        for one in self._keys:
            if one.algorithm == algorithm and one.id not in self._certificates:
                self._certificates[one.id] = self_signed(self._key(one), one.id, one.made_at)
        named = {key["kid"]: key for key in self.published()["keys"]}
        return {"keys": [{**named[one], **self._certificates[one]} for one in self.ids if one in self._certificates]}

    def _key(self, one: SigningKey) -> Key:
        from joserfc.jwk import import_key  # noqa: PLC0415 -- as above

        if one.id not in self._read:
            self._read[one.id] = import_key(dict(one.private))
        return self._read[one.id]

    def _signing(self, algorithm: str, now: Instant, ahead: Milliseconds) -> SigningKey:
        able = [one for one in self._keys if one.algorithm == algorithm]
        return next((one for one in able if one.made_at + ahead <= now), able[-1])


def held_keys(snapshot: Snapshot, keyring: Keyring) -> Keys:
    """The keys as they are kept."""
    return Keys(tuple(_opened(keyring, *row) for row in store.keys(snapshot.connection)))


def kept_keys(transaction: Transaction, keyring: Keyring, now: Instant) -> Keys:
    """The keys as they are to be now: made where there is none, renewed in time, dropped when their successor is old.

    Cheap where there is nothing to do: call it at the start and now and then.
    """
    found = list(held_keys(transaction, keyring).every)
    for algorithm in ALGORITHMS:
        able = [one for one in found if one.algorithm == algorithm]
        if not able or able[0].made_at + LIVES - AHEAD <= now:
            found.insert(0, _made(transaction, keyring, algorithm, now))
        for newer, older in pairwise(able):
            if newer.made_at + AHEAD + KEPT <= now:
                found.remove(older)
                store.drop_keys(transaction.connection, [older.id])
                transaction.changed(store.KEYS_CHANGED, "")
    return Keys(tuple(found))


def renewed(transaction: Transaction, keyring: Keyring, now: Instant) -> bool:
    """Make the next key of each algorithm before its time. False where the next ones wait already."""
    found = kept_keys(transaction, keyring, now).every
    newest = {one.algorithm: one for one in found[::-1]}
    due = [algorithm for algorithm, one in newest.items() if one.made_at + AHEAD <= now]
    for algorithm in due:
        _made(transaction, keyring, algorithm, now)
    return bool(due)


def kept_pairwise_secret(transaction: Transaction, keyring: Keyring, now: Instant) -> bytes:
    """The secret under which people get another name for each app; made where there is none. It never changes: people
    would be strangers to their apps.
    """
    sealed = store.pairwise_secret(transaction.connection)
    if sealed is not None:
        return keyring.open_sealed("oidc_keys", store.PAIRWISE, "sealed", sealed)
    secret = secrets.token_bytes(32)
    store.add_key(
        transaction.connection, store.PAIRWISE, keyring.seal("oidc_keys", store.PAIRWISE, "sealed", secret), now
    )
    return secret


def _made(transaction: Transaction, keyring: Keyring, algorithm: str, now: Instant) -> SigningKey:
    from joserfc.jwk import ECKey, RSAKey  # noqa: PLC0415 -- as above

    key: Key = RSAKey.generate_key(2048) if algorithm == "RS256" else ECKey.generate_key("P-256")
    key_id = f"{algorithm.lower()}-{key.thumbprint()}"
    private = {**key.as_dict(private=True), "alg": algorithm}
    sealed = keyring.seal("oidc_keys", key_id, "sealed", msgspec.json.encode(private))
    store.add_key(transaction.connection, key_id, sealed, now)
    transaction.changed(store.KEYS_CHANGED, "")
    return SigningKey(key_id, algorithm, now, key.as_dict(private=True))


def _opened(keyring: Keyring, key_id: str, sealed: bytes, made_at: Instant) -> SigningKey:
    private = msgspec.json.decode(keyring.open_sealed("oidc_keys", key_id, "sealed", sealed))
    return SigningKey(key_id, private.pop("alg"), made_at, private)
