"""Encrypting as an identity provider does, with a knob for everything that it could do otherwise."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
GCM = f"{XENC11}aes256-gcm"
CBC = f"{XENC}aes256-cbc"
OAEP_1 = f"{XENC}rsa-oaep-mgf1p"
RSA_1_5 = f"{XENC}rsa-1_5"
SHA1 = OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None)


def encrypted_by_hand(
    inner: bytes,
    certificate: str,
    *,
    cipher: str = GCM,
    wrapping: str = OAEP_1,
    method: str = "",
    padding: Any = SHA1,
    key: bytes = b"",
    beside: bool = False,
    twist: Callable[[bytes], bytes] = lambda octets: octets,
    data: str = "",
    more: str = "",
) -> bytes:
    """An EncryptedAssertion with `inner`, for this certificate (DER in base64). `method` stands in the method of the
    key, `data` instead of what is encrypted, `more` behind the key; `twist` changes the encrypted octets.
    """
    public = x509.load_der_x509_certificate(b64decode(certificate)).public_key()
    assert isinstance(public, RSAPublicKey)
    key = key or secrets.token_bytes(32)
    nonce = secrets.token_bytes(12)
    sealed = twist(nonce + AESGCM(key).encrypt(nonce, inner, None))
    wrapped = public.encrypt(key, PKCS1v15() if wrapping == RSA_1_5 else padding)
    value = data or f"<xenc:CipherValue>{b64encode(sealed).decode()}</xenc:CipherValue>"
    held = (
        f'<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{wrapping}">{method}</xenc:EncryptionMethod>'
        f"<xenc:CipherData><xenc:CipherValue>{b64encode(wrapped).decode()}</xenc:CipherValue></xenc:CipherData>"
        f"</xenc:EncryptedKey>{more}"
    )
    within, outside = ("<ds:KeyName>k</ds:KeyName>", held) if beside else (held, "")
    return (
        '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
        f'xmlns:xenc="{XENC}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:e11="{XENC11}">'
        f'<xenc:EncryptedData Type="{XENC}Element"><xenc:EncryptionMethod Algorithm="{cipher}"/>'
        f"<ds:KeyInfo>{within}</ds:KeyInfo><xenc:CipherData>{value}</xenc:CipherData></xenc:EncryptedData>"
        f"{outside}</saml:EncryptedAssertion>"
    ).encode()
