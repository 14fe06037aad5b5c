"""What asks by RADIUS: each client has a secret, one app each tells them apart, and a RADIUS server knows Limen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.enforcement.radius import store
from limen.facts import App
from limen.finding import Finding, State
from limen.storage import Snapshot

NAME: Final = "networks"


@dataclass(frozen=True, slots=True)
class _Kept:
    clients: frozenset[str]
    has_server: bool


async def networks(setup: Setup) -> list[Finding]:
    """It reads which secrets there are, and none of them."""
    apps = [app for app in setup.apps if app.radius is not None]
    if not apps:
        return [Finding(NAME, State.SKIPPED, "no app asks by RADIUS")]
    kept = await aside(lambda: _kept(setup))
    found = [*_shared(apps), *_uncertified(setup, apps)]
    if kept is not None:
        found += _without_secret(apps, kept)
        if not kept.has_server and any(app.radius is not None and not app.radius.openvpn for app in apps):
            what = "no RADIUS server was configured yet, so nobody is let in"
            found.append(Finding(NAME, State.WARNING, what, "run `limen radius config`, and start FreeRADIUS"))
    return found or [Finding(NAME, State.OK, f"{len(apps)} apps ask by RADIUS, and each client has its secret")]


def _kept(setup: Setup) -> _Kept | None:
    """None where the database can't be read."""

    def read(snapshot: Snapshot) -> _Kept:
        return _Kept(frozenset(store.clients(snapshot.connection)), store.has_servers(snapshot.connection))

    return setup.kept(read, _Kept(frozenset(), has_server=False))


def _without_secret(apps: list[App], kept: _Kept) -> Iterator[Finding]:
    """An OpenVPN server's is made with all that it needs."""
    wanted = {network: app for app in apps if app.radius is not None for network in app.radius.networks}
    for network, app in sorted(wanted.items()):
        if network in kept.clients or app.radius is None:
            continue
        what = f"{network} of {app.name} has no secret"
        if not app.radius.openvpn:
            yield Finding(NAME, State.WRONG, what, f"run `limen radius secret {network}`", app.id)
        elif app.radius.kind == "vpn":
            yield Finding(NAME, State.WRONG, what, f"run `limen radius openvpn --people {network}`", app.id)
        else:
            yield Finding(NAME, State.WRONG, what, f"run `limen radius openvpn {network}`", app.id)


def _shared(apps: list[App]) -> list[Finding]:
    """Where one client asks for two apps in the same way, nobody is let into either."""
    seen: dict[tuple[str, bool, bool], App] = {}
    found = []
    for app in apps:
        if app.radius is None:
            continue
        for network in sorted(app.radius.networks):
            other = seen.setdefault((network, app.radius.kind == "wifi", app.radius.openvpn), app)
            if other is not app:
                what = f"{network} asks for {other.name} and for {app.name}: nobody is let into either"
                found.append(Finding(NAME, State.WRONG, what, "name each client in one app", app.id))
    return found


def _uncertified(setup: Setup, apps: list[App]) -> list[Finding]:
    wifi = [app for app in apps if app.radius is not None and app.radius.kind == "wifi"]
    if not wifi or setup.settings.listen.certificate_domain:
        return []
    what = f"devices get no certificates, so none can join {wifi[0].name}"
    return [Finding(NAME, State.WRONG, what, "set `certificate_domain` under [listen]", wifi[0].id)]
