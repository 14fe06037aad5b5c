"""A key in a file: as safe as the file. Whoever is root on this machine can copy it, and `status` says so."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from limen_agent.keys.device_key import Storage, raw_signature
from limen_agent.state.folder import StateFolder

NAME: Final = "key.pem"


class FileKey:
    """A private key in memory, from a file of mode 0600."""

    storage: Storage = "file"

    def __init__(self, private: EllipticCurvePrivateKey) -> None:
        self._private = private

    @classmethod
    def create(cls, folder: StateFolder) -> FileKey:
        """A new key, on the disk before it is used. Raises AgentError."""
        private = generate_private_key(SECP256R1())
        folder.write(NAME, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return cls(private)

    @classmethod
    def load(cls, folder: StateFolder) -> FileKey:
        """Raises AgentError where it is damaged, or others may read it."""
        try:
            private = load_pem_private_key(folder.read(NAME), None)
        except (ValueError, TypeError):
            private = None
        if not isinstance(private, EllipticCurvePrivateKey) or not isinstance(private.curve, SECP256R1):
            raise folder.damaged(NAME)
        return cls(private)

    @property
    def public(self) -> EllipticCurvePublicKey:
        return self._private.public_key()

    def sign(self, message: bytes) -> bytes:
        return raw_signature(*decode_dss_signature(self._private.sign(message, ECDSA(SHA256()))))
