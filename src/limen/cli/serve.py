"""`limen serve`: runs everything. With an empty database it publishes the folder and prints the first one-time link."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from limen import logs
from limen.cli import systemd
from limen.cli.options import Folder
from limen.cli.output import at
from limen.cli.several_workers import cancelled, serve_by_several
from limen.cli.stop_signals import end_in_order
from limen.collector import held_off
from limen.company.load import FolderError, load_company, load_settings
from limen.company.places import data_folder, journal_folder, workers_folder
from limen.devices.service import Devices
from limen.errors import LimenError
from limen.front.caddy import ROOT_PATH
from limen.front.places import open_places, write_whole
from limen.pillar import Once
from limen.settings import Settings
from limen.storage.lock_holders import running_limen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from limen.app import Limen
    from limen.front.front import FrontStatus
    from limen.serving import Ports


def run(
    folder: Folder = Path(),
    *,
    https: Annotated[
        bool, typer.Option("--https", help="Serve browsers over https, as configured under [https] in limen.toml")
    ] = False,
    workers: Annotated[
        int, typer.Option(help="How many processes answer; 0: as set under [listen] in limen.toml", min=0, max=64)
    ] = 0,
) -> None:
    import uvloop

    settings = load_settings(folder)
    if https and not settings.https.is_on:
        raise how_to_turn_on(settings)
    logs.begin(settings.logs.format, settings.logs.level)
    refuse_plain_http(settings)
    count = workers or settings.listen.workers
    end_in_order()
    with suppress(KeyboardInterrupt):
        uvloop.run(_serve(folder, settings) if count == 1 else serve_by_several(folder, settings, count))
    print("Limen has stopped.", flush=True)


async def _serve(folder: Path, settings: Settings) -> None:
    _refuse_second(folder, settings)
    watchdog: list[asyncio.Task[None]] = []

    async def ready() -> None:
        systemd.tell("READY=1")
        watchdog.append(asyncio.create_task(systemd.keep_watchdog(), name="watchdog"))

    await run_one(folder, settings, ready)
    systemd.tell("STOPPING=1")


async def run_one(
    folder: Path,
    settings: Settings,
    ready: Callable[[], Awaitable[None]],
    ports: Ports | None = None,
    leaving: asyncio.Event | None = None,
    *,
    worker: int = 1,
    is_first: bool = True,
) -> None:
    """A whole Limen in this process until it is told to stop; `ready` is awaited once it answers. Of several workers
    the first says what there is to say.
    """
    with held_off():
        from limen.app import open_limen
        from limen.serving import open_ports, serve

    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, settings, folder, first=lambda: load_company(folder), worker=worker)
        said: list[str] = []
        if settings.https.is_on:
            fronting = asyncio.create_task(_open_front_once(closing, limen, folder), name="open the front")
            closing.push_async_callback(cancelled, fronting)
            if limen.core.leader.leads(Once.PER_MACHINE):
                said = await fronting
        if ports is None:
            ports = open_ports(settings, front_address(folder, settings))
            closing.callback(ports.close)
        comparing: list[asyncio.Task[None]] = []

        async def told() -> None:
            if is_first:
                for line in said:
                    print(line, flush=True)
                await _tell(limen)
                comparing.append(asyncio.create_task(_compare(limen, folder), name="compare"))
            await ready()

        await serve(limen, told, ports, leaving)


def _refuse_second(folder: Path, settings: Settings) -> None:
    """Raises LimenError where another Limen is seen to use the folder. The journal's lock refuses it in any case."""
    if pid := running_limen(workers_folder(folder, settings), journal_folder(folder, settings)):
        raise LimenError(
            f"Limen already runs here (pid {pid})", f"stop it first, or check it with `limen doctor{at(folder)}`"
        )


def front_address(folder: Path, settings: Settings) -> str:
    """Where Limen listens for its own front alone; "" where it has none."""
    return f"unix:{open_places(data_folder(folder, settings)).limen_socket}" if settings.https.is_on else ""


async def _open_front_once(closing: AsyncExitStack, limen: Limen, folder: Path) -> list[str]:
    """Of all workers of a machine the one that leads has the front."""
    await limen.core.leader.led(Once.PER_MACHINE)
    return await _open_front(closing, limen, folder)


async def _open_front(closing: AsyncExitStack, limen: Limen, folder: Path) -> list[str]:
    """Start the front. Returns what to print about it.

    It is said only once everything listens: before that nothing answers yet.
    """
    from limen.front.connection_reports import ConnectionReports
    from limen.front.front import Front

    places = open_places(data_folder(folder, limen.settings))
    known = limen.known
    if limen.settings.listen.certificate_domain:
        authority = await limen.core.offers.take(Devices).certificates.authority()
        write_whole(places.device_authority, authority.certificate.encode())
    front = Front(
        limen.settings, folder, places, lambda: {app.host for app in known.apps.values() if app.host}, limen.clock
    )
    closing.push_async_callback(front.close)
    reports = ConnectionReports(places.reports_socket)
    closing.callback(reports.close)
    limen.enforcement.admission.front = reports
    return said_of(limen.settings, await front.start())


def said_of(settings: Settings, status: FrontStatus) -> list[str]:
    """What was done for https, and what is left to do."""
    https = settings.https
    where = ", ".join(f"[{one}]" if one.version == 6 else str(one) for one in https.listen)
    plain = f"; port {https.http_port} redirects to it" if https.http_port else ""
    certificates = {
        "acme": f"Certificates come from {https.acme_server or 'a public authority'} automatically, one for each host.",
        "files": f"The certificate is {https.certificate}; if you replace it, the new one is used at once.",
        "internal": "Certificates come from this server's own authority, which every machine has to trust.",
    }
    said = [
        f"https answers on port {https.port} of {where}{plain}."
        + ("" if status.is_watched_here else " (It runs as a separate service and was told about the changes.)"),
        certificates[https.mode],
    ]
    if status.root is not None:
        said += how_to_trust(settings, status)
    return said


def how_to_trust(settings: Settings, status: FrontStatus) -> list[str]:
    """What to do once on each kind of machine, so that browsers trust the authority of this server."""
    return [
        f"  Its root certificate: {status.root}, and {settings.public_url}{ROOT_PATH} for download.",
        f"  Compare its fingerprint before you trust it: SHA-256 {status.root_fingerprint}",
        "  Windows (as administrator):  certutil -addstore -f ROOT limen-root.crt",
        "  macOS:  sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain limen-root.crt",
        "  Debian, Ubuntu:  sudo cp limen-root.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates",
        "  Fedora:  sudo cp limen-root.crt /etc/pki/ca-trust/source/anchors/ && sudo update-ca-trust",
        "  Firefox and phones: open the download address, or see docs/how-to/https-on-one-machine.md.",
    ]


def how_to_turn_on(settings: Settings) -> LimenError:
    """`--https` was asked for, and limen.toml does not say where certificates come from."""
    is_local = settings.domain.endswith("localhost")
    mode = "internal" if is_local else "acme"
    return LimenError(
        "limen.toml doesn't say where certificates come from",
        f'write mode = "{mode}" under [https] ("acme": automatic, "files": your own, "internal": from this '
        "server's own authority), and an https url or none",
    )


async def _compare(limen: Limen, folder: Path) -> None:
    """Say whether the folder is what is in force, once everything answers, so that no start waits for it."""
    if difference := await asyncio.to_thread(difference_of, folder, limen.in_force.engine.revision):
        print(difference, flush=True)


def difference_of(folder: Path, revision: str) -> str:
    """What whoever starts a server should know about a folder that is not the revision in force; "" for the same."""
    try:
        company = load_company(folder)
    except FolderError as error:
        number = len(error.problems)
        found = f"{number} problems" if number > 1 else "a problem"
        return (
            f"The folder has {found} (`limen check{at(folder)}` lists them); revision {revision[:12]} stays in force."
        )
    if company.revision == revision:
        return ""
    return f"The folder differs from the revision in force ({revision[:12]}…); `limen apply{at(folder)}` publishes it."


def refuse_plain_http(settings: Settings) -> None:
    """Beyond this machine every cookie and passkey would cross the wire in the clear. Raises LimenError."""
    url = urlsplit(settings.public_url)
    host = url.hostname or ""
    fix = "set where certificates come from under [https] in limen.toml, and start with `limen serve --https`"
    if url.scheme != "https" and not (host == "localhost" or host.endswith(".localhost")):
        raise LimenError(
            f"{settings.public_url} is plain http, which is only safe on this machine",
            f'write url = "https://{host}"; then {fix}; or put nginx, Caddy or Envoy in front (docs/how-to)',
        )
    if not settings.https.is_on and not settings.listen.trusted_proxies and not _is_loopback(settings.listen.address):
        raise LimenError(
            f"Limen would answer plain http on {settings.listen.address} to other machines",
            f"{fix}; or add the proxy in front of Limen to trusted_proxies under [listen]",
        )


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return True  # no address at all, which is refused where it is listened on


async def _tell(limen: Limen) -> None:
    print(f"Limen is running for {limen.settings.name} at {limen.settings.public_url}", flush=True)
    if limen.settings.listen.check:
        print(f"The check server for nginx, Caddy and Envoy listens on {limen.settings.listen.check}", flush=True)
    link = await limen.identity.links.first_administrator()
    if link is not None:
        print("\nThere is no administrator yet. This link makes you the first. It works once, within 15 minutes:\n")
        print(f"  {link.url}\n", flush=True)
