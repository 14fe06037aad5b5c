"""What files say of a directory's server: whether it is an address that can be asked, and a certificate."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from limen.configuration.problem import shown
from limen.ssrf_guard import is_forbidden

LONGEST_TRUST: Final = 16_000


def server_complaint(url: str) -> tuple[str, str] | None:
    """What is wrong with the address of a directory, and what to do about it; None: nothing."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    is_plain = url.isascii() and url.isprintable() and not (parts.query or parts.fragment or parts.path.strip("/"))
    if not is_plain or parts.scheme not in {"ldaps", "ldap"} or not parts.hostname or "@" in parts.netloc:
        return f"{shown(url)} is not the address of a directory", "write it as ldaps://directory.your.domain"
    if is_forbidden(parts.hostname):
        return f"{shown(url)} is not an address that Limen connects to", "enter the directory's own address"
    return None


def is_certificate(text: str) -> bool:
    """Whether it is a certificate, or several, as PEM."""
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 -- heavy: only where one is given

    try:
        return bool(load_pem_x509_certificates(text.encode()))
    except ValueError:
        return False
