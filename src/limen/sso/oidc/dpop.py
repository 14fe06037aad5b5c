"""Proofs that a caller holds the key that its tokens are bound to (DPoP, RFC 9449)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final, TypeGuard

from limen.clock import MINUTE, SECOND, Clock
from limen.sso.seen_once import SeenOfEach
from limen.storage.errors import StorageError
from limen.storage.kept_briefly import KeptBriefly

ALGORITHMS: Final = ("ES256", "EdDSA", "RS256")
LIVES: Final = MINUTE
"""How far a proof's clock may be from ours."""
LONGEST: Final = 4_096


class DpopProofs:
    """Judges proofs, each good once."""

    def __init__(self, kept: KeptBriefly, clock: Clock, origin: str) -> None:
        self._clock = clock
        self._origin = origin
        self._seen = SeenOfEach(kept, "dpop")

    async def key_of(self, proof: str, method: str, path: str, of: str, token: str = "") -> str | None:
        """The thumbprint (RFC 7638) of the key that made this proof for this request; None where it proves nothing.

        `of` names whose token it is about, so that whoever sends more proofs than anybody pushes out their own alone.
        With `token` it must be for that access token (section 4.3). Raises StorageError where nobody can tell whether
        it came before.
        """
        try:
            return await self._judged(proof, method, path, of, token)
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 -- whatever strangers send that is no proof
            return None

    async def _judged(self, proof: str, method: str, path: str, of: str, token: str) -> str | None:
        from joserfc import jws, jwt  # noqa: PLC0415 -- heavy: no start waits for it
        from joserfc.jwk import import_key  # noqa: PLC0415 -- the same

        if len(proof) > LONGEST:
            return None
        header = jws.extract_compact(proof.encode()).headers()
        public = header.get("jwk")
        if header.get("typ") != "dpop+jwt" or header.get("alg") not in ALGORITHMS or not _is_public(public):
            return None
        key = import_key(public)
        told = jwt.decode(proof, key, algorithms=[header["alg"]]).claims
        now = self._clock.now()
        is_for_this = told.get("htm") == method and told.get("htu") == f"{self._origin}{path}"
        if not is_for_this or abs(now - int(told["iat"]) * SECOND) > LIVES:
            return None
        if not await self._seen.is_first(str(told["jti"]), of, now + 2 * LIVES):
            return None
        if token and not compare_digest(str(told.get("ath", "")), _hash(token)):
            return None
        return str(key.thumbprint())


def _is_public(jwk: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(jwk, dict) and jwk.get("kty") in {"EC", "OKP", "RSA"} and "d" not in jwk and "k" not in jwk


def _hash(token: str) -> str:
    return urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
