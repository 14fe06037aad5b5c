"""What apps ask, as values: reading AuthnRequest and LogoutRequest, and holding them against their registration.

Reading says what stands in a message; `checked` says whether its app sent it, to us, now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from limen.clock import MINUTE, SECOND, Instant
from limen.facts import App
from limen.facts.service_provider import ServiceProvider
from limen.sso.saml import names
from limen.sso.saml.arrived import Arrived, WrongMessageError
from limen.sso.saml.contexts import COMPARISONS
from limen.sso.saml.requests import SignInRequest, SignOutRequest
from limen.sso.saml.signatures import SignatureError, check_query, check_signed, is_signed
from limen.sso.saml.xml_reader import read_message, text_of

SKEW: Final = 5 * MINUTE
"""How far the clock of an app may be from ours, and for how long a request is taken."""
ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,199}")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00:00)")
_P: Final = f"{{{names.PROTOCOL}}}"
_A: Final = f"{{{names.ASSERTION}}}"
MOST_CONTEXTS: Final = 20
LONGEST_NAME: Final = 256
"""Of a person, a class or a session: what is asked is kept for ten minutes, and a small message can unpack to much."""


@dataclass(frozen=True, slots=True)
class Message:
    """What every message says: its ID, who sent it, where to, and when."""

    id: str
    issuer: str
    destination: str
    issued_at: Instant
    root: etree._Element


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A NameID. `format` is a word of apps.yaml, "" where none is said, and None for one that Limen does not have."""

    name: str
    format: str | None


def read(arrived: Arrived, kind: str) -> Message:
    """The message, of this kind (`AuthnRequest`). Raises WrongMessageError."""
    root = read_message(arrived.document)
    if root.tag != f"{_P}{kind}" or root.get("Version") != "2.0":
        raise WrongMessageError(f"it is not a {kind} of SAML 2.0")
    message_id = str(root.get("ID") or "")
    if not ID.fullmatch(message_id):
        raise WrongMessageError("its ID is missing or too long")
    issuer = text_of(only(root, f"{_A}Issuer"))
    if not issuer:
        raise WrongMessageError("it does not say who sent it")
    destination = str(root.get("Destination") or "")
    return Message(message_id, issuer, destination, instant(str(root.get("IssueInstant") or "")), root)


def checked(message: Message, arrived: Arrived, provider: ServiceProvider, here: str, now: Instant) -> bool:
    """Whether it is signed. Raises WrongMessageError unless it is for `here`, of now, and signed well where it is."""
    if message.destination and message.destination != here:
        raise WrongMessageError("it is for another address")
    if abs(now - message.issued_at) > SKEW:
        raise WrongMessageError("it is too old, or the clocks are far apart")
    has_signature = check_signature(message.root, arrived, provider.certificates)
    if has_signature and not message.destination:
        raise WrongMessageError("it is signed, and does not say for which address")  # Bindings 3.4.5.2 and 3.5.5.2
    return has_signature


def sign_in_request(message: Message, app: App, relay_state: str) -> SignInRequest:
    """What it asks for. Raises WrongMessageError for what is not registered: nothing is answered to such an address."""
    root = message.root
    if root.get("ProtocolBinding", names.POST) != names.POST:
        raise WrongMessageError("it wants its answer by another binding than HTTP-POST")
    policy, context = only(root, f"{_P}NameIDPolicy"), only(root, f"{_P}RequestedAuthnContext")
    subject = only(root, f"{_A}Subject")
    named = _named(only(subject, f"{_A}NameID")) if subject is not None else None
    if subject is not None and (named is None or not named.name):
        raise WrongMessageError("it names a person in a way that is not read")
    comparison = str(context.get("Comparison", "exact")) if context is not None else "exact"
    return SignInRequest(
        app=app,
        id=message.id,
        consumer=_consumer(root, app),
        relay_state=relay_state,
        is_passive=_is_true(root.get("IsPassive")),
        wants_new_proof=_is_true(root.get("ForceAuthn")),
        name_format=_format_asked(policy, app),
        subject=named.name if named else "",
        classes=_classes(context) if comparison in COMPARISONS else None,
        comparison=comparison,
    )


