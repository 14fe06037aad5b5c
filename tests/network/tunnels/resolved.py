"""The real systemd-resolved on a laptop: with a bus and a /run of its own, in the laptop's network.

Where the system has none it is taken from the distribution's package, unpacked and never installed: installed, it would
take over the names of the machine that runs the tests.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.interop.real_apps import absent
from tests.interop.unpacked_package import unpacked

PACKAGE = "systemd-resolved"
_ACCOUNT = "systemd-resolve:x:59991:59991::/:/usr/sbin/nologin\n"
_SET_UP = """
set -e
cp -a /etc "$1/etc" && mount --bind "$1/etc" /etc
mount -t tmpfs -o mode=755 tmpfs /run
grep -q ^systemd-resolve: /etc/passwd || { echo "$3" >> /etc/passwd; echo "systemd-resolve:x:59991:" >> /etc/group; }
cp "$2"/usr/share/dbus-1/system.d/org.freedesktop.resolve1.conf /etc/dbus-1/system.d/
mkdir /run/dbus && install -d -o systemd-resolve -g systemd-resolve /run/systemd/resolve
echo is up
exec sleep infinity
"""


@dataclass(frozen=True)
class Resolved:
    """`inside` is the process whose mounts and network it has; `tools` where resolvectl is."""

    inside: int
    tools: str

    def words(self, *command: str) -> list[str]:
        return ["nsenter", "--target", str(self.inside), "--mount", "--net", *command]

    async def run(self, *command: str) -> str:
        """What a command says there. Meanwhile Limen goes on answering."""
        return await asyncio.to_thread(_said, *self.words(*command))

    async def finds(self, name: str) -> list[str]:
        """The addresses that programs of the laptop get."""
        said = await self.run(f"{self.tools}/resolvectl", "--legend=no", "query", "-4", name)
        return re.findall(rf"^{re.escape(name)}: ([0-9.]+) ", said, re.MULTILINE)


@contextmanager
def resolved(folder: Path, network: int) -> Iterator[Resolved]:
    """It runs in the network of this process. Skips loudly where it can't."""
    root = Path("/") if Path(f"/usr/lib/systemd/{PACKAGE}").exists() else unpacked(PACKAGE)
    folder.mkdir()
    words = ["nsenter", f"--net=/proc/{network}/ns/net", "unshare", "--mount", "--propagation", "private"]
    holder = subprocess.Popen(
        [*words, "sh", "-c", _SET_UP, "sh", str(folder), str(root), _ACCOUNT.strip()], stdout=subprocess.PIPE
    )
    running = [holder]
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"is up\n"
        one = Resolved(holder.pid, str(root / "usr/bin"))
        log = (folder / "log").open("ab")
        programs = (["dbus-daemon", "--system", "--nofork", "--nopidfile"], [f"{root}/usr/lib/systemd/{PACKAGE}"])
        running += [subprocess.Popen(one.words(*words), stdout=log, stderr=log) for words in programs]
        until = time.monotonic() + 10
        while "Global" not in (said := _said(*one.words(f"{one.tools}/resolvectl", "status"))):
            if time.monotonic() > until:
                absent(f"SYSTEMD-RESOLVED DID NOT START: names were not tried\n{said}\n{(folder / 'log').read_text()}")
            time.sleep(0.1)
        yield one
    finally:
        for process in reversed(running):
            process.kill()
            process.wait(timeout=60)


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr
