"""`limen serve`: runs everything. With an empty database it publishes the folder and prints the first one-time link."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from limen.app import Limen
    from limen.settings import Settings


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The company folder")] = Path(),
) -> None:
    import uvloop

    uvloop.run(_serve(folder))


async def _serve(folder: Path) -> None:
    from contextlib import AsyncExitStack

    from limen.app import open_limen, serve
    from limen.company.load import load_company, load_settings

    settings = load_settings(folder)
    refuse_plain_http(settings)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, settings, folder, first=lambda: load_company(folder))
        await serve(limen, lambda: _tell(limen))


def refuse_plain_http(settings: Settings) -> None:
    """Beyond this machine every cookie and passkey would cross the wire in the clear. Raises LimenError."""
    from urllib.parse import urlsplit

    from limen.errors import LimenError

    url = urlsplit(settings.public_url)
    host = url.hostname or ""
    if url.scheme != "https" and not (host == "localhost" or host.endswith(".localhost")):
        raise LimenError(
            f"{settings.public_url} is plain http, which is safe on this machine only",
            f'put nginx, Caddy or Envoy in front (docs/how-to) and write url = "https://{host}" in limen.toml',
        )


async def _tell(limen: Limen) -> None:
    print(f"Limen answers for {limen.settings.name} at {limen.settings.public_url}", flush=True)
    if limen.settings.listen.check:
        print(f"The check server for nginx, Caddy and Envoy listens on {limen.settings.listen.check}", flush=True)
    link = await limen.identity.links.first_administrator()
    if link is not None:
        print("\nNobody administers Limen yet. This link makes you the first, once, within 15 minutes:\n")
        print(f"  {link.url}\n", flush=True)
