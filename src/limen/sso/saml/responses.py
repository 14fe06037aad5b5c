"""What apps are answered: responses with an assertion, and refusals (SAML Core sections 2 and 3.2.2). Pure but for ids.

A response and its assertion are each signed, so that neither is worth anything in another's envelope.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from limen.clock import MINUTE, Instant, to_iso
from limen.facts.service_provider import PERSISTENT, TRANSIENT, ServiceProvider
from limen.sso.saml import names
from limen.sso.saml.keys import SamlKey
from limen.sso.saml.signatures import encrypted, sign

EARLIER: Final = MINUTE
"""How long before its making an assertion counts already: for clocks that are late."""
_P: Final = f"{{{names.PROTOCOL}}}"
_A: Final = f"{{{names.ASSERTION}}}"
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no document of XML 1.0 can hold."""
_PREFIXES: Final = {"samlp": names.PROTOCOL, "saml": names.ASSERTION}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every message has: who says it, to which address and request ("": nobody asked), when, and by which key."""

    issuer: str
    destination: str
    in_response_to: str
    now: Instant
    key: SamlKey


@dataclass(frozen=True, slots=True)
class Told:
    """What an assertion says of a person. `until` is when their session ends at the latest."""

    name: str
    name_format: str
    attributes: Sequence[tuple[str, Sequence[str]]]
    context: str
    proved_at: Instant
    session_index: str
    until: Instant


def signed_in(envelope: Envelope, provider: ServiceProvider, told: Told) -> bytes:
    """A response that signs somebody in: signed, its assertion signed, and encrypted where that is registered."""
    assertion = _assertion(envelope, provider, told)
    sign(assertion, envelope.key)
    if provider.is_encrypted:
        assertion = encrypted(assertion, provider.encryption_certificate)
    response = _answer("Response", envelope, names.SUCCESS)
    response.append(assertion)
    return _signed(response, envelope.key)


def refused(envelope: Envelope, status: str, detail: str, message: str = "") -> bytes:
    """A response that says no. `status` is whose fault it is, `detail` why, `message` the id of the decision."""
    return _signed(_answer("Response", envelope, status, detail, message), envelope.key)


def signed_out(envelope: Envelope) -> bytes:
    """The answer to a request for a sign-out, not signed: by HTTP-Redirect its address is."""
    return etree.tostring(_answer("LogoutResponse", envelope, names.SUCCESS))


def sign_out(
    envelope: Envelope, provider: ServiceProvider, name: str, name_format: str, session_index: str
) -> etree._Element:
    """A request to an app: this sign-in of this person has ended (SAML Core section 3.7.1)."""
    request = _root("LogoutRequest", envelope)
    request.set("NotOnOrAfter", _written(envelope.now + 5 * MINUTE))
    _name_id(request, envelope, provider, name, name_format)
    _text(request, f"{_P}SessionIndex", session_index)
    sign(request, envelope.key)
    return request


def _assertion(envelope: Envelope, provider: ServiceProvider, told: Told) -> etree._Element:
    now, until = envelope.now, envelope.now + provider.minutes * MINUTE
    assertion = etree.Element(f"{_A}Assertion", nsmap={"saml": names.ASSERTION})
    for name, value in {"ID": _id(), "Version": "2.0", "IssueInstant": _written(now)}.items():
        assertion.set(name, value)
    _text(assertion, f"{_A}Issuer", envelope.issuer)

    subject = etree.SubElement(assertion, f"{_A}Subject")
    _name_id(subject, envelope, provider, told.name, told.name_format)
    confirmation = etree.SubElement(subject, f"{_A}SubjectConfirmation", Method=names.BEARER)
    data = {"NotOnOrAfter": _written(until), "Recipient": envelope.destination}
    asked = {"InResponseTo": envelope.in_response_to} if envelope.in_response_to else {}
    etree.SubElement(confirmation, f"{_A}SubjectConfirmationData", data | asked)

    bounds = {"NotBefore": _written(now - EARLIER), "NotOnOrAfter": _written(until)}
    conditions = etree.SubElement(assertion, f"{_A}Conditions", bounds)
    _text(etree.SubElement(conditions, f"{_A}AudienceRestriction"), f"{_A}Audience", provider.entity_id)

    proof = {"AuthnInstant": _written(told.proved_at), "SessionIndex": told.session_index}
    statement = etree.SubElement(
        assertion, f"{_A}AuthnStatement", proof | {"SessionNotOnOrAfter": _written(told.until)}
    )
    _text(etree.SubElement(statement, f"{_A}AuthnContext"), f"{_A}AuthnContextClassRef", told.context)

    if told.attributes:
        statement = etree.SubElement(assertion, f"{_A}AttributeStatement")
        for name, values in told.attributes:
            kind = "uri" if name.startswith(("urn:", "http:", "https:")) else "basic"
            form = f"urn:oasis:names:tc:SAML:2.0:attrname-format:{kind}"
            attribute = etree.SubElement(statement, f"{_A}Attribute", Name=name, NameFormat=form)
            for value in values:
                _text(attribute, f"{_A}AttributeValue", value)
    return assertion


def _name_id(above: etree._Element, envelope: Envelope, provider: ServiceProvider, name: str, name_format: str) -> None:
    named = _text(above, f"{_A}NameID", name)
    named.set("Format", names.FORMATS[name_format])
    if name_format in {PERSISTENT, TRANSIENT}:  # such a name means something between these two alone
        named.set("NameQualifier", envelope.issuer)
        named.set("SPNameQualifier", provider.entity_id)


def _answer(kind: str, envelope: Envelope, status: str, detail: str = "", message: str = "") -> etree._Element:
    answer = _root(kind, envelope)
    if envelope.in_response_to:
        answer.set("InResponseTo", envelope.in_response_to)
    said = etree.SubElement(answer, f"{_P}Status")
    code = etree.SubElement(said, f"{_P}StatusCode", Value=status)
    if detail:
        etree.SubElement(code, f"{_P}StatusCode", Value=detail)
    if message:
        _text(said, f"{_P}StatusMessage", message)
    return answer


def _root(kind: str, envelope: Envelope) -> etree._Element:
    root = etree.Element(f"{_P}{kind}", nsmap=_PREFIXES)
    told = {"ID": _id(), "Version": "2.0", "IssueInstant": _written(envelope.now)}
    for name, value in (told | {"Destination": envelope.destination}).items():
        root.set(name, value)
    _text(root, f"{_A}Issuer", envelope.issuer)
    return root


def _signed(response: etree._Element, key: SamlKey) -> bytes:
    sign(response, key)
    return etree.tostring(response)


def _text(above: etree._Element, tag: str, text: str) -> etree._Element:
    element = etree.SubElement(above, tag)
    element.text = _UNWRITABLE.sub("", text)
    return element


def _id() -> str:
    """An ID is an NCName, so it does not begin with a digit (SAML Core section 1.3.4)."""
    return f"_{secrets.token_hex(20)}"


def _written(instant: Instant) -> str:
    return f"{to_iso(instant)[:19]}Z"
