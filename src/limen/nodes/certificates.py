"""How nodes know each other: both show a certificate of the company's own authority (TLS 1.3, RFC 8446), and the key in
it has to be the one that the database has of that node. Neither alone is enough.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from limen.clock import DAY, Instant
from limen.key_in_memory import path_to
from limen.private_authority import Authority, Proves, issued, new_key

LIVES: Final = 3_650 * DAY
"""A key counts as long as it stands in the database: from one start of its node to the next."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The key that this node shows until it stops, which is in memory alone. `shown` is its SHA-256, in hex."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    shown: str = field(compare=True)


def host_of(name: str) -> str:
    """The name in a node's certificate."""
    return f"{name}.node.limen"


def new_own_key(authority: Authority, name: str, now: Instant) -> OwnKey:
    """A new key for the node of this name, and what it shows to who calls it and to whom it calls."""
    from cryptography import x509  # noqa: PLC0415 -- heavy, and only a node needs it

    key, key_pem = new_key()
    names = [x509.DNSName(host_of(name))]
    contexts = []
    for proves, protocol in ((Proves.SERVER, ssl.PROTOCOL_TLS_SERVER), (Proves.CLIENT, ssl.PROTOCOL_TLS_CLIENT)):
        certificate = issued(authority, key.public_key(), name, now, LIVES, proves, names).certificate
        context = ssl.SSLContext(protocol)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=authority.certificate)
        with path_to(certificate + key_pem) as path:
            context.load_cert_chain(path)
        contexts.append(context)
    return OwnKey(contexts[0], contexts[1], _fingerprint(key.public_key()))


def shown_key(certificate: bytes | None) -> str:
    """The SHA-256 of the public key in this certificate (DER), in hex; "" where there is none."""
    from cryptography import x509  # noqa: PLC0415 -- as above

    if not certificate:
        return ""
    return _fingerprint(x509.load_der_x509_certificate(certificate).public_key())


def _fingerprint(key: object) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 -- as above

    der: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return sha256(der).hexdigest()
