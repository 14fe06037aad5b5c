"""The tunnel's key: made on this machine, and never anywhere else (X25519, RFC 7748)."""

from __future__ import annotations

import base64
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from limen_agent.state.folder import StateFolder

NAME: Final = "tunnel.key"
KEY_BYTES: Final = 32


class TunnelKey:
    """Both halves as WireGuard writes them, in base64."""

    def __init__(self, raw: bytes) -> None:
        public = X25519PrivateKey.from_private_bytes(raw).public_key()
        self.private = base64.b64encode(raw).decode()
        self.public = base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def kept_key(folder: StateFolder) -> TunnelKey:
    """The one of this device; where there is none it is made, and on the disk before it is used. Raises AgentError."""
    if not folder.has(NAME):
        made = X25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        folder.write(NAME, made)
    raw = folder.read(NAME)
    if len(raw) != KEY_BYTES:
        raise folder.damaged(NAME)
    return TunnelKey(raw)
