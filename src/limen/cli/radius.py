"""`limen radius`: the secrets of VPNs, Wi-Fi and gear, and the whole configuration of the RADIUS server they ask."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from limen import private_authority
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.clock import DAY, Instant, Milliseconds, SystemClock
from limen.company.authors import SERVER
from limen.devices.certificates.store import AUTHORITY
from limen.enforcement.radius import service
from limen.enforcement.radius.configuration import FreeRadius, write
from limen.errors import LimenError
from limen.facts import App
from limen.private_authority import Authority, Proves
from limen.storage import Transaction

TASKS: Final = ("secret", "config")
CERTIFIED_FOR: Final[Milliseconds] = 400 * DAY


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="secret or config")],
    client: Annotated[str, typer.Argument(metavar="[ADDRESS]", help="With secret: the address or network")] = "",
    folder: LastFolder = Path(),
    *,
    to: Annotated[Path, typer.Option(help="With config: the folder to write for FreeRADIUS")] = Path("freeradius"),
    listen: Annotated[str, typer.Option(help="With config: the address to listen on; * for all")] = "*",
    port: Annotated[int, typer.Option(help="With config: the port; accounting is the next", min=1, max=65_534)] = 1812,
    trust: Annotated[str, typer.Option(help="With config: the file of the authority of Limen's own address")] = "",
) -> None:
    refuse_other_task("radius", task, TASKS)
    client, folder = word_and_folder(client, folder)
    if bool(client) is (task != "secret"):
        raise LimenError(f"`limen radius {task}` takes {'no' if client else 'an'} address", "see `limen radius --help`")
    now = SystemClock().now()
    with opened(folder) as here:
        if task == "secret":
            _secret(here, client, now)
        else:
            written = _config(here, now, to.resolve(), listen, port, trust)
            print(f"Written to {written}. Check it: freeradius -C -d {written}. Start it: freeradius -f -d {written}")


def _secret(here: Opened, client: str, now: Instant) -> None:
    named = {network for app in _services(here.in_force().apps) if app.radius for network in app.radius.networks}
    try:
        network = str(ip_network(client))
    except ValueError:
        network = ""
    if network not in named:
        raise LimenError("no app has this client", "write it into an app's `radius:` and publish that")
    keyring = here.keyring()
    secret = here.database.write(lambda at: service.make_secret(at, keyring, network, now, SERVER))
    print(f"The secret of {network}, shown once. It works after the next `limen radius config`:\n{secret}")


def _config(here: Opened, now: Instant, to: Path, listen: str, port: int, trust: str) -> Path:
    apps = _services(here.in_force().apps)
    _refuse_shared(apps)
    wanted = {network for app in apps if app.radius is not None for network in app.radius.networks}
    keyring, settings = here.keyring(), here.settings
    host = urlsplit(settings.public_url).hostname or ""

    def made(transaction: Transaction) -> tuple[dict[str, str], str, Authority]:
        found = service.secrets_of(transaction, keyring)
        missing = sorted(wanted - set(found))
        if missing or not wanted:
            raise LimenError(
                f"{missing[0]} has no secret" if missing else "no app asks by RADIUS",
                f"create it with `limen radius secret {missing[0]}`" if missing else "write `radius:` in apps.yaml",
            )
        token = service.make_server(transaction, now, SERVER)
        return found, token, AUTHORITY.kept(transaction, keyring, now, settings.name)

    secrets, token, authority = here.database.write(made)
    certificate, key = certified(authority, f"radius.{host}", now)
    write(
        FreeRadius(
            folder=to,
            url=settings.public_url,
            token=token,
            secrets={network: secrets[network] for network in wanted},
            certificate=certificate,
            key=key,
            devices=authority.certificate,
            address=listen,
            port=port,
            accounting=port + 1,
            trusts=trust,
        )
    )
    return to


def certified(authority: Authority, name: str, now: Instant) -> tuple[str, str]:
    """A certificate of the RADIUS server, which devices verify by the authority that they have, and its key; PEM."""
    from cryptography import x509

    key, pem = private_authority.new_key()
    names = [x509.DNSName(name)]
    made = private_authority.issued(authority, key.public_key(), name, now, CERTIFIED_FOR, Proves.SERVER, names)
    return made.certificate, pem


def _services(apps: Iterable[App]) -> list[App]:
    return [app for app in apps if app.radius is not None]


def _refuse_shared(apps: list[App]) -> None:
    """One client asks for one app by certificates, and for one by names: nothing else tells them apart."""
    seen: dict[tuple[str, bool], str] = {}
    for app in apps:
        for network in app.radius.networks if app.radius is not None else ():
            other = seen.setdefault((network, app.radius is not None and app.radius.kind == "wifi"), app.id)
            if other != app.id:
                raise LimenError(f"{network} asks for {other} and for {app.id}", "name each client in one app")
