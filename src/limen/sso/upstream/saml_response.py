"""What a SAML response proves (SAML Profiles section 4.1.4; Core sections 2 and 3.2.2). Pure: keys and time are given.

Only what is signed is read: the response as a whole, or its one assertion, which is then taken out and read as a
document of its own, so there is nothing beside it to be wrapped in. A response that nobody asked for is refused
(record 0125), and so is whatever can be understood in two ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from limen.clock import HOUR, Instant
from limen.sso.saml import names
from limen.sso.saml.arrived import Arrived, WrongMessageError
from limen.sso.saml.decryption import DecryptionError, decrypted
from limen.sso.saml.messages import ID, instant, only
from limen.sso.saml.signatures import NoKnownKeyError, SignatureError, check_signed, is_signed
from limen.sso.saml.xml_reader import UnreadableXmlError, read_message, text_of
from limen.sso.upstream.journey import ReturnRefusedError
from limen.sso.upstream.tokens import OLDEST, SKEW

LONGEST_NAME: Final = 240
LONGEST_VALUE: Final = 1_000
MOST_ATTRIBUTES: Final = 100
MOST_VALUES: Final = 100
_P: Final = f"{{{names.PROTOCOL}}}"
_A: Final = f"{{{names.ASSERTION}}}"
_ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
_CONDITIONS: Final = frozenset({f"{_A}AudienceRestriction", f"{_A}OneTimeUse", f"{_A}ProxyRestriction"})
"""The conditions that are understood; with another an assertion is not valid (Core section 2.5.1.1)."""
_DECLINED: Final = frozenset({names.DENIED, names.NO_PASSIVE, names.UNKNOWN_PERSON, names.NO_CONTEXT})


@dataclass(frozen=True, slots=True)
class Expected:
    """What a response has to be: from `issuer`, signed by one of `certificates`, for `audience`, posted to `here`.

    `decrypts_by` is the key (PEM) that its assertion may be encrypted for; "": it may not.
    """

    issuer: str
    certificates: tuple[str, ...]
    audience: str
    here: str
    decrypts_by: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignedResponse:
    """What the signed part says, after all of it was held against what is expected, but for whose browser it is of.

    `until`: when it can't count any more. `name_format` is "" for one that Limen does not take, `qualifiers` are as in
    `Vouched`. `at` is when it was proved, `issued_at` when the issuer said so.
    """

    in_response_to: str
    id: str
    until: Instant
    name: str
    name_format: str
    qualifiers: str
    session_index: str
    at: Instant
    issued_at: Instant
    context: str
    attributes: Mapping[str, tuple[str, ...]]


class UnknownKeyError(ReturnRefusedError):
    """It is signed well-formed, but by none of these keys: the issuer may have a new one."""

    def __init__(self) -> None:
        super().__init__("response-signature-wrong")


def read_response(arrived: Arrived, expected: Expected, now: Instant) -> SignedResponse:
    """Raises ReturnRefusedError; UnknownKeyError where newer keys might know it."""
    try:
        response = _root(arrived, expected)
        assertion = _signed_assertion(response, expected)
        read = _assertion(assertion, expected, now)
    except UnreadableXmlError:
        raise _refused("unreadable") from None
    except NoKnownKeyError:
        raise UnknownKeyError from None
    except SignatureError:
        raise _refused("signature-wrong") from None
    except DecryptionError:
        raise _refused("undecipherable") from None
    except WrongMessageError:
        raise _refused("garbage") from None
    if response.get("InResponseTo", read.in_response_to) != read.in_response_to:
        raise _refused("in-response-to-wrong")
    return read


# The response


def _root(arrived: Arrived, expected: Expected) -> etree._Element:
    """The response, as far as what is not signed tells: nothing of it is believed, and what is wrong refuses it."""
    root = read_message(arrived.document)
    if root.tag != f"{_P}Response" or root.get("Version") != "2.0" or not ID.fullmatch(str(root.get("ID") or "")):
        raise _refused("garbage")
    if root.get("Destination", expected.here) != expected.here:
        raise _refused("destination-wrong")
    issuer = only(root, f"{_A}Issuer")
    if issuer is not None:
        _check_issuer(issuer, expected)
    _check_status(only(root, f"{_P}Status"))
    return root


def _check_status(status: etree._Element | None) -> None:
    code = only(status, f"{_P}StatusCode") if status is not None else None
    if code is None:
        raise _refused("garbage")
    if code.get("Value") == names.SUCCESS:
        return
    detail = only(code, f"{_P}StatusCode")
    is_no = detail is not None and detail.get("Value") in _DECLINED
    raise ReturnRefusedError("declined-there" if is_no else "failed-there", was_declined=True)


def _signed_assertion(response: etree._Element, expected: Expected) -> etree._Element:
    """The one assertion, as the root of a document of its own, if somebody signed it. Raises SignatureError,
    DecryptionError.
    """
    certificates = expected.certificates
    if next(response.iter(f"{_A}EncryptedAssertion"), None) is not None:
        if not expected.decrypts_by:
            raise _refused("encrypted")
        return _decrypted_assertion(response, expected)
    every = list(response.iter(f"{_A}Assertion"))
    if len(every) != 1 or every[0].getparent() is not response:
        raise _refused("unsigned" if not is_signed(response) else "not-one-assertion")
    alone = read_message(etree.tostring(every[0], with_tail=False))
    is_whole = any(child.tag == f"{{{names.SIGNATURE}}}Signature" for child in response)
    if not is_whole and not is_signed(alone):
        raise _refused("unsigned")
    if is_whole or not _has_own(response, every[0]):
        check_signed(response, certificates, inner=every[0])
        if not response.get("Destination"):
            raise _refused("destination-wrong")  # Bindings section 3.5.5.2
    if is_signed(alone):
        check_signed(alone, certificates)
    return alone


def _decrypted_assertion(response: etree._Element, expected: Expected) -> etree._Element:
    """The one assertion of a response that has nothing but an encrypted one. Who may encrypt is everybody, so that it
    could be decrypted proves nothing: the response is signed, or what was in it.
    """
    every = [*response.iter(f"{_A}EncryptedAssertion"), *response.iter(f"{_A}Assertion")]
    if len(every) != 1 or every[0].getparent() is not response:
        raise _refused("not-one-assertion")
    is_whole = is_signed(response)
    if is_whole:  # first, so that what strangers send is not decrypted
        check_signed(response, expected.certificates)
        if not response.get("Destination"):
            raise _refused("destination-wrong")  # Bindings section 3.5.5.2
    alone = read_message(decrypted(every[0], expected.decrypts_by))
    if alone.tag != f"{_A}Assertion" or len(list(alone.iter(f"{_A}Assertion", f"{_A}EncryptedAssertion"))) != 1:
        raise _refused("not-one-assertion")
    if is_signed(alone):
        check_signed(alone, expected.certificates)
    elif not is_whole:
        raise _refused("unsigned")
    return alone


def _has_own(response: etree._Element, assertion: etree._Element) -> bool:
    """Whether every signature in the response is the assertion's own."""
    found = response.iter(f"{{{names.SIGNATURE}}}Signature")
    return all(one.getparent() is assertion for one in found)


