"""A system whose tools answer as recorded: what was asked of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network

from limen_agent.errors import AgentError
from limen_agent.tunnel.key import TunnelKey
from limen_agent.tunnel.told import Way

KEY = TunnelKey(bytes(range(32)))
WAY = Way(KEY.public, "vpn.harbor.example", 51_820, ("10.99.0.7", "fd00:99::7"), ("10.99.0.1", "fd00:99::1"))
ENDPOINT = "198.51.100.1:51820"
ROUTES = tuple(map(ip_network, ("10.21.0.4/32", "fd00:21::/64")))
NAMES = {"erp.harbor.internal": ("10.21.0.4",), "books.harbor.internal": ("10.21.0.4",)}


@dataclass
class Recorded:
    """By the beginning of a command what it says, or how it fails. Others say nothing."""

    says: Mapping[str, str | AgentError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    def __call__(self, tool: str, *words: str, given: str = "") -> str:
        command = " ".join((tool, *words))
        self.asked.append(command)
        if given:
            self.given.append(given)
        for begins, said in self.says.items():
            if command.startswith(begins):
                if isinstance(said, AgentError):
                    raise said
                return said
        return ""


@dataclass
class Running:
    """A program that was started, and whether it still runs."""

    is_running: bool = True

    def terminate(self) -> None:
        self.is_running = False

    kill = terminate

    def wait(self, timeout: float | None = None) -> int:
        assert not self.is_running
        return 0
