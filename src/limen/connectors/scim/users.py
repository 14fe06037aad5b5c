"""A user as Limen sends it to an app, and as the app shows it.

What is sent is made with the models of RFC 7643. What is read is an app's word and seldom as strict as the standard:
few members are read, each bounded, and whatever else an app says is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen.connectors.vendor_client import VendorError
from limen.printable import is_printable

LONGEST: Final = 300
"""Of a name, in characters. What is longer is cut where it is shown, and equals nothing."""
_ID: Final = re.compile(r"(?=.{0,200}$)[A-Za-z0-9._~:@=+|-]*[A-Za-z0-9_~:@=+|-][A-Za-z0-9._~:@=+|-]*")
"""What Limen puts into a path: no slash, no escape, and not dots alone."""
_VERSION: Final = re.compile(r'(W/)?"[!#-~]{0,200}"')
"""An entity tag (RFC 9110, section 8.8.3)."""
_TRUE: Final = (True, "true", "True")
_FALSE: Final = (False, "false", "False")


@dataclass(frozen=True, slots=True)
class SentUser:
    """What an app is told of somebody. `external_id` is Limen's name for the account; what is "" is not sent."""

    external_id: str
    user_name: str
    name: str = ""
    email: str = ""

    def as_json(self, *, is_active: bool = True) -> dict[str, Any]:
        """The resource (RFC 7643, section 4.1)."""
        from scim2_models import Context, User  # noqa: PLC0415 -- heavy, and no start waits for it

        user = User[Any].model_validate({**_attributes(self), "active": is_active})
        return user.model_dump(scim_ctx=Context.RESOURCE_CREATION_REQUEST)


@dataclass(frozen=True, slots=True)
class FoundUser:
    """What an app says of an account. `version` is its entity tag, "" where it gives none."""

    id: str
    external_id: str
    user_name: str
    name: str
    email: str
    is_active: bool
    version: str = ""


def read_user(told: object) -> FoundUser:
    """Raises VendorError where it is no user, or one whose ID can't be asked for."""
    if not isinstance(told, Mapping):
        raise VendorError("garbage")
    user_id, meta = told.get("id"), told.get("meta")
    if not isinstance(user_id, str) or not _ID.fullmatch(user_id):
        raise VendorError("garbage")
    version = meta.get("version") if isinstance(meta, Mapping) else None
    return FoundUser(
        id=user_id,
        external_id=_text(told.get("externalId")),
        user_name=_text(told.get("userName")),
        name=_text(told.get("displayName")) or _formatted(told.get("name")),
        email=_primary(told.get("emails")),
        is_active=_is_active(told.get("active")),
        version=version if isinstance(version, str) and _VERSION.fullmatch(version) else "",
    )


def differing(sent: SentUser, found: FoundUser, *, is_active: bool = True) -> tuple[str, ...]:
    """The attributes by which an account is other than it was sent, by their names in SCIM."""
    pairs = [
        ("externalId", sent.external_id, found.external_id),
        ("userName", sent.user_name.casefold(), found.user_name.casefold()),
        ("displayName", sent.name, found.name),
        ("emails", sent.email.casefold(), found.email.casefold()),
    ]
    wrong = [name for name, ours, theirs in pairs if ours and ours != theirs]
    return (*wrong, *(("active",) if found.is_active is not is_active else ()))


def changes(sent: SentUser, names: tuple[str, ...], *, is_active: bool = True) -> dict[str, Any]:
    """A request that makes these attributes as they are sent (RFC 7644, section 3.5.2)."""
    from scim2_models import Context, PatchOp, User  # noqa: PLC0415 -- as above

    written = {**_attributes(sent), "active": is_active}
    paths = [path for name in names for path in (("displayName", "name") if name == "displayName" else (name,))]
    operations = [{"op": "replace", "path": path, "value": written[path]} for path in paths]
    request = PatchOp[User[Any]].model_validate({"Operations": operations})
    return request.model_dump(scim_ctx=Context.RESOURCE_PATCH_REQUEST)


def merged(whole: Mapping[str, Any], sent: SentUser | None, *, is_active: bool) -> dict[str, Any]:
    """An app's own resource with what is sent of somebody in it (None: nothing but `active`), as a whole."""
    ours = _attributes(sent) if sent is not None else {}
    return {**{name: value for name, value in whole.items() if name != "meta"}, **ours, "active": is_active}


def _attributes(sent: SentUser) -> dict[str, Any]:
    written: dict[str, Any] = {"externalId": sent.external_id, "userName": sent.user_name}
    if sent.name:
        given, _, family = sent.name.rpartition(" ")
        names = {"formatted": sent.name, "familyName": family, **({"givenName": given} if given else {})}
        written |= {"displayName": sent.name, "name": names}
    if sent.email:
        written["emails"] = [{"value": sent.email, "type": "work", "primary": True}]
    return written


def _text(said: object) -> str:
    """Nothing where it is no text; what can't be shown is marked, and equals nothing that Limen wrote."""
    if not isinstance(said, str):
        return ""
    cut = said[:LONGEST]
    return cut if is_printable(cut) else "".join(one if is_printable(one) else "\ufffd" for one in cut)


def _formatted(name: object) -> str:
    return _text(name.get("formatted")) if isinstance(name, Mapping) else ""


def _primary(emails: object) -> str:
    several = [one for one in emails if isinstance(one, Mapping)] if isinstance(emails, list) else []
    first = next((one for one in several if one.get("primary") in _TRUE), several[0] if several else {})
    return _text(first.get("value"))


def _is_active(said: object) -> bool:
    """Whoever is not said to be inactive is not: it would be taken for the proof that they can't get in."""
    return not (isinstance(said, bool | str) and said in _FALSE)
