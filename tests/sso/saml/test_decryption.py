"""What is encrypted for Limen is read in one shape, and everything else fails in one word."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from lxml import etree
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.encrypting import CBC, RSA_1_5, SHA1, XENC11, encrypted_by_hand

from limen.sso.saml.decryption import DecryptionError, decrypted
from limen.sso.saml.signatures import encrypted

OURS, OTHER = key_pair("ours"), key_pair("other")
INNER = b'<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">Mia</saml:Assertion>'
SHA256 = OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), None)
DIGEST = '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'


def read(document: bytes) -> bytes:
    return decrypted(etree.fromstring(document), OURS.key_pem)


def test_what_xmlsec_encrypts_is_read() -> None:
    holder = encrypted(etree.fromstring(INNER), OURS.bare)
    assert etree.fromstring(decrypted(holder, OURS.key_pem)).text == "Mia"


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"beside": True},
        {"cipher": f"{XENC11}aes128-gcm", "key": secrets.token_bytes(16)},
        {"method": '<ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>'},
        {
            "wrapping": f"{XENC11}rsa-oaep",
            "padding": SHA256,
            "method": f'{DIGEST}<e11:MGF Algorithm="{XENC11}mgf1sha256"/>',
        },
        {"padding": OAEP(MGF1(hashes.SHA1()), hashes.SHA256(), None), "method": DIGEST},
    ],
)
def test_each_way_that_counts(how: dict[str, object]) -> None:
    assert read(encrypted_by_hand(INNER, OURS.bare, **how)) == INNER  # type: ignore[arg-type]


WRONG: dict[str, Callable[[], bytes]] = {
    "by CBC": lambda: encrypted_by_hand(INNER, OURS.bare, cipher=CBC),
    "its key by PKCS #1 v1.5": lambda: encrypted_by_hand(INNER, OURS.bare, wrapping=RSA_1_5),
    "its key by PKCS #1 v1.5, called OAEP": lambda: encrypted_by_hand(
        INNER, OURS.bare, wrapping=RSA_1_5
    ).replace(b"rsa-1_5", b"rsa-oaep-mgf1p"),
    "for another": lambda: encrypted_by_hand(INNER, OTHER.bare),
    "by another digest than it says": lambda: encrypted_by_hand(INNER, OURS.bare, padding=SHA256),
    "with a label": lambda: encrypted_by_hand(
        INNER,
        OURS.bare,
        padding=OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), b"x"),
        method="<xenc:OAEPparams>eA==</xenc:OAEPparams>",
    ),
    "a mask for what has none": lambda: encrypted_by_hand(
        INNER, OURS.bare, padding=SHA1, method=f'<e11:MGF Algorithm="{XENC11}mgf1sha1"/>'
    ),
    "MD5": lambda: encrypted_by_hand(
        INNER, OURS.bare, method='<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"/>'
    ),
    "a key of another length": lambda: encrypted_by_hand(INNER, OURS.bare, key=secrets.token_bytes(16)),
    "changed at its end": lambda: encrypted_by_hand(INNER, OURS.bare, twist=lambda o: o[:-1] + bytes([o[-1] ^ 1])),
    "changed amid": lambda: encrypted_by_hand(INNER, OURS.bare, twist=lambda o: o[:20] + bytes([o[20] ^ 1]) + o[21:]),
    "another nonce": lambda: encrypted_by_hand(INNER, OURS.bare, twist=lambda o: bytes(12) + o[12:]),
    "cut": lambda: encrypted_by_hand(INNER, OURS.bare, twist=lambda o: o[:-4]),
    "too short": lambda: encrypted_by_hand(INNER, OURS.bare, twist=lambda o: o[:20]),
    "nothing": lambda: encrypted_by_hand(INNER, OURS.bare, twist=lambda o: b""),
    "no base64": lambda: encrypted_by_hand(INNER, OURS.bare, data="<xenc:CipherValue>%%%</xenc:CipherValue>"),
    "by reference": lambda: encrypted_by_hand(
        INNER, OURS.bare, data='<xenc:CipherReference URI="http://169.254.169.254/"/>'
    ),
    "two values": lambda: encrypted_by_hand(
        INNER, OURS.bare, data="<xenc:CipherValue>AA==</xenc:CipherValue><xenc:CipherValue>AA==</xenc:CipherValue>"
    ),
    "two keys": lambda: encrypted_by_hand(INNER, OURS.bare, more=_second_key()),
    "two keys, one elsewhere": lambda: encrypted_by_hand(INNER, OURS.bare).replace(
        b"</saml:EncryptedAssertion>", _second_key().encode() + b"</saml:EncryptedAssertion>"
    ),
    "no key": lambda: encrypted_by_hand(INNER, OURS.bare).replace(b"EncryptedKey", b"AnotherKey"),
    "a key by reference": lambda: encrypted_by_hand(INNER, OURS.bare).replace(b"xenc:EncryptedKey", b"ds:Retrieval"),
    "properties": lambda: encrypted_by_hand(INNER, OURS.bare).replace(
        b"</xenc:EncryptedData>", b"<xenc:EncryptionProperties/></xenc:EncryptedData>"
    ),
    "deeper": lambda: encrypted_by_hand(INNER, OURS.bare).replace(b"<xenc:EncryptedData ", b"<a><xenc:EncryptedData ")
    .replace(b"</xenc:EncryptedData>", b"</xenc:EncryptedData></a>"),
}  # fmt: skip


def _second_key() -> str:
    document = encrypted_by_hand(INNER, OURS.bare).decode()
    return "<xenc:EncryptedKey>" + document.partition("<xenc:EncryptedKey>")[2].partition("</ds:KeyInfo>")[0]


@pytest.mark.parametrize("how", WRONG)
def test_what_is_not_of_the_one_shape_is_not_read(how: str) -> None:
    with pytest.raises(DecryptionError) as refused:
        read(WRONG[how]())
    assert str(refused.value) == str(DecryptionError())
