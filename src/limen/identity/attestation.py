"""What a maker attests of a security key: asked for where the settings say so, checked against the company's own roots.

Without an attestation anybody can say any AAGUID. With one, the key's maker has signed that it is of this model: the
statement "packed" with a certificate (WebAuthn level 3 section 8.2) that leads to a root the company trusts, and names
the AAGUID itself. All else makes an ordinary passkey, of which no model is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from limen.errors import LimenError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MAX_ROOTS_BYTES: Final = 1 << 20
_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_MOST_CERTIFICATES: Final = 5
_AAGUID_EXTENSION: Final = "1.3.6.1.4.1.45724.1.1.4"
"""id-fido-gen-ce-aaguid (WebAuthn level 3 section 8.2.2)."""
_OCTETS_OF_16: Final = b"\x04\x10"
_UNIT: Final = "Authenticator Attestation"


class LyingAttestationError(Exception):
    """A certificate that leads to a trusted root does not attest what is said with it."""


@dataclass(frozen=True, slots=True)
class TrustedRoot:
    """A root certificate, and the SHA-256 fingerprint by which it is kept beside what it attests."""

    fingerprint: str
    pem: bytes


@dataclass(frozen=True, slots=True)
class Attestation:
    """What browsers are asked for (WebAuthn level 3 section 5.4.7), and whose word counts."""

    conveyance: Literal["none", "direct"] = "none"
    roots: tuple[TrustedRoot, ...] = ()

    def root_of(self, attestation_object: bytes, aaguid: str) -> str:
        """The fingerprint of the root that attests this AAGUID; "" where nothing does.

        The statement's signature has been verified. Raises LyingAttestationError.
        """
        from webauthn.helpers import parse_attestation_object  # noqa: PLC0415 -- heavy

        if self.conveyance == "none" or not self.roots:
            return ""
        parsed = parse_attestation_object(attestation_object)
        chain = parsed.att_stmt.x5c
        if parsed.fmt != "packed" or not chain or len(chain) > _MOST_CERTIFICATES:
            return ""
        root = next((one.fingerprint for one in self.roots if _leads_to(chain, one)), "")
        if root and not _attests(chain[0], aaguid):
            raise LyingAttestationError
        return root


NO_ATTESTATION: Final = Attestation()


def read_roots(file: Path) -> tuple[TrustedRoot, ...]:
    """The certificates in a PEM file. Raises LimenError where it can't be read, or holds none."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 -- only where it is asked for
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 -- the same

    fix = "write the makers' root certificates into it, in PEM"
    try:
        with file.open("rb") as opened:
            found = _PEM.findall(opened.read(MAX_ROOTS_BYTES))
        roots = tuple(TrustedRoot(load_pem_x509_certificate(one).fingerprint(SHA256()).hex(), one) for one in found)
    except (OSError, ValueError) as error:
        raise LimenError(f"passkeys.attestation_roots can't be read: {error}", fix) from None
    if not roots:
        raise LimenError("passkeys.attestation_roots holds no certificate", fix)
    return roots


def _leads_to(chain: list[bytes], root: TrustedRoot) -> bool:
    from webauthn.helpers import validate_certificate_chain  # noqa: PLC0415 -- heavy
    from webauthn.helpers.exceptions import InvalidCertificateChain  # noqa: PLC0415 -- the same

    try:
        return validate_certificate_chain(x5c=chain, pem_root_certs_bytes=[root.pem])
    except InvalidCertificateChain:
        return False


def _attests(der: bytes, aaguid: str) -> bool:
    """What section 8.2.1 demands of the certificate, which the library leaves to us; and it must name the AAGUID."""
    from cryptography.x509 import (  # noqa: PLC0415 -- only where it is asked for
        BasicConstraints,
        ExtensionNotFound,
        NameOID,
        ObjectIdentifier,
        UnrecognizedExtension,
        Version,
        load_der_x509_certificate,
    )

    try:
        certificate: Certificate = load_der_x509_certificate(der)
        units = [one.value for one in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]
        is_authority = certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
        named = certificate.extensions.get_extension_for_oid(ObjectIdentifier(_AAGUID_EXTENSION))
    except (ValueError, ExtensionNotFound):
        return False
    wanted = _OCTETS_OF_16 + bytes.fromhex(aaguid.replace("-", ""))
    return (
        certificate.version is Version.v3
        and units == [_UNIT]
        and not is_authority
        and not named.critical
        and isinstance(named.value, UnrecognizedExtension)
        and named.value.value == wanted
    )
