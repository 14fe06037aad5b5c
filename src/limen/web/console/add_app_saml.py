"""What a SAML app that is added says of itself: at an address, as pasted XML, or typed by hand.

It becomes the registration once, before anything is shown. The page carries that registration, so that what is kept is
what somebody saw, whatever the address answers by then.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from limen.company.app_addresses import called_complaint
from limen.company.saml_section import provider_complaints
from limen.errors import LimenError
from limen.facts.service_provider import NAME_IDS, PERSISTENT, AssertionConsumer, ServiceProvider
from limen.sso.published_metadata import PrivateAddressError, provider_at
from limen.sso.saml.keys import grouped
from limen.web.requests import MAX_VALUE

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

_WAYS: Final = ("metadata_at", "metadata", "entity_id")
"""The fields of which one is filled in."""
FIELDS: Final = (*_WAYS, "acs", "name_id")
CALLED: Final = {
    "persistent": "by a name that only this app knows",
    "email": "by their email address",
    "unspecified": "by their ID in Limen",
    "transient": "by another name each time",
}
"""What people are called there, by the words of `NAME_IDS`."""
_COMPLETE: Final = "give one of the three: the address of its metadata, the XML, or its entity ID with the ACS"
_CARRIED: Final = msgspec.json.Decoder(ServiceProvider)


class FieldError(LimenError):
    """A mistake that is explained beside its field. `may_go_on`: it is none, if whoever typed it says so."""

    def __init__(self, field: str, wrong: LimenError, *, may_go_on: bool = False) -> None:
        super().__init__(wrong.what, wrong.fix)
        self.field = field
        self.may_go_on = may_go_on


async def registration(
    typed: Mapping[str, str], resolver: Callable[[], AbstractResolver], *, may_be_private: bool
) -> ServiceProvider:
    """What the app says of itself, in whatever way it was given. Raises FieldError."""
    ways = [name for name in _WAYS if typed[name]]
    if len(ways) != 1:
        what = "The app's metadata are missing" if not ways else "The app's metadata are given twice"
        raise FieldError((ways or _WAYS)[0], LimenError(what, _COMPLETE))
    way = ways[0]
    try:
        if way == "metadata_at":
            provider = await _published(typed[way], resolver, may_be_private=may_be_private)
        else:
            provider = _pasted(typed[way]) if way == "metadata" else _by_hand(typed)
    except FieldError:
        raise
    except LimenError as wrong:
        raise FieldError(way, wrong, may_go_on=isinstance(wrong, PrivateAddressError)) from None
    for path, what, fix in provider_complaints(provider):
        raise FieldError("acs" if way == "entity_id" and path[0] == "acs" else way, LimenError(what, fix))
    return provider


def carried(provider: ServiceProvider) -> str:
    """The registration as a hidden field. Raises FieldError where it is too long for one."""
    text = msgspec.json.encode(provider).decode()
    if len(text) > MAX_VALUE:
        wrong = LimenError("The app's metadata are too long for this page", "use `limen add app --metadata`")
        raise FieldError("metadata", wrong)
    return text


def read_carried(text: str) -> ServiceProvider:
    """The registration in that field; that it holds together is seen when it is added. Raises LimenError."""
    try:
        return _CARRIED.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        raise LimenError("The app's registration is missing", "begin again with its address") from None


def shown(provider: ServiceProvider) -> list[tuple[str, tuple[str, ...]]]:
    """The registration as it is looked at before it is kept: each thing in words, and its values."""
    signs = "must be signed by one of these keys" if provider.signs_requests else "need not be signed"
    said = [
        ("Entity ID", (provider.entity_id,)),
        ("Assertions are posted to", tuple(one.url for one in provider.consumers)),
        ("People are called", (CALLED[provider.name_id],)),
        ("It signs with (SHA-256)", tuple(map(_fingerprint, provider.certificates))),
        ("Its requests", (signs,)),
        ("Assertions are", ("signed and encrypted" if provider.is_encrypted else "signed, and not encrypted",)),
        ("After a sign-out that it began", (provider.logout_url,)),
        ("Told of sign-outs at", (provider.logout_service,)),
    ]
    return [(name, values) for name, values in said if any(values)]


async def _published(url: str, resolver: Callable[[], AbstractResolver], *, may_be_private: bool) -> ServiceProvider:
    if wrong := called_complaint(url):
        raise LimenError(*wrong)
    return await provider_at(url, resolver, may_be_private=may_be_private)


def _pasted(document: str) -> ServiceProvider:
    from limen.sso.saml.sp_metadata import provider_in  # noqa: PLC0415 -- lxml, of which no start waits

    return provider_in(document.encode())


def _by_hand(typed: Mapping[str, str]) -> ServiceProvider:
    if not typed["acs"]:
        raise FieldError("acs", LimenError("The ACS is missing", "copy the address that takes the SAML response"))
    name_id = typed["name_id"] if typed["name_id"] in NAME_IDS else PERSISTENT
    return ServiceProvider(typed["entity_id"], (AssertionConsumer(typed["acs"]),), name_id=name_id)


def _fingerprint(certificate: str) -> str:
    return grouped(sha256(b64decode(certificate)).hexdigest())
