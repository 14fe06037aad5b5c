"""An app's SAML metadata at their address: read once, when somebody adds the app, and through the SSRF guard.

A network of the company's own is where its apps are, and where much else is. So Limen reads there only for whoever says
that it is theirs, and at the address of a cloud's metadata service for nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from limen.errors import LimenError
from limen.facts.service_provider import ServiceProvider
from limen.sso.upstream.fetching import Fetching, IssuerError

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

_ELSE: Final = "check the address, or save what is there as a file and give the XML itself"
_WRONG: Final = {
    "unreachable": ("nothing answers at {host}", _ELSE),
    "slow": ("{host} doesn't answer within 5 seconds", _ELSE),
    "off-limits": ("{host} is not an address that an app may have", "enter the machine the app runs on"),
    "redirects": ("{host} redirects instead of answering", "enter the address that it leads to"),
    "refused": ("{host} answers with an error", "open the address yourself; if one has to sign in there, give the XML"),
    "too-much": ("{host} sends more than metadata are long", "give the XML of this one app"),
    "garbage": ("{host} sends something else than metadata", _ELSE),
}
"""What is said of each word of `IssuerError`, and what to do."""


class PrivateAddressError(LimenError):
    """Nothing was sent there: it is in no public network, and nobody said that it may be."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not on the public internet", "say below that it is in your own network")


async def provider_at(
    url: str, resolver: Callable[[], AbstractResolver], *, may_be_private: bool = False
) -> ServiceProvider:
    """The service provider that the metadata there describe.

    Raises PrivateAddressError, or LimenError for what else is wrong there, or in the document.
    """
    from limen.sso.saml.sp_metadata import provider_in  # noqa: PLC0415 -- lxml, of which no start waits

    host = urlsplit(url).hostname or ""
    fetching = Fetching(url if may_be_private else "", resolver)
    try:
        document = await fetching.get_metadata(url)
    except IssuerError as error:
        if error.word == "off-limits" and not may_be_private:
            raise PrivateAddressError(host) from None
        what, fix = _WRONG[error.word]
        raise LimenError(what.format(host=host), fix) from None
    finally:
        await fetching.close()
    return provider_in(document)
