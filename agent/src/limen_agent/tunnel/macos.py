"""The tunnel on macOS: wireguard-go, ifconfig and route, and names by files of resolver(5).

Written after the manuals of those tools; tried on recorded outputs, and not on the system.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from limen_agent.errors import AgentError
from limen_agent.tunnel.interface import MTU, peer_lines
from limen_agent.tunnel.key import TunnelKey
from limen_agent.tunnel.told import Network, Way
from limen_agent.tunnel.tools import TOOL_S, Run, environment, run, tool_path

RESOLVERS: Final = Path("/etc/resolver")
OURS: Final = "# limen-agent connect\n"
"""How a file begins that is ours, also one that was left behind."""


class Process(Protocol):
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class MacInterface:
    """See `interface.Interface`. The system numbers the interface: utun4."""

    def __init__(
        self,
        name: str,
        key: TunnelKey,
        way: Way,
        endpoint: str,
        do: Run = run,
        make: Callable[[str], tuple[str, Process]] | None = None,
        resolvers: Path = RESOLVERS,
    ) -> None:
        self._key, self._way, self._endpoint, self._run, self._folder = key, way, endpoint, do, resolvers
        self._families = {6 if ":" in one else 4 for one in way.addresses}
        self._files: list[Path] = []
        self.interface, self._process = (make or _made)(name or "utun")
        try:
            for one in way.addresses:
                if ":" in one:
                    do("ifconfig", self.interface, "inet6", f"{one}/128", "alias")
                else:
                    do("ifconfig", self.interface, "inet", f"{one}/32", one, "alias")
            do("ifconfig", self.interface, "mtu", MTU, "up")
        except BaseException:
            self.close()
            raise

    def lead(self, routes: Iterable[Network]) -> None:
        wanted = [one for one in routes if one.version in self._families]
        lines = ["[Interface]", f"PrivateKey = {self._key.private}", *peer_lines(self._way, self._endpoint, wanted)]
        self._run("wg", "setconf", self.interface, "/dev/stdin", given="\n".join(lines) + "\n")
        for route in wanted:
            family = "-inet6" if route.version == 6 else "-inet"
            said = self._run("route", "-n", "add", family, str(route), "-interface", self.interface)
            if "File exists" in said:  # which route(8) says, and ends as if it had added it
                raise AgentError(f"route add {route}: File exists", "you are in a network of the same addresses")

    def name(self, names: Mapping[str, Sequence[str]], resolvers: Sequence[str]) -> str:
        """By a file for each (resolver(5)). A file that somebody else wrote stays as it is."""
        text = OURS + "".join(f"nameserver {one}\n" for one in resolvers)
        try:
            self._folder.mkdir(mode=0o755, exist_ok=True)
            for one in names:
                file = self._folder / one
                if file.is_symlink() or (file.exists() and not file.read_text(errors="replace").startswith(OURS)):
                    raise FileExistsError(0, "it is there already, and somebody else's", str(file))
                self._files.append(file)
                file.write_text(text)
                file.chmod(0o644)
        except OSError as error:
            self._forget()
            return f"{error.filename}: {error.strerror}"
        self._flush()
        return ""

    def close(self) -> None:
        """The system takes routes and addresses with the interface, and leaves files."""
        self._forget()
        self._process.terminate()
        try:
            self._process.wait(TOOL_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _forget(self) -> None:
        for file in self._files:
            file.unlink(missing_ok=True)
        if self._files:
            self._flush()
        self._files.clear()

    def _flush(self) -> None:
        with suppress(AgentError):
            self._run("dscacheutil", "-flushcache")


def _made(name: str) -> tuple[str, Process]:
    """wireguard-go, which ends with this program, and the name it has from the system. Raises AgentError."""
    tool = tool_path("wireguard-go")
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "name"
        process = subprocess.Popen(  # noqa: S603 -- a tool that root alone may change, a checked name
            [tool, "-f", name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**environment(), "WG_PROCESS_FOREGROUND": "1", "WG_TUN_NAME_FILE": str(told)},
            start_new_session=True,
        )
        until = time.monotonic() + TOOL_S
        while not told.exists() or not told.read_text().strip():
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                raise AgentError("wireguard-go made no tunnel", "run this as root: sudo limen-agent connect")
            time.sleep(0.05)
        return told.read_text().strip()[:15], process
