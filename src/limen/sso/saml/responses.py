"""What apps are answered: responses with an assertion, and refusals (SAML Core sections 2 and 3.2.2). Pure but for ids.

A response and its assertion are each signed, so that neither is worth anything in another's envelope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from limen.clock import MINUTE, Instant
from limen.facts.service_provider import PERSISTENT, TRANSIENT, ServiceProvider
from limen.sso.saml import names, outgoing
from limen.sso.saml.keys import SamlKey
from limen.sso.saml.outgoing import add_text, new_id, written
from limen.sso.saml.signatures import encrypted, sign

EARLIER: Final = MINUTE
"""How long before its making an assertion counts already: for clocks that are late."""
_P: Final = f"{{{names.PROTOCOL}}}"
_A: Final = f"{{{names.ASSERTION}}}"


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
    response = _answer("Response", envelope)
    response.append(assertion)
    return _signed(response, envelope.key)


def refused(envelope: Envelope, status: str, detail: str, message: str = "") -> bytes:
    """A response that says no. `status` is whose fault it is, `detail` why, `message` the id of the decision."""
    return _signed(_answer("Response", envelope, status, detail, message), envelope.key)


def signed_out(envelope: Envelope) -> bytes:
    """The answer to a request for a sign-out, not signed: by HTTP-Redirect its address is."""
    return etree.tostring(_answer("LogoutResponse", envelope))


def sign_out(
    envelope: Envelope, provider: ServiceProvider, name: str, name_format: str, session_index: str
) -> etree._Element:
    """A request to an app: this sign-in of this person has ended (SAML Core section 3.7.1)."""
    request = outgoing.message("LogoutRequest", envelope.issuer, envelope.destination, envelope.now)
    request.set("NotOnOrAfter", written(envelope.now + 5 * MINUTE))
    _name_id(request, envelope, provider, name, name_format)
    add_text(request, f"{_P}SessionIndex", session_index)
    sign(request, envelope.key)
    return request


def _assertion(envelope: Envelope, provider: ServiceProvider, told: Told) -> etree._Element:
    now, until = envelope.now, envelope.now + provider.minutes * MINUTE
    assertion = etree.Element(f"{_A}Assertion", nsmap={"saml": names.ASSERTION})
    for name, value in {"ID": new_id(), "Version": "2.0", "IssueInstant": written(now)}.items():
        assertion.set(name, value)
    add_text(assertion, f"{_A}Issuer", envelope.issuer)

    subject = etree.SubElement(assertion, f"{_A}Subject")
    _name_id(subject, envelope, provider, told.name, told.name_format)
    confirmation = etree.SubElement(subject, f"{_A}SubjectConfirmation", Method=names.BEARER)
    data = {"NotOnOrAfter": written(until), "Recipient": envelope.destination}
    asked = {"InResponseTo": envelope.in_response_to} if envelope.in_response_to else {}
    etree.SubElement(confirmation, f"{_A}SubjectConfirmationData", data | asked)

    bounds = {"NotBefore": written(now - EARLIER), "NotOnOrAfter": written(until)}
    conditions = etree.SubElement(assertion, f"{_A}Conditions", bounds)
    add_text(etree.SubElement(conditions, f"{_A}AudienceRestriction"), f"{_A}Audience", provider.entity_id)

    proof = {"AuthnInstant": written(told.proved_at), "SessionIndex": told.session_index}
    statement = etree.SubElement(assertion, f"{_A}AuthnStatement", proof | {"SessionNotOnOrAfter": written(told.until)})
    add_text(etree.SubElement(statement, f"{_A}AuthnContext"), f"{_A}AuthnContextClassRef", told.context)

    if told.attributes:
        statement = etree.SubElement(assertion, f"{_A}AttributeStatement")
        for name, values in told.attributes:
            kind = "uri" if name.startswith(("urn:", "http:", "https:")) else "basic"
            form = f"urn:oasis:names:tc:SAML:2.0:attrname-format:{kind}"
            attribute = etree.SubElement(statement, f"{_A}Attribute", Name=name, NameFormat=form)
            for value in values:
                add_text(attribute, f"{_A}AttributeValue", value)
    return assertion


def _name_id(above: etree._Element, envelope: Envelope, provider: ServiceProvider, name: str, name_format: str) -> None:
    named = add_text(above, f"{_A}NameID", name)
    named.set("Format", names.FORMATS[name_format])
    if name_format in {PERSISTENT, TRANSIENT}:  # such a name means something between these two alone
        named.set("NameQualifier", envelope.issuer)
        named.set("SPNameQualifier", provider.entity_id)


def _answer(
    kind: str, envelope: Envelope, status: str = names.SUCCESS, detail: str = "", said: str = ""
) -> etree._Element:
    who, to, now = envelope.issuer, envelope.destination, envelope.now
    return outgoing.answer(kind, who, to, envelope.in_response_to, now, status, detail, said)


def _signed(response: etree._Element, key: SamlKey) -> bytes:
    sign(response, key)
    return etree.tostring(response)
