"""Certificates that people write into files, as carriers of a key that somebody else signs with."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Final

LEAST_RSA_BITS: Final = 2_048
_ARMOUR: Final = re.compile(r"-----(BEGIN|END) CERTIFICATE-----")


def bare(certificate: str) -> str:
    """The base64 of a certificate, without its armour and line breaks."""
    return "".join(_ARMOUR.sub("", certificate).split())


def certificate_complaint(
    certificate: str, *, is_to_encrypt: bool = False, whose: str = "the app"
) -> tuple[str, str] | None:
    """What is wrong with a certificate. It only carries a key here: who issued it, and until when, says nothing."""
    from cryptography import x509  # noqa: PLC0415 -- heavy: only who writes a certificate waits for it
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 -- as above

    try:
        written = b64decode(bare(certificate), validate=True)
        key = x509.load_der_x509_certificate(written).public_key()
    except Exception:  # noqa: BLE001 -- whatever is written there that is no certificate
        return "this is not a certificate", "copy it whole, from `-----BEGIN CERTIFICATE-----` on"
    if b64encode(written).decode() != bare(certificate):
        return "this is not a certificate", "copy it whole, without anything behind it"
    if isinstance(key, RSAPublicKey):
        if key.key_size < LEAST_RSA_BITS:
            return f"its RSA key has only {key.key_size} bits", f"have {whose} make one of {LEAST_RSA_BITS} or more"
        return None
    if is_to_encrypt:
        return "its key is not an RSA key, so nothing can be encrypted for it", f"have {whose} make an RSA key"
    if not isinstance(key, EllipticCurvePublicKey) or key.key_size < 256:
        return "its key is of a kind that is not accepted", f"have {whose} make an RSA or P-256 key"
    return None
