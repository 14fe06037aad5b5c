# ruff: noqa: ASYNC220 -- each of these tests has its event loop to itself
"""Broken set-ups, each really broken, and what the doctor says of them: the fault by its name, and the fix."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.company.company_folder import change, new_folder
from tests.doctor import scene
from tests.doctor.scene import PLENTY, SIGN_IN, Authority, answering, app, bad, dated, serving
from tests.doctor.test_database import HOLDS
from tests.ports import free_port

from limen.doctor import database as looking, http_client
from limen.doctor.examine import EXAMINATIONS, SECONDS, examinations, examine, examine_setup
from limen.doctor.machine import this_machine
from limen.doctor.setup import Setup
from limen.finding import Finding, State
from limen.storage import Database, Keyring, master_key


class Well:
    """A company that is served over https by a front it trusts, with an app over https; nothing is wrong with it."""

    def __init__(self, root: Path, authority: Authority, front: int, wiki: int) -> None:
        self.root = root
        self.authority = authority
        self.wiki = app(f"https://127.0.0.1:{wiki}", ca_file=str(authority.file))
        self.front = front

    def setup(self, *apps: Any, listen: dict[str, Any] | None = None, **outside: Any) -> Setup:
        return scene.setup(
            self.root,
            *(apps or (self.wiki,)),
            url=f"https://{SIGN_IN}:{self.front}",
            listen={"trusted_proxies": ("127.0.0.1/32",), **(listen or {})},
            outside_=scene.outside(
                **{"trust": lambda file: this_machine().trust(file or str(self.authority.file)), **outside}
            ),
        )

    async def found(self, *apps: Any, **changes: Any) -> list[Finding]:
        return bad(await examine_setup(self.setup(*apps, **changes)))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = new_folder(tmp_path_factory.mktemp("well"))
    database = Database.open(root / "data" / "limen.db")
    Keyring.open(database, master_key(root / "data" / "master.key", {}))
    database.close()
    return root


@pytest.fixture
async def well(company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Well]:
    monkeypatch.setattr(looking, "_BETWEEN_SECONDS", 0.005)
    monkeypatch.setattr(http_client, "ANSWER_SECONDS", 0.2)
    monkeypatch.setitem(EXAMINATIONS, "folder", _no_findings)  # a second each: it has its own test below
    authority = Authority(tmp_path)
    async with AsyncExitStack() as closing:
        front = await closing.enter_async_context(serving(tls=authority.serves("*.harbor.example")))
        wiki = await closing.enter_async_context(serving(answering(Date=dated(0)), tls=authority.serves("127.0.0.1")))
        yield Well(company, authority, front, wiki)


_NOT_SET_UP = {
    "folder",
    "sign-in services",
    "places",
    "networks",
    "accounts at apps",
    "shared signals",
    "signals of others",
    "directories",
    "ssh hosts",
    "sealing",
}


async def _no_findings(_setup: Setup) -> list[Finding]:
    return []


def the(findings: list[Finding], name: str, what: str, fix: str) -> Finding:
    """The one thing that was found."""
    (found,) = findings
    assert (found.name, what in found.what, fix in found.fix) == (name, True, True), found
    return found


async def test_a_healthy_set_up_alarms_nobody(well: Well) -> None:
    findings = await examine_setup(well.setup())
    assert bad(findings) == []
    fine = {one.name for one in findings if one.state is State.OK}
    assert fine - {"reading documents"} == set(EXAMINATIONS) - _NOT_SET_UP


@pytest.mark.parametrize(
    ("names", "days", "own", "what", "fix"),
    [
        (["127.0.0.1"], (-90, -3), False, "its certificate expired on", "renew the app's certificate"),
        (["10.0.0.99"], (-1, 90), False, "is for 10.0.0.99, not for 127.0.0.1", "server_name"),
        (["127.0.0.1"], (-1, 90), True, "self-signed", "ca_file"),
    ],
)
async def test_1_to_3_an_app_with_a_broken_certificate(
    well: Well, names: list[str], days: tuple[float, float], own: bool, what: str, fix: str
) -> None:
    async with serving(tls=well.authority.serves(*names, days=days, own=own)) as port:
        broken = app(f"https://127.0.0.1:{port}", ca_file=str(well.authority.file))
        the(await well.found(broken), "apps", what, fix)


async def test_4_an_app_whose_authority_nobody_named(well: Well, tmp_path: Path) -> None:
    theirs = Authority(tmp_path / "theirs", "Somebody Else CA")
    async with serving(tls=theirs.serves("127.0.0.1")) as port:
        broken = app(f"https://127.0.0.1:{port}", ca_file=str(well.authority.file))
        the(await well.found(broken), "apps", "an authority that this machine doesn't trust", "ca_file")


async def test_5_an_app_that_hangs(well: Well, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client.ask, "__defaults__", (0.1,))
    async with serving(None) as port:
        the(await well.found(app(f"http://127.0.0.1:{port}")), "apps", "doesn't respond within seconds", "overloaded")


async def test_6_a_port_that_another_process_has_taken(well: Well) -> None:
    holds = "import socket, sys; s = socket.create_server(('127.0.0.1', 0))"
    holds += "; print(s.getsockname()[1], flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        found = await well.found(listen={"address": f"127.0.0.1:{port}"})
    finally:
        process.communicate("", timeout=10)
    assert str(process.pid) in the(found, "ports", "is used by python", "choose another port").what


async def test_7_names_that_nobody_knows(well: Well) -> None:
    async def resolve(name: str) -> tuple[str, ...]:
        if name.endswith(".example"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return (name,)

    the(await well.found(resolve=resolve), "names", "2 of 2 hosts have no address", "`*.harbor.example. A 10.0.0.5`")


async def test_8_a_clock_that_is_an_hour_off(well: Well) -> None:
    async with serving(answering(Date=dated(1))) as port:
        broken = app(f"http://127.0.0.1:{port}")
        found = await well.found(broken, is_clock_kept=lambda: False, own_addresses=lambda: frozenset({"10.0.0.5"}))
    the(found, "clock", "this machine's clock is 60 minutes behind", "timedatectl set-ntp true")


async def test_9_a_master_key_that_others_may_read(well: Well) -> None:
    key = well.root / "data" / "master.key"
    key.chmod(0o640)
    try:
        the(await well.found(), "keyring", "mode 0640", f"chmod 600 {key}")
    finally:
        key.chmod(0o600)


async def test_10_a_database_that_another_process_holds(well: Well) -> None:
    command = [sys.executable, "-c", HOLDS, str(well.root / "data" / "limen.db")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        found = await well.found(write_holder=this_machine().write_holder)
    finally:
        process.communicate("", timeout=10)
    the(found, "database", f"(pid {process.pid})", "stop what it is doing")


async def test_11_everybody_trusted_to_say_where_a_visitor_comes_from(well: Well) -> None:
    found = await well.found(listen={"trusted_proxies": ("0.0.0.0/0",)})
    the(found, "front", "4,294,967,296 addresses can claim", "list only the front's own address")


async def test_12_a_disk_that_is_nearly_full(well: Well) -> None:
    full = replace(PLENTY, free_bytes=50_000_000)
    the(await well.found(room=lambda _folder: full), "disk", "only 50.0 MB free", "free up space")


async def test_13_a_certificate_that_leaves_out_the_apps(well: Well) -> None:
    async with serving(tls=well.authority.serves(SIGN_IN)) as port:
        well.front = port
        the(await well.found(), "certificate", "wiki.harbor.example: its certificate is for", "*.harbor.example")


async def test_14_an_app_that_leads_in_a_circle(well: Well) -> None:
    async with serving(answering("301 Moved", Location="/")) as port:
        the(await well.found(app(f"http://127.0.0.1:{port}")), "apps", "form a loop", "X-Forwarded-Proto")


async def test_15_an_app_that_is_not_there(well: Well) -> None:
    the(await well.found(app(f"http://127.0.0.1:{free_port()}")), "apps", "nothing is listening at", "start the app")


async def test_16_a_folder_with_a_mistake(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    change(root, "limen.toml", 'time_zone = "UTC"', 'time_zone = "Mars"')
    heard: list[str] = []
    findings = await examine(root, heard.append, scene.outside())
    the([one for one in findings if one.is_wrong], "folder", "there is no time zone", "limen check")
    assert heard == []


async def test_what_takes_too_long_or_fails_hides_nothing_else(well: Well, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(_setup: Setup) -> list[Finding]:
        await asyncio.sleep(60)
        return []

    async def fails(_setup: Setup) -> list[Finding]:
        raise RuntimeError("secret words")

    monkeypatch.setitem(EXAMINATIONS, "names", hangs)
    monkeypatch.setitem(EXAMINATIONS, "disk", fails)
    heard: list[str] = []
    findings = await examine_setup(well.setup(), heard.append, seconds=0.8)
    skipped = {one.name: one.what for one in findings if one.state is State.SKIPPED}
    assert "took too long" in skipped["names"]
    assert skipped["disk"] == "this check failed: RuntimeError"
    assert "keyring" in {one.name for one in findings if one.state is State.OK}
    assert sorted(heard) == sorted(examinations())
    assert SECONDS < 15
    assert "secret words" not in str(findings)
