"""Passwords and keys that have no form of their own: they are known by what stands before them."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets.placeholders import is_named_key, is_no_placeholder, is_typed_password
from limen.data.model import Confidence, Detector, Kind


def is_address_with_password(matched: bytes) -> bool:
    """The password in an address is none of those that manuals write."""
    password = matched.rpartition(b"@")[0].rpartition(b":")[2]
    plain = password.lower()
    return is_no_placeholder(password) and plain not in (
        b"password",
        b"pass",
        b"passwd",
        b"pwd",
        b"passwort",
        b"secret",
    )


def is_connection_string(matched: bytes) -> bool:
    """The password at its end looks like one."""
    return is_typed_password(b"=" + matched.rpartition(b"=")[2])


DETECTORS: Final = (
    Detector(
        "address-with-password",
        "Address with a password in it",
        Kind.SECRET,
        r"\b[a-z][a-z0-9+]{1,15}://[^\s:/@\"'<>]{0,64}:[^\s/@\"'<>]{3,64}@[A-Za-z0-9.-]{1,100}",
        longest=250,
        alone=Confidence.HIGH,
        rough=r"://[^\s:/@\"'<>]{0,64}:[^\s/@\"'<>]{3,64}@",
        check=is_address_with_password,
    ),
    Detector(
        "connection-string",
        "Connection string with a password in it",
        Kind.SECRET,
        r"(?i)\b(?:server|data source|host|addr|address)=[^;\n]{1,80};[^\n]{0,120}(?:password|pwd)=[^;\s\"']{4,64}",
        longest=290,
        alone=Confidence.HIGH,
        rough=r"(?i);\s{0,2}(?:password|pwd)=",
        check=is_connection_string,
    ),
    Detector(
        "typed-password",
        "Password",
        Kind.SECRET,
        r"(?i)\b[a-z0-9_]{0,24}(?:password|passwd|passwort|kennwort|pwd|passphrase|passcode)[\"']?\s{0,3}[:=]\s{0,3}[\"']?[^\s\"']{6,64}",
        longest=128,
        alone=Confidence.MEDIUM,
        rough=r"(?i)(?:password|passwd|passwort|kennwort|pwd|passphrase|passcode)[\"']?\s{0,3}[:=]",
        check=is_typed_password,
        is_linear=True,
    ),
    Detector(
        "named-key",
        "Key or token beside its name",
        Kind.SECRET,
        r"(?i)\b[a-z0-9_.-]{0,20}(?:api[_-]?key|secret|token|credential)[\"']?\s{0,3}(?::|=|=>)\s{0,3}[\"'][A-Za-z0-9_/+=.-]{16,64}[\"']",
        longest=120,
        alone=Confidence.MEDIUM,
        rough=r"(?i)(?:api[_-]?key|secret|token|credential)[\"']?\s{0,3}(?::|=|=>)\s{0,3}[\"']",
        check=is_named_key,
        is_linear=True,
    ),
)
