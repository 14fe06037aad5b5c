"""A real Samba in folders of its own, whose share Limen watches; somebody writes to it by Samba's own client."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.data.doors.patrolled import Patrolled, patrolled
from tests.data.doors.protecting import OwnProtection
from tests.interop.real_apps import absent
from tests.ports import free_port

from limen.data.doors.recipes import samba
from limen.data.doors.samba_audit import SambaAudit

SMBD = Path("/usr/sbin/smbd")
IS_HERE = SMBD.exists() and os.geteuid() == 0
WHO, PASSWORD = "games", "a password of the tests"
"""A user that every Debian has."""
CONFIGURATION = """[global]
workgroup = HARBOR
server role = standalone server
interfaces = lo
bind interfaces only = yes
smb ports = {port}
disable netbios = yes
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}/lock
pid directory = {folder}/pid
ncalrpc dir = {folder}/ncalrpc
log file = {folder}/log
log level = 1
debug timestamp = no
passdb backend = tdbsam:{folder}/private/passdb.tdb
load printers = no
printcap name = /dev/null
[sales]
path = {share}
read only = no
full_audit:syslog = no
"""
"""`full_audit:syslog = no`: there is no syslog here, so that what it says stands in the log of smbd."""


@dataclass
class SambaWorld:
    share: Patrolled
    configuration: Path
    port: int

    async def do(self, *commands: str) -> str:
        """What Samba's client says to these."""
        process = await asyncio.create_subprocess_exec(
            *("smbclient", "//127.0.0.1/sales", "-p", str(self.port), "-s", str(self.configuration)),
            *("-U", f"{WHO}%{PASSWORD}", "-c", ";".join(commands)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return said.decode()


@asynccontextmanager
async def samba_world(folder: Path, protection: OwnProtection, **about: Any) -> AsyncIterator[SambaWorld]:
    if not IS_HERE:
        absent(
            "SAMBA IS NOT INSTALLED, OR THIS IS NOT ROOT: no real share was watched (apt-get install samba smbclient)"
        )
    import pwd

    port = free_port()
    configuration = _write(folder, port)
    audit, names = SambaAudit(folder / "log"), {"user_of": lambda uid: pwd.getpwuid(uid).pw_name}
    async with patrolled(folder, protection, audit=audit, **names, **about) as share:
        share.root.chmod(0o777)
        process = await asyncio.create_subprocess_exec(
            *(str(SMBD), "-F", "--no-process-group", "-s", str(configuration)),
            start_new_session=True,  # it ends its whole group with itself
        )
        world = SambaWorld(share, configuration, port)
        try:
            await _answers(port)
            yield world
        finally:
            process.terminate()
            await asyncio.wait_for(process.wait(), 60)


def _write(folder: Path, port: int) -> Path:
    for name in ("private", "state", "cache", "lock", "pid", "ncalrpc"):
        (folder / name).mkdir()
    for each in (folder, *folder.parents):  # Samba reads and writes with the rights of who is signed in
        with suppress(OSError):
            each.chmod(each.stat().st_mode | 0o055)
    path = folder / "smb.conf"
    path.write_text(CONFIGURATION.format(folder=folder, port=port, share=folder / "share") + samba())
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    subprocess.run(
        ["smbpasswd", "-c", str(path), "-a", "-s", WHO], input=twice, text=True, check=True, capture_output=True
    )
    return path


async def _answers(port: int) -> None:
    for _ in range(400):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise AssertionError("smbd did not start")
