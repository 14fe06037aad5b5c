"""The tunnel on this machine: an interface, its peer, and routes to what is open. All of it goes with the interface."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.tools import TOOLS_IN, find_tool
from limen_agent.errors import AgentError
from limen_agent.printable import one_line
from limen_agent.tunnel.key import TunnelKey
from limen_agent.tunnel.told import Network, Way

MTU: Final = "1420"
"""What is left of 1,500 bytes in a tunnel over IPv6."""
TOOL_S: Final = 10.0
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,14}")


class Interface:
    """A tunnel that is there until `close`. Raises AgentError where it can't be made: then nothing of it is left."""

    def __init__(self, name: str, key: TunnelKey, way: Way, endpoint: str) -> None:
        if not _NAME.fullmatch(name):
            raise AgentError(f"{name!r} can't be an interface's name", "choose another: --interface limen0")
        if _is_there(name):
            raise AgentError(f"{name} is there already", "end what uses it, or choose another: --interface limen1")
        self.name, self._key, self._way, self._endpoint = name, key, way, endpoint
        self._process: subprocess.Popen[bytes] | None = None
        self._families = {6 if ":" in one else 4 for one in way.addresses}
        try:
            self._make()
            for one in way.addresses:
                _run("ip", "address", "add", one, "dev", name, *(["nodad"] if ":" in one else []))
            _run("ip", "link", "set", name, "mtu", MTU, "up")
        except BaseException:
            self.close()
            raise

    def lead(self, routes: Iterable[Network]) -> None:
        """Send what goes to these networks through the tunnel. A route that is there already stays as it is."""
        wanted = [str(one) for one in routes if one.version in self._families]
        lines = ["[Interface]", f"PrivateKey = {self._key.private}", "[Peer]", f"PublicKey = {self._way.key}"]
        lines += [f"Endpoint = {self._endpoint}", f"AllowedIPs = {', '.join(wanted)}", "PersistentKeepalive = 25"]
        _run("wg", "syncconf", self.name, "/dev/stdin", given="\n".join(lines) + "\n")
        for route in wanted:
            _run("ip", "route", "add", route, "dev", self.name)

    def close(self) -> None:
        """Its routes go with it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(TOOL_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        elif _is_there(self.name):
            _run("ip", "link", "delete", self.name)

    def _make(self) -> None:
        """By the kernel, and where that can't, by wireguard-go, which ends with this program."""
        with suppress(AgentError):
            _run("ip", "link", "add", self.name, "type", "wireguard")
        if _is_there(self.name):
            return
        tool = _tool("wireguard-go")
        self._process = subprocess.Popen(  # noqa: S603 -- a tool of the system, a checked name
            [tool, "-f", self.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.pathsep.join(TOOLS_IN), "WG_PROCESS_FOREGROUND": "1"},
            start_new_session=True,
        )
        until = time.monotonic() + TOOL_S
        while not _answers(self.name):
            if self._process.poll() is not None or time.monotonic() > until:
                raise AgentError("wireguard-go made no tunnel", "run this as root, where /dev/net/tun is there")
            time.sleep(0.05)


def address_of(host: str) -> str:
    """The address of the tunnel's end now. Raises AgentError."""
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])
    except OSError:
        raise AgentError(f"{one_line(host, 100)} has no address", "see whether you are online") from None


def _is_there(name: str) -> bool:
    try:
        return bool(socket.if_nametoindex(name))
    except OSError:
        return False


def _answers(name: str) -> bool:
    try:
        _run("wg", "show", name)
    except AgentError:
        return False
    return True


def _tool(name: str) -> str:
    try:
        return find_tool(name)
    except UndeterminedError:
        packages = {"wg": "wireguard-tools", "ip": "iproute2"}
        raise AgentError(f"{name} is missing", f"install {packages.get(name, name)}") from None


def _run(tool: str, *words: str, given: str = "") -> str:
    """What a tool of the system says. Raises AgentError. Secrets are given, and never words."""
    done = subprocess.run(  # noqa: S603 -- a tool of the system, checked words
        [_tool(tool), *words],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=TOOL_S,
        env={"PATH": os.pathsep.join(TOOLS_IN), "LC_ALL": "C"},
    )
    if done.returncode:
        raise AgentError(f"{tool} {' '.join(words[:3])}: {one_line(done.stderr.strip(), 200)}", "run this as root")
    return done.stdout
