"""The one account of a vendor's that people have to share: Limen signs them in with it, and nobody sees its secret."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignsIn(StrEnum):
    """How the vendor's site takes the secret."""

    FORM = "form"
    """By a form on a page of its own."""
    BASIC = "basic"
    """With each request (RFC 7617)."""


@dataclass(frozen=True, slots=True)
class BrokeredAccount:
    """`user` is what the vendor calls the account; its secret is in the database, never here.

    `sign_in` is the path of the page with the form, `user_field` and `password_field` are its fields. `never` are the
    patterns of paths that nobody may ask for: where the password, the mail address or a second factor is changed or
    shown. `sign_out` is the path that ends a session there ("": none). The secret is due to be changed so many days
    after it was stored (`rotate_days`). `why` says why there can't be an account for each person.
    """

    user: str
    why: str
    signs_in: SignsIn = SignsIn.FORM
    sign_in: str = ""
    user_field: str = "username"
    password_field: str = "password"  # noqa: S105 -- the name of a field
    never: tuple[str, ...] = ()
    sign_out: str = ""
    rotate_days: int = 90
