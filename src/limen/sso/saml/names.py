"""The names of SAML 2.0 and of XML Signature and Encryption: each stands once."""

from __future__ import annotations

from typing import Final

PROTOCOL: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"
SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"

REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SOAP_BINDING: Final = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
REQUESTER: Final = "urn:oasis:names:tc:SAML:2.0:status:Requester"
RESPONDER: Final = "urn:oasis:names:tc:SAML:2.0:status:Responder"
NO_PASSIVE: Final = "urn:oasis:names:tc:SAML:2.0:status:NoPassive"
NO_CONTEXT: Final = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"
WRONG_NAME_ID: Final = "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy"
DENIED: Final = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"
UNKNOWN_PERSON: Final = "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal"

FORMATS: Final = {
    "persistent": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "email": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "transient": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    "unspecified": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
}
"""The formats of a name (SAML Core section 8.3), by their words in apps.yaml."""
FORMAT_WORDS: Final = {uri: word for word, uri in FORMATS.items()}

QUALIFIERS: Final = {"issuer": "NameQualifier", "here": "SPNameQualifier"}
"""What may say between whom a name means something (SAML Core section 2.2.2): by the words of `Vouched.qualifiers`."""

EXCLUSIVE_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SIGNATURES: Final = (
    RSA_SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
)
"""How apps may sign. Nothing with SHA-1, no HMAC, nothing that is no signature."""
DIGESTS: Final = (
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
)
