"""The doctor looks at what asks by RADIUS."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.doctor.scene import setup

from limen.doctor.networks import networks
from limen.doctor.setup import Setup
from limen.enforcement.radius import service
from limen.facts import App, Label
from limen.facts.radius_service import RadiusService
from limen.finding import State
from limen.pillars import pillars
from limen.settings import Listen
from limen.storage import Database, Keyring


def of(folder: Path, *services: RadiusService, domain: str = "device.harbor.example") -> Setup:
    apps = tuple(
        App(f"app{number}", f"App {number}", "", None, Label.INTERNAL, radius=one)  # type: ignore[arg-type]
        for number, one in enumerate(services)
    )
    found = setup(folder)
    settings = found.settings.model_copy(update={"listen": Listen(certificate_domain=domain)})
    return replace(found, apps=apps, settings=settings)


def with_secret(folder: Path, *clients: str) -> None:
    pillars()  # whose events are said
    database = Database.open(folder / "data" / "limen.db")
    keyring = Keyring.open(database, bytes(32))
    for client in clients:
        database.write(lambda at, client=client: service.make_secret(at, keyring, client, 1, "server"))  # type: ignore[misc]
    database.write(lambda at: service.make_server(at, 1, "server"))
    database.close()


WIFI = RadiusService("wifi", ("10.0.0.0/24",))
GEAR = RadiusService("gear", ("10.0.0.0/24",))


async def test_nothing_asks(tmp_path: Path) -> None:
    (found,) = await networks(of(tmp_path))
    assert found.state is State.SKIPPED


async def test_what_is_whole_is_fine_and_certificates_do_not_take_the_place_of_names(tmp_path: Path) -> None:
    with_secret(tmp_path, "10.0.0.0/24")
    (found,) = await networks(of(tmp_path, WIFI, GEAR))
    assert found.state is State.OK


async def test_a_client_without_a_secret_and_no_server_are_said(tmp_path: Path) -> None:
    found = await networks(of(tmp_path, WIFI))
    assert [(one.state, one.fix) for one in found] == [
        (State.WRONG, "run `limen radius secret 10.0.0.0/24`"),
        (State.WARNING, "run `limen radius config`, and start FreeRADIUS"),
    ]


async def test_an_openvpn_server_needs_its_secret_and_no_freeradius(tmp_path: Path) -> None:
    devices, people = (RadiusService(kind, ("10.0.0.5",), openvpn=True) for kind in ("wifi", "vpn"))
    assert [one.fix for one in await networks(of(tmp_path, devices))] == ["run `limen radius openvpn 10.0.0.5/32`"]
    assert [one.fix for one in await networks(of(tmp_path, people))] == [
        "run `limen radius openvpn --people 10.0.0.5/32`"
    ]
    with_secret(tmp_path, "10.0.0.5/32")
    (found,) = await networks(of(tmp_path, devices, people, replace(devices, openvpn=False)))
    assert found.state is State.OK


async def test_two_apps_of_one_client_and_devices_without_certificates_are_wrong(tmp_path: Path) -> None:
    with_secret(tmp_path, "10.0.0.0/24", "10.0.0.1")
    found = await networks(of(tmp_path, WIFI, replace(WIFI, clients=("10.0.0.1", "10.0.0.0/24")), domain=""))
    assert [(one.state, one.where) for one in found] == [(State.WRONG, "app1"), (State.WRONG, "app0")]
