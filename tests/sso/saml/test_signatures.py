"""Signatures and encryption, checked by programs that we did not write: xmlsec1, and signxml."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lxml import etree
from signxml import XMLVerifier
from tests.interop.fronts import program
from tests.sso.saml.certificates import key_pair

from limen.sso.saml import names
from limen.sso.saml.keys import SamlKey
from limen.sso.saml.signatures import (
    SignatureError,
    bare,
    check_query,
    check_signed,
    encrypted,
    is_signed,
    sign,
    sign_query,
)

PAIR, OTHER = key_pair("limen"), key_pair("other")
KEY = SamlKey("k", 0, 0, PAIR.pem, PAIR.key_pem)
ASSERTION = f'<saml:Assertion xmlns:saml="{names.ASSERTION}" ID="_1"><saml:Issuer>limen</saml:Issuer></saml:Assertion>'


def signed() -> etree._Element:
    root = etree.fromstring(ASSERTION)
    sign(root, KEY)
    return root


def test_what_is_signed_is_verified_and_by_the_registered_key_alone() -> None:
    root = etree.fromstring(etree.tostring(signed()))
    assert is_signed(root)
    check_signed(root, [OTHER.bare, PAIR.bare])
    for certificates in ([], [OTHER.bare]):
        with pytest.raises(SignatureError):
            check_signed(etree.fromstring(etree.tostring(signed())), certificates)
    assert bare(PAIR.pem) == PAIR.bare


def test_signxml_takes_it_and_refuses_a_changed_one() -> None:
    document = etree.tostring(signed())
    verified = XMLVerifier().verify(document, x509_cert=PAIR.pem, id_attribute="ID")
    assert (verified.signed_xml is not None, verified.signed_xml.get("ID")) == (True, "_1")
    with pytest.raises(Exception, match=r"(?i)digest|signature"):
        XMLVerifier().verify(document.replace(b">limen<", b">evil<"), x509_cert=PAIR.pem, id_attribute="ID")


def test_xmlsec1_takes_it_and_refuses_a_changed_one(tmp_path: Path) -> None:
    binary, public = program("xmlsec1"), tmp_path / "public.pem"
    public.write_text(PAIR.pem)

    def verified(document: bytes) -> bool:
        (tmp_path / "a.xml").write_bytes(document)
        told = ["--pubkey-cert-pem", str(public), "--id-attr:ID", f"{names.ASSERTION}:Assertion"]
        command = [binary, "--verify", "--enabled-key-data", "rsa", *told, str(tmp_path / "a.xml")]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    document = etree.tostring(signed())
    assert [verified(document), verified(document.replace(b">limen<", b">evil<"))] == [True, False]


def test_what_is_encrypted_is_read_by_its_key_alone() -> None:
    holder = encrypted(signed(), PAIR.bare)
    document = etree.tostring(holder)
    assert b"limen<" not in document
    assert [str(one.get("Algorithm")).rpartition("#")[2] for one in holder.iter("{*}EncryptionMethod")] == [
        "aes256-gcm",
        "rsa-oaep-mgf1p",
    ]


def test_a_query_is_signed_by_a_registered_key_and_an_accepted_algorithm() -> None:
    signature = sign_query("SAMLRequest=x", KEY)
    check_query(b"SAMLRequest=x", names.RSA_SHA256, signature, [OTHER.bare, PAIR.bare])
    for signed_octets, algorithm, certificate in (
        (b"SAMLRequest=y", names.RSA_SHA256, PAIR.bare),
        (b"SAMLRequest=x", names.RSA_SHA256, OTHER.bare),
        (b"SAMLRequest=x", names.SIGNATURES[1], PAIR.bare),
        (b"SAMLRequest=x", "http://www.w3.org/2000/09/xmldsig#rsa-sha1", PAIR.bare),
        (b"SAMLRequest=x", "", PAIR.bare),
    ):
        with pytest.raises(SignatureError):
            check_query(signed_octets, algorithm, signature, [certificate])


def test_a_key_on_a_curve_counts_as_well() -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey

    pair = key_pair("curve", "ec")
    assert isinstance(pair.key, EllipticCurvePrivateKey)
    signature = pair.key.sign(b"x", ECDSA(hashes.SHA256()))
    check_query(b"x", names.SIGNATURES[3], signature, [PAIR.bare, pair.bare])


@pytest.mark.parametrize("place", ["CanonicalizationMethod", "Transform"])
@pytest.mark.parametrize(("prefixes", "is_read"), [(3, True), (10, True), (11, False), (5_000, False)])
def test_few_prefixes_are_kept_for_canonical_xml_takes_as_long_as_they_are_many(
    place: str, prefixes: int, *, is_read: bool
) -> None:
    root = etree.fromstring(etree.tostring(signed()))
    method = root.findall(f".//{{{names.SIGNATURE}}}{place}")[-1]
    kept = etree.SubElement(method, f"{{{names.EXCLUSIVE_C14N}}}InclusiveNamespaces")
    kept.set("PrefixList", " ".join(f"p{number}" for number in range(prefixes)))
    with pytest.raises(SignatureError) as refused:
        check_signed(root, [PAIR.bare])
    assert ("not accepted" in str(refused.value)) is not is_read
