"""What apps ask of Limen by SAML, as values that nothing of XML is in."""

from __future__ import annotations

from dataclasses import dataclass

from limen.facts import App


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """An AuthnRequest (SAML Core section 3.4.1) that its app sent. `id` "": nobody asked, the sign-in begins here.

    `consumer` is a registered address. `name_format` is None for one that Limen does not have. `subject`: whom it must
    be, "" for anybody. `classes`: authentication contexts, one of which must be met by `comparison`; None where it asks
    for what Limen can't compare.
    """

    app: App
    id: str
    consumer: str
    relay_state: str = ""
    is_passive: bool = False
    wants_new_proof: bool = False
    name_format: str | None = ""
    subject: str = ""
    classes: tuple[str, ...] | None = ()
    comparison: str = "exact"


@dataclass(frozen=True, slots=True)
class SignOutRequest:
    """A LogoutRequest (SAML Core section 3.7.1) that its app sent. Without `sessions` it is about all of a person's."""

    app: App
    id: str
    name: str
    sessions: tuple[str, ...]
    relay_state: str = ""
    is_signed: bool = False
