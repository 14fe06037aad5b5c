"""Where an app's metadata are: a file, or an address, which is asked once and through the SSRF guard."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from limen.company.app_addresses import called_complaint
from limen.errors import LimenError
from limen.facts.service_provider import ServiceProvider

MOST_BYTES: Final = 1024 * 1024
ANSWER_SECONDS: Final = 15.0


def read_provider(source: str) -> ServiceProvider:
    """The service provider that the metadata there describe. Raises LimenError."""
    from limen.sso.saml.sp_metadata import provider_in

    is_address = source.startswith(("https://", "http://"))
    return provider_in(asyncio.run(_fetched(source)) if is_address else in_file(Path(source)))


def in_file(path: Path, whose: str = "the app") -> bytes:
    """The octets of a file with metadata. Raises LimenError."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        what = f"{path} can't be read: {error.strerror or error}"
        raise LimenError(what, f"give a file with the metadata of {whose}") from None


async def _fetched(url: str) -> bytes:
    """What answers there. Redirects are not followed: whoever reads the address should see where it leads."""
    import aiohttp

    from limen.enforcement.resolving import Resolver

    if wrong := called_complaint(url):
        raise LimenError(*wrong)
    host = urlsplit(url).hostname
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    connector = aiohttp.TCPConnector(resolver=Resolver(), use_dns_cache=False)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as client,
            client.get(url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise LimenError(f"{host} answers with {response.status}", "open the address, and save what is there")
            document = b""
            async for some in response.content.iter_chunked(64 * 1024):
                document += some
                if len(document) > MOST_BYTES:
                    raise LimenError(f"{host} sends more than metadata are long", "save them as a file")
            return document
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise LimenError(f"{host} can't be reached: {error}", "save the metadata as a file, and give that") from None
