"""What all messages of Limen's have in common, to apps and to issuers (SAML Core sections 3.2.1 and 3.2.2). Pure but
for ids.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from lxml import etree

from limen.clock import Instant, to_iso
from limen.sso.saml import names

_P: Final = f"{{{names.PROTOCOL}}}"
_A: Final = f"{{{names.ASSERTION}}}"
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no document of XML 1.0 can hold."""
_PREFIXES: Final = {"samlp": names.PROTOCOL, "saml": names.ASSERTION}


def message(kind: str, issuer: str, destination: str, now: Instant, message_id: str = "") -> etree._Element:
    """A message of this kind (`LogoutRequest`), with nothing yet in it but who sends it. `destination` "": by SOAP,
    where it goes is no part of it.
    """
    root = etree.Element(f"{_P}{kind}", nsmap=_PREFIXES)
    told = {"ID": message_id or new_id(), "Version": "2.0", "IssueInstant": written(now), "Destination": destination}
    for name, value in told.items():
        if value:
            root.set(name, value)
    add_text(root, f"{_A}Issuer", issuer)
    return root


def answer(
    kind: str,
    issuer: str,
    destination: str,
    in_response_to: str,
    now: Instant,
    status: str = names.SUCCESS,
    detail: str = "",
    said: str = "",
) -> etree._Element:
    """An answer of this kind, to this request ("": nobody asked). `detail` is a second status within the first, `said`
    a message for people.
    """
    root = message(kind, issuer, destination, now)
    if in_response_to:
        root.set("InResponseTo", in_response_to)
    holds = etree.SubElement(root, f"{_P}Status")
    code = etree.SubElement(holds, f"{_P}StatusCode", Value=status)
    if detail:
        etree.SubElement(code, f"{_P}StatusCode", Value=detail)
    if said:
        add_text(holds, f"{_P}StatusMessage", said)
    return root


def add_text(above: etree._Element, tag: str, text: str) -> etree._Element:
    """A new element with this text, without what can't be written."""
    element = etree.SubElement(above, tag)
    element.text = _UNWRITABLE.sub("", text)
    return element


def new_id() -> str:
    """An ID is an NCName, so it does not begin with a digit (SAML Core section 1.3.4)."""
    return f"_{secrets.token_hex(20)}"


def written(instant: Instant) -> str:
    """To the second, in UTC (SAML Core section 1.3.3)."""
    return f"{to_iso(instant)[:19]}Z"
