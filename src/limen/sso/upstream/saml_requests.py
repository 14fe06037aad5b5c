"""What Limen asks of a SAML issuer (Core sections 3.4.1 and 3.7.1), and what it answers to its sign-outs. Pure but for
ids: messages go by HTTP-Redirect, where their address is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from limen.clock import MINUTE, Instant
from limen.facts import SamlIssuer
from limen.sso.saml import names
from limen.sso.saml.outgoing import answer, message, written

_P: Final = f"{{{names.PROTOCOL}}}"
_A: Final = f"{{{names.ASSERTION}}}"


@dataclass(frozen=True, slots=True)
class Named:
    """A person as an issuer named them: said back, it has to be the same in everything (Core section 3.7.1).

    `qualified` has the qualifiers that there were, by their words.
    """

    name: str
    format: str
    qualified: Mapping[str, str]


def sign_in_request(
    request_id: str, own_name: str, saml: SamlIssuer, destination: str, back: str, now: Instant, *, is_anew: bool
) -> bytes:
    """An AuthnRequest: who is it, called by this format of name, posted `back`; `is_anew`: asked again, now."""
    root = message("AuthnRequest", own_name, destination, now, request_id)
    root.set("ProtocolBinding", names.POST)
    root.set("AssertionConsumerServiceURL", back)
    if is_anew:
        root.set("ForceAuthn", "true")
    # No `AllowCreate="false"`: the account there is the issuer's business; whether one here is made is Limen's.
    etree.SubElement(root, f"{_P}NameIDPolicy", Format=names.FORMATS[saml.name_format], AllowCreate="true")
    return etree.tostring(root)


def sign_out_request(own_name: str, destination: str, named: Named, session_index: str, now: Instant) -> bytes:
    """A LogoutRequest of this person's session there."""
    root = message("LogoutRequest", own_name, destination, now)
    root.set("NotOnOrAfter", written(now + 5 * MINUTE))
    name = etree.SubElement(root, f"{_A}NameID", Format=names.FORMATS[named.format])
    for word, value in named.qualified.items():
        name.set(names.QUALIFIERS[word], value)
    name.text = named.name
    if session_index:
        etree.SubElement(root, f"{_P}SessionIndex").text = session_index
    return etree.tostring(root)


def signed_out(own_name: str, destination: str, in_response_to: str, now: Instant) -> etree._Element:
    """The LogoutResponse to an issuer's LogoutRequest: it is always a success, as what was meant has ended."""
    return answer("LogoutResponse", own_name, destination, in_response_to, now)