def sign_out_request(
    message: Message, app: App, relay_state: str, now: Instant, *, has_signature: bool
) -> SignOutRequest:
    """What it asks for. Raises WrongMessageError."""
    root = message.root
    until = root.get("NotOnOrAfter")
    if until is not None and instant(str(until)) + MINUTE <= now:
        raise WrongMessageError("it is too old")
    named = _named(only(root, f"{_A}NameID"))
    if named is None or not named.name:
        raise WrongMessageError("it names a person in a way that is not read")
    sessions = tuple(_short(text_of(one)) for one in root.findall(f"{_P}SessionIndex")[:MOST_CONTEXTS])
    return SignOutRequest(app, message.id, named.name, sessions, relay_state, has_signature)


def check_signature(root: etree._Element, arrived: Arrived, certificates: Iterable[str]) -> bool:
    """Whether it is signed. Raises SignatureError for a signature that is not good, or not where the binding has it."""
    if arrived.binding == names.REDIRECT:
        if is_signed(root):
            raise SignatureError("a message by HTTP-Redirect is signed in its address, and not in itself")
        if arrived.signed:
            check_query(arrived.signed, arrived.algorithm, arrived.signature, certificates)
        return bool(arrived.signed)
    if not is_signed(root):
        return False
    check_signed(root, certificates)
    return True


def _consumer(root: etree._Element, app: App) -> str:
    """Where the answer goes: an address that is registered, byte for byte."""
    assert app.saml is not None  # noqa: S101 -- whoever calls has found it by its entity ID
    consumers = app.saml.consumers
    url, index = root.get("AssertionConsumerServiceURL"), root.get("AssertionConsumerServiceIndex")
    if url is not None and index is not None:
        raise WrongMessageError("it names two addresses for its answer")
    if url is not None:
        found = [one.url for one in consumers if one.url == url]
    elif index is not None:
        found = [one.url for one in consumers if one.index >= 0 and str(one.index) == index]
    else:
        found = [consumers[0].url]
    if not found:
        raise WrongMessageError("it wants its answer at an address that is not registered")
    return found[0]


def _format_asked(policy: etree._Element | None, app: App) -> str | None:
    assert app.saml is not None  # noqa: S101 -- as above
    if policy is None:
        return ""
    if policy.get("SPNameQualifier", app.saml.entity_id) != app.saml.entity_id:
        return None
    asked = str(policy.get("Format", ""))
    return names.FORMAT_WORDS.get(asked) if asked else ""


def _classes(context: etree._Element | None) -> tuple[str, ...] | None:
    if context is None:
        return ()
    told = [_short(text_of(one)) for one in context.findall(f"{_A}AuthnContextClassRef")]
    return tuple(told[:MOST_CONTEXTS]) if told and len(told) == len(context) else None


def _named(element: etree._Element | None) -> NamedPerson | None:
    if element is None:
        return None
    asked = str(element.get("Format", ""))
    return NamedPerson(_short(text_of(element)), names.FORMAT_WORDS.get(asked) if asked else "")


def _short(text: str) -> str:
    """Raises WrongMessageError for what is longer than any name."""
    if len(text) > LONGEST_NAME:
        raise WrongMessageError("a name in it is too long")
    return text


def only(root: etree._Element, tag: str) -> etree._Element | None:
    """The one child of this name, None where there is none. Raises WrongMessageError where there are two."""
    found = root.findall(tag)
    if len(found) > 1:
        raise WrongMessageError(f"it says {tag.rpartition('}')[2]} twice")
    return found[0] if found else None


def _is_true(said: object) -> bool:
    return said in {"true", "1"}


def instant(text: str) -> Instant:
    """The instant that is so written (SAML Core section 1.3.3), to the second. Raises WrongMessageError."""
    if not _INSTANT.fullmatch(text):
        raise WrongMessageError("it says a time that is not read")
    try:
        return int(datetime.fromisoformat(f"{text[:19]}+00:00").astimezone(UTC).timestamp()) * SECOND
    except ValueError:
        raise WrongMessageError("it says a time that is not read") from None
