"""Where an app's metadata are: a file, or an address, which is asked once and through the SSRF guard."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from limen.company.app_addresses import called_complaint
from limen.errors import LimenError
from limen.facts.service_provider import ServiceProvider

MOST_BYTES: Final = 1024 * 1024


def read_provider(source: str) -> ServiceProvider:
    """The service provider that the metadata there describe. Raises LimenError."""
    if source.startswith(("https://", "http://")):
        return _at_address(source)
    from limen.sso.saml.sp_metadata import provider_in

    return provider_in(in_file(Path(source)))


def in_file(path: Path, whose: str = "the app") -> bytes:
    """The octets of a file with metadata. Raises LimenError."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        what = f"{path} can't be read: {error.strerror or error}"
        raise LimenError(what, f"give a file with the metadata of {whose}") from None


def _at_address(url: str) -> ServiceProvider:
    """Whoever has this shell reaches the company's own network without Limen, so it may be there."""
    from limen.enforcement.resolving import Resolver
    from limen.sso.published_metadata import provider_at

    if wrong := called_complaint(url):
        raise LimenError(*wrong)
    return asyncio.run(provider_at(url, Resolver, may_be_private=True))
