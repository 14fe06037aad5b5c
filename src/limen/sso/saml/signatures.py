"""XML signatures and encryption, by xmlsec: how Limen signs, and the one shape of a signature that it accepts.

What is accepted is a signature of the whole document: a direct child of the root, whose one reference names the root
by its ID, with no transform but the two that every SAML signature has (SAML Core section 5.4). So there is nothing in a
document that is not signed, and nothing to wrap. Keys come from the app's registration alone; `KeyInfo` is never read.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from limen.sso.saml import names
from limen.sso.saml.arrived import WrongMessageError
from limen.sso.saml.keys import SamlKey

_DS: Final = f"{{{names.SIGNATURE}}}"
_ISSUER: Final = f"{{{names.ASSERTION}}}Issuer"
_SIGNED_INFO: Final = ("CanonicalizationMethod", "SignatureMethod", "Reference")
_REFERENCE: Final = ("Transforms", "DigestMethod", "DigestValue")
_HASHES: Final = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class SignatureError(WrongMessageError):
    """A signature is missing, not of the one shape, or not of a key that is registered."""


class NoKnownKeyError(SignatureError):
    """It is of the one shape, and no key that is registered made it."""

    def __init__(self) -> None:
        super().__init__("it is not signed by a key that is registered")


def is_signed(root: etree._Element) -> bool:
    """Whether there is any signature in the document, wherever."""
    return next(root.iter(f"{_DS}Signature"), None) is not None


def check_signed(root: etree._Element, certificates: Iterable[str], inner: etree._Element | None = None) -> None:
    """Raises SignatureError unless the whole document is signed by one of these (DER in base64).

    `inner` is an element in it that may have a signature of its own, which is not looked at here.
    """
    signature = _the_signature(root, inner)
    for certificate in certificates:
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(b64decode(certificate), xmlsec.constants.KeyDataFormatCertDer)
        xmlsec.tree.add_ids(root, ["ID"])
        try:
            context.verify(signature)
        except xmlsec.Error:
            continue
        return
    raise NoKnownKeyError


def check_query(signed: bytes, algorithm: str, signature: bytes, certificates: Iterable[str]) -> None:
    """Raises SignatureError unless these octets of a query are so signed (SAML Bindings section 3.4.4.1)."""
    if algorithm not in names.SIGNATURES:
        raise SignatureError("it is signed by an algorithm that is not accepted")
    kind, _, digest = algorithm.partition("#")[2].partition("-")
    for certificate in certificates:
        key = _public_key(certificate)
        try:
            if kind == "rsa" and isinstance(key, RSAPublicKey):
                key.verify(signature, signed, padding.PKCS1v15(), _HASHES[digest])
                return
            if kind == "ecdsa" and isinstance(key, EllipticCurvePublicKey):
                key.verify(signature, signed, ECDSA(_HASHES[digest]))
                return
        except InvalidSignature:
            continue
    raise NoKnownKeyError


def sign(element: etree._Element, key: SamlKey) -> None:
    """Sign an element that has an `ID` and begins with its `Issuer`: enveloped, RSA-SHA256, exclusive C14N."""
    constants = xmlsec.constants
    signature = xmlsec.template.create(element, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds")
    issuer = element.find(_ISSUER)
    assert issuer is not None  # noqa: S101 -- whatever Limen signs says who it is from
    issuer.addnext(signature)
    reference = xmlsec.template.add_reference(signature, constants.TransformSha256, uri=f"#{element.get('ID')}")
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    context = xmlsec.SignatureContext()
    context.key = _signing_key(key)
    xmlsec.tree.add_ids(element, ["ID"])
    context.sign(signature)


def sign_query(query: str, key: SamlKey) -> bytes:
    """The signature of a query whose `SigAlg` is RSA-SHA256."""
    private = load_pem_private_key(key.private.encode(), None)
    return private.sign(query.encode("ascii"), padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr,call-arg,arg-type]


def encrypted(assertion: etree._Element, certificate: str) -> etree._Element:
    """`assertion`, a root of its own, as EncryptedAssertion: AES-256-GCM under a fresh key, that under RSA-OAEP."""
    constants = xmlsec.constants
    holder = etree.Element(f"{{{names.ASSERTION}}}EncryptedAssertion", nsmap={"saml": names.ASSERTION})
    data = xmlsec.template.encrypted_data_create(
        holder, constants.TransformAes256Gcm, type=constants.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    wrapped = xmlsec.template.add_encrypted_key(key_info, constants.TransformRsaOaep)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(b64decode(certificate), constants.KeyDataFormatCertDer))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(constants.KeyDataAes, 256, constants.KeyDataTypeSession)
    holder.append(context.encrypt_xml(data, assertion))
    return holder


@lru_cache(maxsize=8)
def _signing_key(key: SamlKey) -> xmlsec.Key:
    """Read once: to read and check a private key costs more than to sign with it."""
    read = xmlsec.Key.from_memory(key.private, xmlsec.constants.KeyDataFormatPem)
    read.load_cert_from_memory(key.certificate, xmlsec.constants.KeyDataFormatPem)
    return read


@lru_cache(maxsize=512)
def _public_key(certificate: str) -> object:
    return x509.load_der_x509_certificate(b64decode(certificate)).public_key()


def bare(certificate: str) -> str:
    """The base64 of a certificate in PEM."""
    return "".join(line for line in certificate.splitlines() if not line.startswith("-----"))


def _the_signature(root: etree._Element, inner: etree._Element | None) -> etree._Element:
    """The one signature, if it is of the one shape. Raises SignatureError."""
    every = [one for one in root.iter(f"{_DS}Signature") if inner is None or one.getparent() is not inner]
    if not every:
        raise SignatureError("it is not signed")
    signature = every[0]
    issuer = root.find(_ISSUER)
    if len(every) > 1 or signature.getparent() is not root or signature.getprevious() is not issuer or issuer is None:
        raise SignatureError("its signature is not where it belongs")
    if [child.tag for child in signature][:2] != [f"{_DS}SignedInfo", f"{_DS}SignatureValue"] or len(signature) > 3:
        raise SignatureError("its signature is not a plain one")
    if len(signature) == 3 and signature[2].tag != f"{_DS}KeyInfo":
        raise SignatureError("its signature is not a plain one")
    _check_signed_info(signature[0], str(root.get("ID") or ""))
    return signature


def _check_signed_info(signed: etree._Element, root_id: str) -> None:
    if [child.tag for child in signed] != [f"{_DS}{name}" for name in _SIGNED_INFO]:
        raise SignatureError("its signature is not a plain one")
    canonical, method, reference = signed
    if canonical.get("Algorithm") != names.EXCLUSIVE_C14N or not _is_plain(canonical):
        raise SignatureError("its signature has a canonicalization that is not accepted")
    if method.get("Algorithm") not in names.SIGNATURES or len(method):
        raise SignatureError("it is signed by an algorithm that is not accepted")
    if not root_id or reference.get("URI") != f"#{root_id}":
        raise SignatureError("its signature is not about the whole message")
    if [child.tag for child in reference] != [f"{_DS}{name}" for name in _REFERENCE]:
        raise SignatureError("its signature is not a plain one")
    transforms, digest, _ = reference
    if digest.get("Algorithm") not in names.DIGESTS:
        raise SignatureError("its digest is of an algorithm that is not accepted")
    if [one.get("Algorithm") for one in transforms] != [names.ENVELOPED, names.EXCLUSIVE_C14N]:
        raise SignatureError("its signature has a transform that is not accepted")
    if len(transforms[0]) or not _is_plain(transforms[1]):
        raise SignatureError("its signature has a transform that is not accepted")


MOST_PREFIXES: Final = 10
"""Senders keep one to three. Canonical XML takes as long as their number times that of elements and namespaces, and is
made before the signature is judged: a thousand of them would hold the server for a minute."""


def _is_plain(canonical: etree._Element) -> bool:
    """Whether there is nothing in it but few prefixes to be kept, which only ever adds to what is signed."""
    return len(canonical) <= 1 and all(
        child.tag == f"{{{names.EXCLUSIVE_C14N}}}InclusiveNamespaces"
        and not len(child)
        and len(str(child.get("PrefixList") or "").split()) <= MOST_PREFIXES
        for child in canonical
    )
