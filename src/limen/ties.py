"""What ties a session to the browser that it was bound in: something beside its cookie that a copy soon lacks.

A *tie* is a second cookie that lives for minutes. A browser gets the next one for a proof alone: of the agent on its
machine, or of a key that never leaves it (Device Bound Session Credentials). Whoever copied both cookies has them
until that tie is over, however often the browser they were copied from goes on proving. A *client certificate* ties as
well: a connection can't be copied at all.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from re import compile as pattern
from typing import Final
from urllib.parse import unquote_to_bytes

from limen.challenges import Binding, Challenges
from limen.clock import MINUTE, SECOND, Instant, Milliseconds

COOKIE: Final = b"__Host-limen-tie"
BY_AGENT: Final[Milliseconds] = 15 * MINUTE
BY_BROWSER_KEY: Final[Milliseconds] = 5 * MINUTE
"""How long a tie lasts, by what was proved for it."""
AT_THE_CHANGE: Final[Milliseconds] = 30 * SECOND
"""For so long after a tie was given a request without it may have been on its way already: no sign of a copy."""
BY_BROWSER: Final = 3
"""How firmly a session is on its device whose browser proves itself by a key of its own."""
BY_CERTIFICATE: Final = 4
"""How firmly a client certificate binds the request that comes over its connection."""
LONGEST_CERTIFICATE: Final = 8_192
CERTIFIED: Final = "device certificate"
"""The purpose of the codes that stand for a certificate, on their way to the sign-in host."""
FORM: Final = pattern(rb"[A-Za-z0-9_-]{75}")
"""What a tie looks like: 56 bytes in base64url."""
_KEPT: Final = 20_000
_BASE64: Final = pattern(rb":[A-Za-z0-9+/]{4,}={0,2}:")
_PEM: Final = pattern(rb"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/\s]+={0,2})\s+-----END CERTIFICATE-----\s*")


@dataclass(frozen=True, slots=True)
class Certified:
    """A client certificate that Limen issued: to which device, whose that is, and until when it counts."""

    device_id: str
    owner_id: str
    until: Instant


class Ties:
    """Gives ties and recognises them; knows the certificates that count.

    `key` is the server's. A tie is kept nowhere, so all workers know those of each other.
    """

    def __init__(self, key: bytes) -> None:
        self._challenges = Challenges(key)
        self._given: dict[str, Instant] = {}
        self._recognised: dict[bytes, tuple[str, Instant]] = {}
        self._certificates: dict[bytes, Certified] = {}
        self._seen_with: dict[str, str] = {}

    def give(self, session_id: str, now: Instant, good_for: Milliseconds) -> str:
        """The value of the cookie that ties this session for so long."""
        if len(self._given) >= _KEPT:
            self._given.clear()
        self._given[session_id] = now
        return urlsafe_b64encode(self._challenges.issue(_of(session_id), now, good_for)).decode().rstrip("=")

    def held_until(self, session_id: str, value: bytes, now: Instant) -> Instant:
        """Until when this value of the cookie ties this session; 0 where it does not tie it now."""
        known = self._recognised.get(value)
        if known is not None:
            return known[1] if known[0] == session_id and now < known[1] else 0
        if not FORM.fullmatch(value):
            return 0
        end = self._challenges.ends_at(urlsafe_b64decode(value + b"="), _of(session_id), now)
        if end is None:
            return 0
        if len(self._recognised) >= _KEPT:
            self._recognised.clear()
        self._recognised[value] = (session_id, end)
        return end

    def changes(self, session_id: str, now: Instant) -> bool:
        """Whether this session was given a tie only just now."""
        return now - self._given.get(session_id, 0) < AT_THE_CHANGE

    # Client certificates

    def set_all(self, certificates: Mapping[bytes, Certified]) -> None:
        """From now on these certificates count, each by its SHA-256, and no others."""
        self._certificates = dict(certificates)

    def set_certificates(self, device_id: str, certificates: Mapping[bytes, Certified] | None) -> None:
        """From now on these are a device's certificates, and no others."""
        others = {name: one for name, one in self._certificates.items() if one.device_id != device_id}
        self._certificates = {**others, **(certificates or {})}

    def certified(self, sent: bytes, now: Instant) -> Certified | None:
        """What a front says of the certificate at the other end of its connection; None where it is none of ours.

        The front has seen that the key is there. Nothing is parsed here: a certificate is known by its hash.
        """
        certificate = der_of(sent)
        found = self._certificates.get(sha256(certificate).digest()) if certificate else None
        return found if found is not None and now < found.until else None

    def certified_as(self, device_id: str, ends_at_seconds: int, now: Instant) -> Certified | None:
        """A device's certificate by the second at which it ends, where that is all that is told of it; None where it is
        none that counts. Whoever asks has verified that the authority of devices signed it.
        """
        return next(
            (
                one
                for one in self._certificates.values()
                if one.device_id == device_id and one.until // SECOND == ends_at_seconds and now < one.until
            ),
            None,
        )

    def certified_with(self, fingerprint: bytes, now: Instant) -> Certified | None:
        """What the certificate of this SHA-256 is; None where it is none that counts. Whoever asks has verified who
        signed it, and that its key is there.
        """
        found = self._certificates.get(fingerprint)
        return found if found is not None and now < found.until else None

    def certificates_of(self, device_id: str) -> list[Certified]:
        """A device's certificates, the one that ends last first."""
        found = [one for one in self._certificates.values() if one.device_id == device_id]
        return sorted(found, key=lambda one: -one.until)

    def seen_with(self, session_id: str, device_id: str) -> None:
        """Note that this session came over a connection with this device's certificate."""
        if len(self._seen_with) >= _KEPT:
            self._seen_with.clear()
        self._seen_with[session_id] = device_id

    def was_seen_with(self, session_id: str) -> bool:
        """Whether a session came with a certificate before: without it, it is somebody else's copy."""
        return session_id in self._seen_with


def der_of(sent: bytes) -> bytes:
    """The certificate in what a front sends: RFC 9440's `:base64:`, or nginx's escaped PEM; b"" for anything else.

    Caddy, where there is none, sends the literal name of its placeholder.
    """
    if not sent or len(sent) > LONGEST_CERTIFICATE:
        return b""
    if _BASE64.fullmatch(sent):
        written = sent[1:-1]
    else:
        pem = _PEM.fullmatch(unquote_to_bytes(sent))
        written = b"".join(pem[1].split()) if pem else b""
    try:
        return urlsafe_b64decode(written.translate(bytes.maketrans(b"+/", b"-_"))) if written else b""
    except (NotBase64, ValueError):
        return b""


def _of(session_id: str) -> Binding:
    return Binding("tie", b"", session_id)
