from __future__ import annotations

import socket
from pathlib import Path

from tests.doctor.scene import app, outside, setup

from limen.doctor.names import names
from limen.finding import State

APPS = [app("http://127.0.0.1:1", f"app{number}") for number in range(50)]


def resolving(default: object, **by_name: object):
    async def resolve(name: str) -> tuple[str, ...]:
        found = by_name.get(name.split(".", maxsplit=1)[0], default)
        if isinstance(found, int):
            raise socket.gaierror(found, "no")
        return (str(found),)

    return outside(resolve=resolve)


async def test_a_missing_wildcard_record_is_named_once(tmp_path: Path) -> None:
    nowhere = resolving(socket.EAI_NONAME, limen="127.0.0.1")
    missing, fine = await names(setup(tmp_path, *APPS, outside_=nowhere))
    assert missing.state is State.WRONG
    assert "50 of 51 hosts have no address in DNS: app0.harbor.example" in missing.what
    assert "`*.harbor.example. A 10.0.0.5`" in missing.fix
    assert fine.state is State.OK


async def test_one_missing_name_and_a_silent_resolver_are_told_apart(tmp_path: Path) -> None:
    mixed = resolving("127.0.0.1", app1=socket.EAI_NONAME, app2=socket.EAI_AGAIN)
    one, silent, _ = await names(setup(tmp_path, *APPS, outside_=mixed))
    assert one.what == "app1.harbor.example has no address in DNS"
    assert "resolver doesn't answer for app2.harbor.example" in silent.what


async def test_names_that_lead_elsewhere_are_told_unless_a_router_may_pass_them_on(tmp_path: Path) -> None:
    astray, _ = await names(setup(tmp_path, *APPS, outside_=resolving("127.0.0.1", app1="10.9.9.9")))
    assert astray.state is State.WARNING
    assert astray.what.startswith("app1.harbor.example points to 10.9.9.9")
    trusted = setup(tmp_path, *APPS, outside_=resolving("10.9.9.9"), listen={"trusted_proxies": ("10.9.9.9/32",)})
    assert [one.state for one in await names(trusted)] == [State.OK]
    (routed,) = await names(setup(tmp_path, *APPS, outside_=resolving("8.8.8.8")))
    assert routed.state is State.OK
    assert "your router has to forward it" in routed.what


async def test_localhost_is_fine_for_trying(tmp_path: Path) -> None:
    trying = setup(tmp_path, url="http://limen.harbor.localhost:8080")
    (found,) = await names(trying)
    assert found.state is State.OK
