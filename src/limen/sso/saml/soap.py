"""Messages in SOAP 1.1 (SAML Bindings, section 3.2): how apps are told of sign-outs without a browser."""

from __future__ import annotations

from typing import Final

from lxml import etree

from limen.sso.saml import names
from limen.sso.saml.arrived import WrongMessageError
from limen.sso.saml.xml_reader import read_message

MEDIA_TYPE: Final = "text/xml; charset=utf-8"
_S: Final = f"{{{names.SOAP}}}"
_P: Final = f"{{{names.PROTOCOL}}}"


def enveloped(message: etree._Element) -> bytes:
    """`message` as the body of a request."""
    envelope = etree.Element(f"{_S}Envelope", nsmap={"S": names.SOAP})
    etree.SubElement(envelope, f"{_S}Body").append(message)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def is_done(status: int, body: bytes) -> bool:
    """Whether the app says that it is done. It is believed: a wrong yes hides a sign-in of its own from nobody."""
    if status != 200:
        return False
    try:
        root = read_message(body)
    except WrongMessageError:
        return False
    code = root.find(f"{_S}Body/{_P}LogoutResponse/{_P}Status/{_P}StatusCode")
    return root.tag == f"{_S}Envelope" and code is not None and code.get("Value") == names.SUCCESS
