"""Whom or what a security event is about: subject identifiers (RFC 9493; SSF 1.0 section 3). Pure.

A simple subject names one thing in one format. A complex one names several members that belong together, such as a
person and the device that they use: it means the event where all of them meet.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias, cast

import msgspec

from limen.errors import LimenError
from limen.printable import visible

MOST_ALIASES: Final = 20
LONGEST: Final = 1024
"""Characters of one value: the longest that is usual is the URI of a tenant's issuer, or a name in an LDAP tree."""

Value: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]


class SubjectError(LimenError):
    """What was given is no subject identifier that Limen understands."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This is no subject identifier that is understood: {why}", "use a format of RFC 9493")


class _Simple(msgspec.Struct, frozen=True, tag_field="format", forbid_unknown_fields=True):
    """Section 3: a subject holds what its format describes, and nothing else."""


class Account(_Simple, frozen=True, tag="account"):
    """An `acct:` URI (RFC 7565)."""

    uri: Value


class Email(_Simple, frozen=True, tag="email"):
    """An email address. Section 3.2.2.1: whoever compares two says how; Limen does without looking at case."""

    email: Value


class IssSub(_Simple, frozen=True, tag="iss_sub"):
    """What an OpenID provider calls somebody: its issuer, and `sub` of its ID tokens."""

    iss: Value
    sub: Value


class Opaque(_Simple, frozen=True, tag="opaque"):
    """A name that only transmitter and receiver understand."""

    id: Value


class PhoneNumber(_Simple, frozen=True, tag="phone_number"):
    """A telephone number as E.164 writes it."""

    phone_number: Value


class Did(_Simple, frozen=True, tag="did"):
    """The URL of a decentralised identifier."""

    url: Value


class Uri(_Simple, frozen=True, tag="uri"):
    """Any URI."""

    uri: Value


class JwtId(_Simple, frozen=True, tag="jwt_id"):
    """One token of an issuer, by its `jti` (SSF 1.0 section 3.5.1)."""

    iss: Value
    jti: Value


class SamlAssertionId(_Simple, frozen=True, tag="saml_assertion_id"):
    """One assertion of an issuer, by its ID (SSF 1.0 section 3.5.2)."""

    issuer: Value
    assertion_id: Value


Plain: TypeAlias = Account | Email | IssSub | Opaque | PhoneNumber | Did | Uri | JwtId | SamlAssertionId


class Aliases(_Simple, frozen=True, tag="aliases"):
    """Several names of one and the same; none of them is again a list of such."""

    identifiers: Annotated[tuple[Plain, ...], msgspec.Meta(min_length=1, max_length=MOST_ALIASES)]


Simple: TypeAlias = Plain | Aliases


class Complex(msgspec.Struct, frozen=True, tag_field="format", tag="complex", omit_defaults=True):
    """Several members that the event is about together. Members that Limen does not know are passed over by `read`."""

    user: Simple | None = None
    device: Simple | None = None
    session: Simple | None = None
    application: Simple | None = None
    tenant: Simple | None = None
    org_unit: Simple | None = None
    group: Simple | None = None


Subject: TypeAlias = Simple | Complex


def read(value: object) -> Subject:
    """The subject identifier in a document of JSON. Raises SubjectError."""
    try:
        found = cast("Subject", msgspec.convert(value, Subject))
    except (msgspec.ValidationError, RecursionError) as error:
        raise SubjectError(visible(str(error)[:200])) from None
    if isinstance(found, Complex) and found == Complex():
        raise SubjectError("a complex subject needs a member that is known")
    return found


def written(subject: Subject) -> dict[str, Any]:
    """As it stands in a token."""
    return cast("dict[str, Any]", msgspec.to_builtins(subject))


def key(subject: Subject) -> str:
    """The same text for the same subject, to find it by: addresses are compared without their case."""
    text = msgspec.json.encode(subject, order="deterministic").decode()
    return text.casefold() if isinstance(subject, Email) else text


def names_of(subject: Simple | None) -> tuple[Plain, ...]:
    """Every name of a simple subject: of aliases each one, of any other itself, of nothing none."""
    if subject is None:
        return ()
    return subject.identifiers if isinstance(subject, Aliases) else (subject,)


def user_of(subject: Subject | None) -> tuple[Plain, ...]:
    """Every name of the person that it is about: of a simple subject its own, of a complex one those of `user`."""
    return names_of(subject.user if isinstance(subject, Complex) else subject)
