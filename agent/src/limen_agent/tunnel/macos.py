"""The tunnel on macOS: wireguard-go, ifconfig and route, and names by files of resolver(5).

Written after the manuals of those tools; tried on recorded outputs, and not on the system.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from limen_agent.errors import AgentError
from limen_agent.tunnel import wireguard_go
from limen_agent.tunnel.interface import MTU, peer_lines
from limen_agent.tunnel.key import TunnelKey
from limen_agent.tunnel.told import Network, Way
from limen_agent.tunnel.tools import Run, run

RESOLVERS: Final = Path("/etc/resolver")
OURS: Final = "# limen-agent connect\n"
"""How a file begins that is ours, also one that was left behind."""


class MacInterface:
    """See `interface.Interface`. The system numbers the interface: utun4."""

    def __init__(
        self,
        name: str,
        key: TunnelKey,
        way: Way,
        endpoint: str,
        do: Run = run,
        make: Callable[[str], tuple[str, wireguard_go.Process]] | None = None,
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
        wireguard_go.end(self._process)

    def _forget(self) -> None:
        for file in self._files:
            file.unlink(missing_ok=True)
        if self._files:
            self._flush()
        self._files.clear()

    def _flush(self) -> None:
        with suppress(AgentError):
            self._run("dscacheutil", "-flushcache")


def _made(name: str) -> tuple[str, wireguard_go.Process]:
    """wireguard-go, and the name it has from the system. Raises AgentError."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "name"
        process = wireguard_go.begun(
            name, lambda: told.exists() and bool(told.read_text().strip()), WG_TUN_NAME_FILE=str(told)
        )
        return told.read_text().strip()[:15], process