# The assertion


def _assertion(root: etree._Element, expected: Expected, now: Instant) -> SignedResponse:
    assertion_id = str(root.get("ID") or "")
    if root.get("Version") != "2.0" or not ID.fullmatch(assertion_id):
        raise _refused("garbage")
    issuer = only(root, f"{_A}Issuer")
    if issuer is None:
        raise _refused("issuer-wrong")
    _check_issuer(issuer, expected)
    issued = instant(str(root.get("IssueInstant") or ""))
    if issued > now + SKEW:
        raise _refused("not-yet")
    if issued < now - OLDEST - SKEW:
        raise _refused("too-old")
    _check_conditions(only(root, f"{_A}Conditions"), expected, now)
    subject = only(root, f"{_A}Subject")
    if subject is None:
        raise _refused("name-wrong")
    in_response_to, until = _confirmed(subject, expected, now)
    name, name_format, qualifiers = _name(subject, expected)
    session_index, at, context = _proof(root, now)
    return SignedResponse(
        in_response_to=in_response_to,
        id=assertion_id,
        until=min(until, now + HOUR) + SKEW,
        name=name,
        name_format=name_format,
        qualifiers=qualifiers,
        session_index=session_index,
        at=at,
        issued_at=issued,
        context=context,
        attributes=_attributes(root),
    )


def _check_issuer(issuer: etree._Element, expected: Expected) -> None:
    if _exact(issuer) != expected.issuer or issuer.get("Format", _ENTITY) != _ENTITY:
        raise _refused("issuer-wrong")


