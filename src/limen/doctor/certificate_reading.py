"""What a server's certificate says: for which names, until when, and what is wrong with it."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from limen.clock import DAY, Instant, to_iso

SOON: Final = 21 * DAY
"""A certificate that ends sooner than this is not renewed by itself: those that are, are renewed 30 days before."""
_MOST_NAMES: Final = 100
_SERVES_PLAIN_HTTP: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})
_WORDS: Final = {9: "not-yet", 10: "expired", 18: "self-signed", 19: "untrusted", 20: "untrusted", 21: "untrusted"}
_WRONG_NAME: Final = frozenset({62, 64})
"""X509_V_ERR_* of OpenSSL's x509_vfy.h."""


@dataclass(frozen=True, slots=True)
class Served:
    """The certificate that a server shows."""

    names: tuple[str, ...]
    issuer: str
    starts_at: Instant
    ends_at: Instant
    key: str = ""
    key_bits: int = 0
    signature_hash: str = ""


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a connection is encrypted: `TLSv1.3`, and the suite in OpenSSL's words."""

    version: str
    cipher: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a handshake failed: `expired`, `not-yet`, `self-signed`, `untrusted`, `wrong-name`, `plain`, or `other`."""

    word: str
    detail: str = ""
    served: Served | None = None


def fault_of(error: ssl.SSLError, served: Served | None) -> Fault:
    """The fault in words of ours. OpenSSL names the first that it meets."""
    if isinstance(error, ssl.SSLCertVerificationError):
        word = "wrong-name" if error.verify_code in _WRONG_NAME else _WORDS.get(error.verify_code, "other")
        return Fault(word, error.verify_message or "", served)
    reason = getattr(error, "reason", "") or ""
    return Fault("plain" if reason in _SERVES_PLAIN_HTTP else "other", reason.replace("_", " ").lower(), served)


def said(fault: Fault, name: str, now: Instant) -> str:
    """One sentence without its subject: `its certificate …`."""
    served = fault.served
    match fault.word:
        case "expired":
            return f"its certificate expired{_days_ago(served, now)}"
        case "not-yet":
            return f"its certificate is not valid yet{_from(served)}; is this machine's clock right?"
        case "self-signed":
            return "its certificate is self-signed, so browsers don't trust it"
        case "untrusted":
            return f"its certificate comes from an authority that this machine doesn't trust{_issuer(served)}"
        case "wrong-name":
            return f"its certificate is for {_names(served)}, not for {name}"
        case "plain":
            return "it serves plain http there, not https"
        case _:
            return f"the encrypted connection fails: {fault.detail or 'no reason given'}"


def ends_soon(served: Served | None, now: Instant) -> str:
    """A sentence where the certificate ends within 21 days; "" otherwise."""
    if served is None or served.ends_at - now >= SOON:
        return ""
    days = max(served.ends_at - now, 0) // DAY
    return f"its certificate expires {'within a day' if days == 0 else f'in {days} days'}, on {_day(served.ends_at)}"


def encryption_of(writer: asyncio.StreamWriter) -> Encryption | None:
    """How an open connection is encrypted; None for plain http."""
    tls = writer.get_extra_info("ssl_object")
    return None if tls is None else Encryption(tls.version() or "", (tls.cipher() or ("",))[0])


def served_by(writer: asyncio.StreamWriter) -> Served | None:
    """What the other end of an open connection showed; None for plain http."""
    tls = writer.get_extra_info("ssl_object")
    shown = tls.getpeercert(binary_form=True) if tls is not None else None
    return read_certificate(shown) if shown else None


def read_certificate(der: bytes) -> Served | None:
    """The certificate in DER (RFC 5280); None where it can't be read: a hostile server may show anything."""
    try:
        read = x509.load_der_x509_certificate(der)
        names = _names_in(read)
        starts, ends = read.not_valid_before_utc, read.not_valid_after_utc
        issuer = ", ".join(str(one.value) for one in read.issuer if one.oid in _TELLING)
        kind, bits = _key_in(read)
        hashed = read.signature_hash_algorithm.name if read.signature_hash_algorithm is not None else ""
    except (ValueError, TypeError, x509.DuplicateExtension, UnsupportedAlgorithm):
        return None
    starts_at, ends_at = int(starts.timestamp() * 1_000), int(ends.timestamp() * 1_000)
    return Served(names, issuer[:200], starts_at, ends_at, kind, bits, hashed)


_TELLING: Final = (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME)


def _key_in(certificate: x509.Certificate) -> tuple[str, int]:
    """`RSA` or `EC` with its size in bits; ("", 0) for keys of one size alone."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size
    return "", 0


def _names_in(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(one.value)[:253] for one in list(names)[:_MOST_NAMES])


def _names(served: Served | None) -> str:
    if served is None or not served.names:
        return "no name at all"
    few = ", ".join(served.names[:3])
    return few if len(served.names) <= 3 else f"{few} and {len(served.names) - 3} more"


def _issuer(served: Served | None) -> str:
    return f" ({served.issuer})" if served is not None and served.issuer else ""


def _days_ago(served: Served | None, now: Instant) -> str:
    if served is None:
        return ""
    days = (now - served.ends_at) // DAY
    return f" on {_day(served.ends_at)}" + (f", {days} days ago" if days > 1 else "")


def _from(served: Served | None) -> str:
    return f", only from {_day(served.starts_at)}" if served is not None else ""


def _day(instant: Instant) -> str:
    return to_iso(instant)[:10]
