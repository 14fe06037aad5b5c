"""`limen serve`: runs everything. With an empty database it publishes the folder and prints the first one-time link."""

from __future__ import annotations

import signal
from contextlib import suppress
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

    # Uvicorn raises a caught SIGTERM once more after it has ended. Left to its default it would kill the process there,
    # before the journal is closed; as SIGINT it ends everything in order.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with suppress(KeyboardInterrupt):
        uvloop.run(_serve(folder))
    print("Limen has stopped.", flush=True)


async def _serve(folder: Path) -> None:
    import asyncio
    from contextlib import AsyncExitStack

    from limen.app import open_limen, serve
    from limen.company.load import load_company, load_settings

    settings = load_settings(folder)
    refuse_plain_http(settings)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, settings, folder, first=lambda: load_company(folder))
        comparing: list[asyncio.Task[None]] = []

        async def told() -> None:
            await _tell(limen)
            comparing.append(asyncio.create_task(_compare(limen, folder), name="compare"))

        await serve(limen, told)


async def _compare(limen: Limen, folder: Path) -> None:
    """Say whether the folder is what is in force, once everything answers, so that no start waits for it."""
    import asyncio

    if difference := await asyncio.to_thread(difference_of, folder, limen.in_force.engine.revision):
        print(difference, flush=True)


def difference_of(folder: Path, revision: str) -> str:
    """What whoever starts a server should know about a folder that is not the revision in force; "" for the same."""
    from limen.company.load import FolderError, load_company

    try:
        company = load_company(folder)
    except FolderError as error:
        number = len(error.problems)
        found = f"{number} problems" if number > 1 else "a problem"
        return f"The folder has {found} (`limen check` lists them); revision {revision[:12]} stays in force."
    if company.revision == revision:
        return ""
    return f"The folder differs from the revision in force ({revision[:12]}…); `limen apply` publishes it."


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