def _check_conditions(conditions: etree._Element | None, expected: Expected, now: Instant) -> None:
    """Core section 2.5.1. Each restriction of the audience has to name Limen, and there has to be one."""
    if conditions is None:
        raise _refused("audience-wrong")
    _check_times(conditions, now)
    if not _CONDITIONS.issuperset(child.tag for child in conditions):
        raise _refused("condition-unknown")
    restrictions = conditions.findall(f"{_A}AudienceRestriction")
    if not restrictions:
        raise _refused("audience-wrong")
    for restriction in restrictions:
        if expected.audience not in [_exact(one) for one in restriction.findall(f"{_A}Audience")]:
            raise _refused("audience-wrong")


def _check_times(element: etree._Element, now: Instant) -> None:
    begins, ends = element.get("NotBefore"), element.get("NotOnOrAfter")
    if begins is not None and instant(str(begins)) > now + SKEW:
        raise _refused("not-yet")
    if ends is not None and instant(str(ends)) <= now - SKEW:
        raise _refused("expired")


def _confirmed(subject: etree._Element, expected: Expected, now: Instant) -> tuple[str, Instant]:
    """Which request it answers and until when, by the one bearer confirmation (Profiles section 4.1.4.2)."""
    every = [one for one in subject.findall(f"{_A}SubjectConfirmation") if one.get("Method") == names.BEARER]
    data = only(every[0], f"{_A}SubjectConfirmationData") if len(every) == 1 else None
    if data is None:
        raise _refused("confirmation-wrong")
    if data.get("Recipient") != expected.here:
        raise _refused("recipient-wrong")
    if data.get("NotOnOrAfter") is None or data.get("NotBefore") is not None:
        raise _refused("confirmation-wrong")
    _check_times(data, now)
    in_response_to = str(data.get("InResponseTo") or "")
    if not in_response_to:
        raise _refused("unsolicited")
    return in_response_to, instant(str(data.get("NotOnOrAfter")))


def _name(subject: etree._Element, expected: Expected) -> tuple[str, str, str]:
    """The name as it stands there, its format and its qualifiers (Core sections 2.2.2 and 8.3.7), which are this issuer
    and Limen or nobody. No space is forgiven: ` mia` and `mia` may be two people there.
    """
    named = only(subject, f"{_A}NameID")
    if named is None or len(subject.findall(f"{_A}EncryptedID")):
        raise _refused("name-wrong")
    name = _exact(named)
    if not name or len(name) > LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise _refused("name-wrong")
    said = {word: named.get(attribute) for word, attribute in names.QUALIFIERS.items()}
    whose = {"issuer": expected.issuer, "here": expected.audience}
    if any(value is not None and value != whose[word] for word, value in said.items()):
        raise _refused("name-wrong")
    qualifiers = " ".join(word for word, value in said.items() if value is not None)
    return name, names.FORMAT_WORDS.get(str(named.get("Format", names.FORMATS["unspecified"])), ""), qualifiers


def _proof(root: etree._Element, now: Instant) -> tuple[str, Instant, str]:
    """The name of the session there, when somebody proved who they are, and in which context (Core section 2.7.2)."""
    statement = only(root, f"{_A}AuthnStatement")
    if statement is None:
        raise _refused("proof-missing")
    at, ends = instant(str(statement.get("AuthnInstant") or "")), statement.get("SessionNotOnOrAfter")
    if at > now + SKEW:
        raise _refused("not-yet")
    if ends is not None and instant(str(ends)) <= now - SKEW:
        raise _refused("expired")
    context = only(statement, f"{_A}AuthnContext")
    stated = only(context, f"{_A}AuthnContextClassRef") if context is not None else None
    return str(statement.get("SessionIndex") or ""), at, text_of(stated)


def _attributes(root: etree._Element) -> dict[str, tuple[str, ...]]:
    """Every attribute that has texts, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for one in [*root.iterfind(f"{_A}AttributeStatement/{_A}Attribute")][:MOST_ATTRIBUTES]:
        values = [text_of(value) for value in one.findall(f"{_A}AttributeValue")[:MOST_VALUES]]
        name = str(one.get("Name") or "")
        found[name] = (*found.get(name, ()), *(value for value in values if 0 < len(value) <= LONGEST_VALUE))
    return found


# Inside


def _exact(element: etree._Element) -> str:
    """The text of an element that has nothing but text in it, with all its spaces."""
    return "" if len(element) else element.text or ""


def _refused(word: str) -> ReturnRefusedError:
    return ReturnRefusedError(f"response-{word}")
