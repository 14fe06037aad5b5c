"""An authenticator made of software, with its browser: for the demo's people and for tests. Never for real accounts.

It answers the options that Limen sends to browsers with exactly the JSON that `credential.toJSON()` gives there
(WebAuthn level 3 sections 5.1.8 and 5.2): ES256, discoverable, attestation "none". What a thief or a broken device
would do differently is a knob.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_USER_PRESENT, _USER_VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP, _ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
_ES256 = -7
_NO_AAGUID = bytes(16)


class NoPasskeyError(Exception):
    """The authenticator holds no passkey that was asked for, or holds one that must not be there twice."""


@dataclass(slots=True)
class Credential:
    """One passkey: its private key lives here and nowhere else."""

    id: bytes
    rp_id: str
    user_handle: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    sign_count: int = 0


@dataclass(slots=True)
class SoftwarePasskey:
    """An authenticator and the browser around it, at one origin.

    `origin`: what the browser writes into `clientDataJSON`. `rp_id`: "" to sign for the one that is asked for.
    `verifies_user`, `user_present`: the flags it sets. `counts`: how far each use moves the counter (0: it has none).
    `is_synced`: whether its keys are backed up. `cross_origin`: whether the page was framed by another one.
    """

    origin: str
    rp_id: str = ""
    verifies_user: bool = True
    user_present: bool = True
    counts: int = 1
    is_synced: bool = False
    cross_origin: bool = False
    credentials: list[Credential] = field(default_factory=list)

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.create({publicKey: options})` gives, as JSON.

        Raises NoPasskeyError when one of `excludeCredentials` is here already, or ES256 is not asked for.
        """
        excluded = {_decode(each["id"]) for each in options.get("excludeCredentials", ())}
        if any(credential.id in excluded for credential in self.credentials):
            raise NoPasskeyError("this authenticator is enrolled already")
        if not any(parameter["alg"] == _ES256 for parameter in options["pubKeyCredParams"]):
            raise NoPasskeyError("ES256 is not asked for")
        credential = Credential(
            id=secrets.token_bytes(32),
            rp_id=self.rp_id or options["rp"]["id"],
            user_handle=_decode(options["user"]["id"]),
            key=ec.generate_private_key(ec.SECP256R1()),
        )
        self.credentials.append(credential)
        attested = _NO_AAGUID + len(credential.id).to_bytes(2, "big") + credential.id + cose_key(credential.key)
        data = self._authenticator_data(credential, _ATTESTED) + attested
        client = self._client_data("webauthn.create", options["challenge"])
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        public = credential.key.public_key()
        return self._json(
            credential,
            {
                "clientDataJSON": _encode(client),
                "attestationObject": _encode(attestation),
                "authenticatorData": _encode(data),
                "transports": ["internal"],
                "publicKey": _encode(_spki(public)),
                "publicKeyAlgorithm": _ES256,
            },
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.get({publicKey: options})` gives, as JSON. Raises NoPasskeyError."""
        credential = self._chosen(options)
        credential.sign_count += self.counts
        data = self._authenticator_data(credential)
        client = self._client_data("webauthn.get", options["challenge"])
        signature = credential.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._json(
            credential,
            {
                "clientDataJSON": _encode(client),
                "authenticatorData": _encode(data),
                "signature": _encode(signature),
                "userHandle": _encode(credential.user_handle),
            },
        )

    def _chosen(self, options: dict[str, Any]) -> Credential:
        allowed = {_decode(each["id"]) for each in options.get("allowCredentials", ())}
        for credential in reversed(self.credentials):
            is_here = bool(self.rp_id) or credential.rp_id == options["rpId"]
            if is_here and (not allowed or credential.id in allowed):
                return credential
        raise NoPasskeyError("no passkey for this site is here")

    def _client_data(self, ceremony: str, challenge: str) -> bytes:
        data = {"type": ceremony, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return json.dumps(data, separators=(",", ":")).encode()

    def _authenticator_data(self, credential: Credential, extra: int = 0) -> bytes:
        flags = extra
        flags |= _USER_PRESENT if self.user_present else 0
        flags |= _USER_VERIFIED if self.verifies_user else 0
        flags |= _BACKUP_ELIGIBLE | _BACKED_UP if self.is_synced else 0
        rp_id = self.rp_id or credential.rp_id
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + credential.sign_count.to_bytes(4, "big")

    @staticmethod
    def _json(credential: Credential, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": _encode(credential.id),
            "rawId": _encode(credential.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }


def cose_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as COSE_Key (RFC 9053 section 7.1)."""
    numbers = key.public_key().public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    return cbor2.dumps({1: 2, 3: _ES256, -1: 1, -2: x, -3: y})


def _spki(key: ec.EllipticCurvePublicKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 -- only here

    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
