"""Reading what was encrypted for Limen (XML Encryption 1.1), by the primitives of `cryptography`.

One shape is read: one EncryptedData by AES-GCM, whose key stands in it or beside it as one EncryptedKey, by RSA-OAEP.
AES-CBC and RSA with PKCS #1 v1.5 tell, by how they fail, what was encrypted to whoever asks often, so neither is read.
No reference is followed, no key is looked for, nothing is transformed. Whatever fails, it fails in one word.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from limen.sso.saml import names
from limen.sso.saml.arrived import WrongMessageError
from limen.sso.saml.xml_reader import text_of

_XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
_XENC11: Final = "http://www.w3.org/2009/xmlenc11#"
_E: Final = f"{{{_XENC}}}"
_DS: Final = f"{{{names.SIGNATURE}}}"
CIPHERS: Final = {f"{_XENC11}aes128-gcm": 16, f"{_XENC11}aes256-gcm": 32}
"""What a message may be encrypted by, and how long its key is, in octets."""
OAEP_MGF1P: Final = f"{_XENC}rsa-oaep-mgf1p"
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    f"{names.SIGNATURE}sha1": hashes.SHA1(),  # noqa: S303 -- in OAEP it signs nothing, and it is what everybody writes
    f"{_XENC}sha256": hashes.SHA256(),
    f"{_XENC}sha512": hashes.SHA512(),
}
_MASKS: Final[dict[str, hashes.HashAlgorithm]] = {
    f"{_XENC11}mgf1sha1": hashes.SHA1(),  # noqa: S303 -- as above
    f"{_XENC11}mgf1sha256": hashes.SHA256(),
    f"{_XENC11}mgf1sha512": hashes.SHA512(),
}
_NONCE, _TAG = 12, 16
"""In octets, before and behind what is encrypted (section 5.2.4)."""


class DecryptionError(WrongMessageError):
    """It is not of the one shape, or not encrypted for this key. Which of both, nobody is told."""

    def __init__(self) -> None:
        super().__init__("it can't be decrypted")


def decrypted(holder: etree._Element, private: str) -> bytes:
    """What is encrypted in this element (an EncryptedAssertion) for this key (PEM): octets that nobody has judged yet.

    Raises DecryptionError.
    """
    data, wrapped = _the_one(holder, "EncryptedData"), _the_one(holder, "EncryptedKey")
    key_info = data.find(f"{_DS}KeyInfo")
    if data.getparent() is not holder or not any(wrapped.getparent() is one for one in (holder, key_info)):
        raise DecryptionError
    method, cipher = _parts(data)
    length = CIPHERS.get(str(method.get("Algorithm")))
    if length is None or len(method):
        raise DecryptionError
    key = _unwrapped(wrapped, private)
    if len(key) != length or len(cipher) <= _NONCE + _TAG:
        raise DecryptionError
    try:
        return AESGCM(key).decrypt(cipher[:_NONCE], cipher[_NONCE:], None)
    except InvalidTag:
        raise DecryptionError from None


def _unwrapped(wrapped: etree._Element, private: str) -> bytes:
    method, cipher = _parts(wrapped)
    padding = _padding(str(method.get("Algorithm")), list(method))
    try:
        return _private_key(private).decrypt(cipher, padding)
    except ValueError:
        raise DecryptionError from None


def _padding(algorithm: str, said: Sequence[etree._Element]) -> OAEP:
    """RSA-OAEP as this method says it (section 5.5.2). Raises DecryptionError for any other, and for a label."""
    told = {child.tag: str(child.get("Algorithm")) for child in said}
    digest = _HASHES.get(told.pop(f"{_DS}DigestMethod", f"{names.SIGNATURE}sha1"))
    mask: hashes.HashAlgorithm | None = hashes.SHA1()  # noqa: S303 -- as above
    if algorithm == f"{_XENC11}rsa-oaep":
        mask = _MASKS.get(told.pop(f"{{{_XENC11}}}MGF", f"{_XENC11}mgf1sha1"))
    elif algorithm != OAEP_MGF1P:
        raise DecryptionError
    if told or digest is None or mask is None or len(said) > 2 or any(len(child) for child in said):
        raise DecryptionError
    return OAEP(mgf=MGF1(mask), algorithm=digest, label=None)


def _parts(encrypted: etree._Element) -> tuple[etree._Element, bytes]:
    """By which method, and the octets: of an element with nothing else in it but where its key is."""
    allowed = {f"{_E}EncryptionMethod", f"{_DS}KeyInfo", f"{_E}CipherData", f"{_E}CarriedKeyName", f"{_E}ReferenceList"}
    tags = [child.tag for child in encrypted]
    data = encrypted.find(f"{_E}CipherData")
    method = encrypted.find(f"{_E}EncryptionMethod")
    if method is None or data is None or len(set(tags)) < len(tags) or not allowed.issuperset(tags):
        raise DecryptionError
    if [child.tag for child in data] != [f"{_E}CipherValue"]:
        raise DecryptionError  # by reference, or something else
    try:
        return method, b64decode("".join(text_of(data[0]).split()), validate=True)
    except (binascii.Error, ValueError):
        raise DecryptionError from None


def _the_one(holder: etree._Element, name: str) -> etree._Element:
    found = list(holder.iter(f"{_E}{name}"))
    if len(found) != 1:
        raise DecryptionError
    return found[0]


@lru_cache(maxsize=8)
def _private_key(private: str) -> RSAPrivateKey:
    """Read once: to read and check a private key costs more than to use it."""
    key = load_pem_private_key(private.encode(), None)
    assert isinstance(key, RSAPrivateKey)  # noqa: S101 -- Limen made it
    return key
