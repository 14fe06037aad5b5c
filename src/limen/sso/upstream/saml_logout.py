"""Sign-outs that a SAML issuer says (Core section 3.7; Bindings sections 3.2 and 3.4): by SOAP, or by the browser.

A request counts signed alone, and only ever ends access. Pure: keys and time are given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from limen.clock import MINUTE, Instant
from limen.sso.saml import bindings, names, signatures, soap
from limen.sso.saml.arrived import Arrived, WrongMessageError
from limen.sso.saml.keys import SamlKey
from limen.sso.saml.messages import check_signature, instant, only, read
from limen.sso.saml.signatures import NoKnownKeyError
from limen.sso.saml.xml_reader import read_message, text_of
from limen.sso.upstream.journey import ReturnRefusedError
from limen.sso.upstream.saml_requests import signed_out
from limen.sso.upstream.tokens import OLDEST, SKEW

MOST_SESSIONS: Final = 20
_P: Final = f"{{{names.PROTOCOL}}}"
_A: Final = f"{{{names.ASSERTION}}}"
_S: Final = f"{{{names.SOAP}}}"


@dataclass(frozen=True, slots=True)
class SignOut:
    """What an issuer says is over: this person's sessions of these names, all where it names none."""

    id: str
    issued_at: Instant
    name: str
    name_format: str
    sessions: tuple[str, ...]
    relay_state: str


class UnknownLogoutKeyError(ReturnRefusedError):
    """It is signed by none of these keys: the issuer may have a new one."""

    def __init__(self) -> None:
        super().__init__("logout-signature-wrong")


def from_soap(body: bytes) -> Arrived:
    """The one message in an envelope, alone, so that its signature is of all of it. Raises WrongMessageError."""
    root = read_message(body)
    held = only(root, f"{_S}Body") if root.tag == f"{_S}Envelope" else None
    if held is None or len(held) != 1:
        raise WrongMessageError("there is not exactly one message")
    return Arrived("SAMLRequest", etree.tostring(held[0], with_tail=False), names.SOAP_BINDING)


def read_request(arrived: Arrived, issuer: str, certificates: Iterable[str], here: str, now: Instant) -> SignOut:
    """Raises ReturnRefusedError; UnknownLogoutKeyError where newer keys might know it."""
    try:
        message = read(arrived, "LogoutRequest")
        if message.issuer != issuer:
            raise ReturnRefusedError("logout-issuer-wrong")
        if message.destination != here and (message.destination or arrived.binding != names.SOAP_BINDING):
            raise ReturnRefusedError("logout-destination-wrong")
        if not now - OLDEST - SKEW <= message.issued_at <= now + SKEW:
            raise ReturnRefusedError("logout-too-old")
        if not check_signature(message.root, arrived, certificates):
            raise ReturnRefusedError("logout-unsigned")
        until = message.root.get("NotOnOrAfter")
        if until is not None and instant(str(until)) <= now - MINUTE:
            raise ReturnRefusedError("logout-expired")
        named = only(message.root, f"{_A}NameID")
    except NoKnownKeyError:
        raise UnknownLogoutKeyError from None
    except WrongMessageError:
        raise ReturnRefusedError("logout-garbage") from None
    if named is None or len(named) or not named.text:
        raise ReturnRefusedError("logout-garbage")
    name_format = names.FORMAT_WORDS.get(str(named.get("Format", names.FORMATS["unspecified"])), "")
    sessions = tuple(text_of(one) for one in message.root.findall(f"{_P}SessionIndex")[:MOST_SESSIONS])
    return SignOut(message.id, message.issued_at, named.text, name_format, sessions, arrived.relay_state)


def by_redirect(own_name: str, url: str, asked: SignOut, key: SamlKey, now: Instant) -> str:
    """Where the browser takes the answer; "" where there is no such place."""
    if not url:
        return ""
    document = etree.tostring(signed_out(own_name, url, asked.id, now))
    return bindings.to_query(url, "SAMLResponse", document, asked.relay_state, key)


def by_soap(own_name: str, asked: SignOut, key: SamlKey, now: Instant) -> bytes:
    answer = signed_out(own_name, "", asked.id, now)
    signatures.sign(answer, key)
    return soap.enveloped(answer)
