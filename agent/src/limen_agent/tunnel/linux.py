"""The tunnel on Linux: WireGuard of the kernel or wireguard-go, iproute2, and names by systemd-resolved."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from limen_agent.errors import AgentError
from limen_agent.tunnel import wireguard_go
from limen_agent.tunnel.interface import MTU, peer_lines
from limen_agent.tunnel.key import TunnelKey
from limen_agent.tunnel.told import Network, Way
from limen_agent.tunnel.tools import Run, run

USUAL: Final = "limen0"
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,14}")


class LinuxInterface:
    """See `interface.Interface`."""

    def __init__(self, name: str, key: TunnelKey, way: Way, endpoint: str, do: Run = run) -> None:
        name = name or USUAL
        if not _NAME.fullmatch(name):
            raise AgentError(f"{name!r} can't be an interface's name", "choose another: --interface limen0")
        if _is_there(name):
            raise AgentError(f"{name} is there already", "end what uses it, or choose another: --interface limen1")
        self.interface, self._key, self._way, self._endpoint, self._run = name, key, way, endpoint, do
        self._process: wireguard_go.Process | None = None
        self._families = {6 if ":" in one else 4 for one in way.addresses}
        try:
            self._make()
            for one in way.addresses:
                do("ip", "address", "add", one, "dev", name, *(["nodad"] if ":" in one else []))
            do("ip", "link", "set", name, "mtu", MTU, "up")
        except BaseException:
            self.close()
            raise

    def lead(self, routes: Iterable[Network]) -> None:
        wanted = [one for one in routes if one.version in self._families]
        lines = ["[Interface]", f"PrivateKey = {self._key.private}", *peer_lines(self._way, self._endpoint, wanted)]
        self._run("wg", "syncconf", self.interface, "/dev/stdin", given="\n".join(lines) + "\n")
        for route in wanted:
            self._run("ip", "route", "add", str(route), "dev", self.interface)

    def name(self, names: Mapping[str, Sequence[str]], resolvers: Sequence[str]) -> str:
        """By the domains of a link that only route questions (resolvectl(1), systemd-resolved.service(8)). They go with
        the interface.
        """
        for words in (
            ("dns", *resolvers),
            ("domain", *(f"~{one}" for one in names)),
            ("default-route", "no"),
            ("llmnr", "no"),
            ("mdns", "no"),
            ("dnsovertls", "no"),
            ("nta", *names),  # nobody has signed names that are the company's own
        ):
            try:
                self._run("resolvectl", words[0], self.interface, *words[1:])
            except AgentError as error:
                with suppress(AgentError):
                    self._run("resolvectl", "revert", self.interface)
                return f"systemd-resolved does not run here, or does not take them ({error.what})"
        return ""

    def close(self) -> None:
        if self._process is not None:
            wireguard_go.end(self._process)
        elif _is_there(self.interface):
            self._run("ip", "link", "delete", self.interface)

    def _make(self) -> None:
        """By the kernel, and where that can't, by wireguard-go."""
        with suppress(AgentError):
            self._run("ip", "link", "add", self.interface, "type", "wireguard")
        if _is_there(self.interface):
            return
        self._process = wireguard_go.begun(self.interface, self._answers)

    def _answers(self) -> bool:
        try:
            self._run("wg", "show", self.interface)
        except AgentError:
            return False
        return True


def _is_there(name: str) -> bool:
    try:
        return bool(socket.if_nametoindex(name))
    except OSError:
        return False
