"""`account:` of an app in apps.yaml: the one account that a vendor gives the whole company."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from limen.company.routes import RouteError, read_route
from limen.configuration.problem import Complaint, shown
from limen.enforcement.addresses import is_plain_http
from limen.facts import BrokeredAccount, SignsIn
from limen.printable import is_printable

_PATH: Final = re.compile(r"/(?!/)[!-~]{0,300}")


class _Fields(BaseModel):
    """What the fields of its form are called."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    user: Annotated[str, Field(min_length=1, max_length=100)] = "username"
    """The `name` of the field for the account."""
    password: Annotated[str, Field(min_length=1, max_length=100)] = "password"  # noqa: S105 -- the name of a field
    """The `name` of the field for the secret."""


class AccountSection(BaseModel):
    """The one account that a vendor gives the whole company. Limen signs each person in with it; its secret is stored
    with `limen account secret APP`, and nobody sees it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    user: Annotated[str, Field(min_length=1, max_length=200)]
    """What the account is called at the vendor."""
    why: Annotated[str, Field(min_length=3, max_length=200)]
    """Why not everybody can have an account of their own."""
    signs_in: Literal["form", "basic"] = "form"
    """`form`: on a page of its own. `basic`: by HTTP Basic, with each request."""
    sign_in: str = ""
    """With `form`: the path of that page."""
    fields: _Fields = _Fields()
    """What the fields of its form are called."""
    never: Annotated[list[str], Field(max_length=100)]
    """Paths that nobody may open: where its password, its mail address or a second factor is shown or changed."""
    sign_out: str = ""
    """The path that signs out there, opened when somebody's session ends."""
    rotate_days: Annotated[int, Field(ge=1, le=1_000)] = 90
    """After so many days the app's owner is reminded to change the secret."""


def account_of(section: AccountSection) -> BrokeredAccount:
    """The account that the section describes."""
    return BrokeredAccount(
        user=section.user,
        why=section.why,
        signs_in=SignsIn(section.signs_in),
        sign_in=section.sign_in,
        user_field=section.fields.user,
        password_field=section.fields.password,
        never=tuple(read_route(f"ANY {one}").pattern for one in section.never if _is_pattern(one)),
        sign_out=section.sign_out,
        rotate_days=section.rotate_days,
    )


def account_complaints(section: AccountSection, upstream: str, *, has_public: bool) -> Iterator[Complaint]:
    """What can't be meant by the section, and what to do."""
    for key in ("user", "why"):
        if not is_printable(getattr(section, key)):
            yield (key,), f"{shown(getattr(section, key))} contains characters that can't be displayed", "remove them"
    if section.signs_in == "basic" and ":" in section.user:
        yield ("user",), "with HTTP Basic a user can't contain a colon", "use another account"
    if section.signs_in == "form" and not _PATH.fullmatch(section.sign_in):
        yield ("sign_in",), f"{shown(section.sign_in)} is not a path on the vendor's site", "write it as /login"
    if section.sign_out and not _PATH.fullmatch(section.sign_out):
        yield ("sign_out",), f"{shown(section.sign_out)} is not a path on the vendor's site", "write it as /logout"
    for place, one in enumerate(section.never):
        if not _is_pattern(one):
            yield ("never", place), f"{shown(one)} is not a path", "write only the path, as /account/**"
    if is_plain_http(upstream):
        what = f"the secret would be sent to {urlsplit(upstream).hostname} without encryption"
        yield (), what, "use https for its upstream"
    if has_public:
        yield (), "an app with a shared account can't have public routes: they would be used in its name", "remove them"


def _is_pattern(text: str) -> bool:
    if " " in text:
        return False
    try:
        read_route(f"ANY {text}")
    except RouteError:
        return False
    return True
