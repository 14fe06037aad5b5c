"""`limen radius`: the secrets of VPNs, Wi-Fi and gear, and the whole configuration of what asks Limen for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
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
from limen.enforcement.radius import openvpn_configuration, service
from limen.enforcement.radius.configuration import FreeRadius, write
from limen.enforcement.radius.openvpn_configuration import OpenVpnServer
from limen.errors import LimenError
from limen.facts import App
from limen.private_authority import Authority, Proves
from limen.storage import Transaction

TASKS: Final = ("secret", "config", "openvpn")
CERTIFIED_FOR: Final[Milliseconds] = 400 * DAY


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="secret, config or openvpn")],
    client: Annotated[
        str, typer.Argument(metavar="[ADDRESS]", help="With secret and openvpn: the address or network")
    ] = "",
    folder: LastFolder = Path(),
    *,
    to: Annotated[Path | None, typer.Option(help="The folder to write (default: freeradius, or openvpn)")] = None,
    listen: Annotated[str, typer.Option(help="With config: the address to listen on; * for all")] = "*",
    port: Annotated[
        int, typer.Option(help="The port (default: 1812, and accounting the next; 1194 for OpenVPN)", min=0, max=65_534)
    ] = 0,
    trust: Annotated[str, typer.Option(help="The file of the authority of Limen's own address")] = "",
    remote: Annotated[str, typer.Option(help="With openvpn: the name by which laptops find the server")] = "",
    network: Annotated[str, typer.Option(help="With openvpn: the network of its tunnels")] = "10.8.0.0/24",
    people: Annotated[bool, typer.Option("--people", help="With openvpn: the one for people, not devices")] = False,
) -> None:
    refuse_other_task("radius", task, TASKS)
    client, folder = word_and_folder(client, folder)
    if bool(client) is (task == "config"):
        raise LimenError(f"`limen radius {task}` takes {'no' if client else 'an'} address", "see `limen radius --help`")
    now = SystemClock().now()
    with opened(folder) as here:
        if task == "secret":
            _secret(here, client, now)
        elif task == "openvpn":
            asked = _Asked(client, (to or Path("openvpn")).resolve(), remote, network, port or 1194, trust, people)
            print(f"Written to {_openvpn(here, now, asked)}. How to start it: docs/how-to/vpn-and-wifi.md")
        else:
            written = _config(here, now, (to or Path("freeradius")).resolve(), listen, port or 1812, trust)
            print(f"Written to {written}. Check it: freeradius -C -d {written}. Start it: freeradius -f -d {written}")


def _secret(here: Opened, client: str, now: Instant) -> None:
    named = {network for app in _services(here.in_force().apps) if app.radius for network in app.radius.networks}
    network = _network(client)
    if network not in named:
        raise LimenError("no app has this client", "write it into an app's `radius:` and publish that")
    keyring = here.keyring()
    secret = here.database.write(lambda at: service.make_secret(at, keyring, network, now, SERVER))
    print(f"The secret of {network}, shown once. It works after the next `limen radius config`:\n{secret}")


def _network(client: str) -> str:
    """As `ipaddress` writes it; "" for what is none."""
    try:
        return str(ip_network(client))
    except ValueError:
        return ""


def _config(here: Opened, now: Instant, to: Path, listen: str, port: int, trust: str) -> Path:
    apps = [app for app in _services(here.in_force().apps) if app.radius is not None and not app.radius.openvpn]
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `limen radius openvpn` is asked to write, and where."""

    client: str
    to: Path
    remote: str
    network: str
    port: int
    trust: str
    is_for_people: bool


def _openvpn(here: Opened, now: Instant, asked: _Asked) -> Path:
    kind, client = "vpn" if asked.is_for_people else "wifi", _network(asked.client)
    apps = [app for app in _services(here.in_force().apps) if _asks_by_openvpn(app, client, kind)]
    if len(apps) != 1:
        raise LimenError(
            f"{'two apps have' if apps else 'no app has'} this client as an OpenVPN server of the kind {kind}",
            "write it into one app's `radius:`, with `openvpn: true`, and publish that",
        )
    try:
        tunnels = IPv4Network(asked.network)
    except ValueError:
        raise LimenError(f"{asked.network[:40]!r} is no network", "write it as 10.8.0.0/24") from None
    keyring, settings = here.keyring(), here.settings

    def made(transaction: Transaction) -> tuple[str, Authority]:
        secret = service.secrets_of(transaction, keyring).get(client)
        secret = secret or service.make_secret(transaction, keyring, client, now, SERVER)
        return secret, AUTHORITY.kept(transaction, keyring, now, settings.name)

    secret, authority = here.database.write(made)
    name = f"openvpn.{urlsplit(settings.public_url).hostname or ''}"
    certificate, key = certified(authority, name, now)
    openvpn_configuration.write(
        OpenVpnServer(
            folder=asked.to,
            url=settings.public_url,
            client=client,
            secret=secret,
            asks="person" if asked.is_for_people else "device",
            name=name,
            certificate=certificate,
            key=key,
            devices=authority.certificate,
            remote=asked.remote or name,
            network=tunnels,
            port=asked.port,
            trusts=asked.trust,
        )
    )
    return asked.to


def _asks_by_openvpn(app: App, client: str, kind: str) -> bool:
    return app.radius is not None and app.radius.openvpn and app.radius.kind == kind and client in app.radius.networks


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
