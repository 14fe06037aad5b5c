"""The tunnel on Windows: WireGuard for Windows as a service, and names by the Name Resolution Policy Table.

Written after the vendors' documentation of those tools; tried on recorded outputs, and not on the system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from limen_agent.errors import AgentError
from limen_agent.tunnel.interface import MTU, peer_lines
from limen_agent.tunnel.key import TunnelKey
from limen_agent.tunnel.told import Network, Way
from limen_agent.tunnel.tools import Run, run

USUAL: Final = "limen0"
COMMENT: Final = "limen-agent connect"
_NAME: Final = re.compile(r"[A-Za-z0-9_=+.-]{1,32}")
"""What WireGuard for Windows takes for a tunnel's name."""
_POWERSHELL: Final = ("powershell.exe", "-NoProfile", "-NonInteractive", "-Command")
_FORGET: Final = (
    f"Get-DnsClientNrptRule | Where-Object {{ $_.Comment -eq '{COMMENT}' }} | Remove-DnsClientNrptRule -Force;"
    " Clear-DnsClientCache"
)


class WindowsInterface:
    """See `interface.Interface`. The service is begun once it is known where it leads. Its configuration, with the
    key, is a file of the agent's state while it runs.
    """

    def __init__(self, name: str, key: TunnelKey, way: Way, endpoint: str, state: Path, do: Run = run) -> None:
        self.interface, self._key, self._way, self._endpoint, self._run = name or USUAL, key, way, endpoint, do
        if not _NAME.fullmatch(self.interface):
            raise AgentError(f"{self.interface!r} can't be a tunnel's name", "choose another: --interface limen0")
        self._families = {6 if ":" in one else 4 for one in way.addresses}
        self._file = state / f"{self.interface}.conf"
        self._is_up = self._has_names = False

    def lead(self, routes: Iterable[Network]) -> None:
        """WireGuard for Windows makes the routes of what is allowed (its `AllowedIPs`)."""
        wanted = [one for one in routes if one.version in self._families]
        lines = [
            "[Interface]",
            f"PrivateKey = {self._key.private}",
            f"Address = {', '.join(self._way.addresses)}",
            f"MTU = {MTU}",
            *peer_lines(self._way, self._endpoint, wanted),
        ]
        self._is_up = True
        self._file.write_text("\r\n".join(lines) + "\r\n")
        self._run("wireguard.exe", "/installtunnelservice", str(self._file))

    def name(self, names: Mapping[str, Sequence[str]], resolvers: Sequence[str]) -> str:
        """By a rule for each (`Add-DnsClientNrptRule`); those that were left behind go first."""
        servers = ",".join(f"'{one}'" for one in resolvers)
        rules = (
            f"Add-DnsClientNrptRule -Namespace '{one}' -NameServers {servers} -Comment '{COMMENT}'" for one in names
        )
        try:
            self._has_names = True
            self._run(*_POWERSHELL, f"$ErrorActionPreference = 'Stop'; {_FORGET}; {'; '.join(rules)}")
        except AgentError as error:
            self._forget()
            return error.what
        return ""

    def close(self) -> None:
        self._forget()
        if self._is_up:
            self._is_up = False
            self._file.unlink(missing_ok=True)
            self._run("wireguard.exe", "/uninstalltunnelservice", self.interface)

    def _forget(self) -> None:
        if self._has_names:
            with suppress(AgentError):
                self._run(*_POWERSHELL, _FORGET)
            self._has_names = False
