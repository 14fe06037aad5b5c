"""Whose word counts that a key is a TPM's: makers whose certificates somebody wrote into the company's folder.

Limen ships none. A TPM of software proves as much as one of silicon, until somebody asks who made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256

from limen.errors import LimenError

E = TypeVar("E", bound=x509.ExtensionType)

MOST_FILES: Final = 1_000
MAX_BYTES: Final = 1 << 20
LONGEST_CHAIN: Final = 4
_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der"})
_OF_A_TPM: Final = x509.ObjectIdentifier("2.23.133.8.1")
"""tcg-kp-EKCertificate: what a certificate of an endorsement key is for (TCG EK Credential Profile 2.5, 3.5.14)."""
_UNREADABLE: Final = (
    InvalidSignature,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What certificates of strangers do: the parts of one are read when they are asked for."""


@dataclass(frozen=True, slots=True)
class Makers:
    """The certificates that are trusted to certify TPMs: roots, and what else of a chain no TPM carries."""

    trusted: tuple[x509.Certificate, ...] = ()

    def of(self, leaf: x509.Certificate, between: Iterable[x509.Certificate], now: datetime) -> str:
        """The fingerprint of the trusted certificate to which this one of a TPM leads; "" where it leads to none."""
        return next(self._ends(leaf, tuple(between), now, depth=0), "") if _is_of_a_tpm(leaf, now) else ""

    def _ends(
        self, one: x509.Certificate, sent: tuple[x509.Certificate, ...], now: datetime, depth: int
    ) -> Iterator[str]:
        for issuer in self.trusted:
            if _issued(issuer, one, now, depth):
                yield issuer.fingerprint(SHA256()).hex()
        if depth + 1 < LONGEST_CHAIN:
            for issuer in sent:
                if _issued(issuer, one, now, depth):
                    left = tuple(other for other in sent if other is not issuer)
                    yield from self._ends(issuer, left, now, depth + 1)


def read_makers(folder: Path) -> Makers:
    """Every certificate of a folder, in PEM or DER; none where the folder is not there. Raises LimenError."""
    fix = "write the certificates of makers of TPMs into it, in PEM or DER, and nothing else"
    found: list[x509.Certificate] = []
    try:
        files = sorted(one for one in folder.iterdir() if one.suffix.lower() in _SUFFIXES) if folder.is_dir() else []
        if len(files) > MOST_FILES:
            raise LimenError(f"devices.tpm_makers holds more than {MOST_FILES} certificates", fix)
        for file in files:
            found += _certificates(file)
    except OSError as error:
        raise LimenError(f"devices.tpm_makers can't be read: {error}", fix) from None
    return Makers(tuple(found))


def _certificates(file: Path) -> list[x509.Certificate]:
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES)
    try:
        found = [x509.load_pem_x509_certificate(one) for one in _PEM.findall(content)]
        return found or [x509.load_der_x509_certificate(content)]
    except (ValueError, x509.InvalidVersion):
        raise LimenError(f"devices.tpm_makers: {file.name} is no certificate", "remove it, or write it anew") from None


def _issued(issuer: x509.Certificate, one: x509.Certificate, now: datetime, below: int) -> bool:
    """Whether this authority, with so many others below it, signed the certificate (RFC 5280 section 6.1)."""
    try:
        if one.issuer != issuer.subject or not _is_valid(issuer, now) or _demands_more(issuer):
            return False
        may, usage = _extension(issuer, x509.BasicConstraints), _extension(issuer, x509.KeyUsage)
        if may is None or not may.ca or (may.path_length is not None and may.path_length < below):
            return False
        if usage is not None and not usage.key_cert_sign:
            return False
        one.verify_directly_issued_by(issuer)
    except _UNREADABLE:
        return False
    return True


def _is_of_a_tpm(leaf: x509.Certificate, now: datetime) -> bool:
    """Whether it says that it is one of an endorsement key, now, and of nothing that certifies others."""
    try:
        usage, may = _extension(leaf, x509.ExtendedKeyUsage), _extension(leaf, x509.BasicConstraints)
        is_authority = may is not None and may.ca
        return (
            usage is not None
            and _OF_A_TPM in usage
            and not (is_authority or _demands_more(leaf) or not _is_valid(leaf, now))
        )
    except _UNREADABLE:
        return False


def _demands_more(one: x509.Certificate) -> bool:
    """Whether it holds something that must be understood, and is not here (RFC 5280 section 4.2)."""
    return any(found.critical and isinstance(found.value, x509.UnrecognizedExtension) for found in one.extensions)


def _extension(one: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return one.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _is_valid(one: x509.Certificate, now: datetime) -> bool:
    return one.not_valid_before_utc <= now <= one.not_valid_after_utc
