"""Harbor's folder, and a copy of it on ports that are free on this machine."""

from __future__ import annotations

import random
import re
import shutil
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from limen.errors import LimenError

UPSTREAM_PORTS: Final = range(9101, 9109)
PORT, CHECK_PORT = 8080, 8081
_OTHERS: Final = range(20_000, 32_000)
"""Ports that no system gives to an outgoing connection, which could take one before the demo listens on it."""
_IGNORED: Final = shutil.ignore_patterns("data", ".git")


def folder() -> Path:
    """Where Harbor is described: beside this package in a wheel, under `examples` in the repository."""
    packed = Path(__file__).parent / "harbor"
    return packed if packed.is_dir() else Path(__file__).parents[3] / "examples" / "harbor"


@dataclass(frozen=True, slots=True)
class Step:
    """A line of `day.yaml`: what somebody asks for, or does, at a time of day. `test` names the policy test."""

    at: str
    who: str
    does: str = "ask"
    app: str = ""
    method: str = "GET"
    path: str = "/"
    test: str = ""
    factors: str = ""
    address: str = ""
    door: str = "gateway"


def read_day(root: Path) -> list[Step]:
    """The day's steps in their order. The file is the demo's own."""
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy

    rows: list[dict[str, Any]] = YAML(typ="safe").load((root / "day.yaml").read_text("utf-8"))
    return [Step(**{("address" if name == "from" else name): value for name, value in row.items()}) for row in rows]


def copy_to(target: Path, *, prefer_usual_ports: bool, port: int = 0) -> dict[int, int]:
    """Copy Harbor to `target`, listening on free ports: the usual ones where they are free and preferred.

    `port` is the one for browsers, and must be free. Returns the port that stands for each usual one.
    Raises LimenError.

    The demo's people stand behind a front on this machine, so loopback is a trusted hop there; the folder itself
    trusts nobody.
    """
    shutil.copytree(folder(), target, ignore=_IGNORED, dirs_exist_ok=True)
    usual = [PORT, CHECK_PORT, *UPSTREAM_PORTS]
    wanted = usual if prefer_usual_ports else [0] * len(usual)
    ports = dict(zip(usual, _free_ports([port or wanted[0], *wanted[1:]]), strict=True))
    if port and ports[PORT] != port:
        raise LimenError(
            f"port {port} is in use on this machine", "stop whatever is listening there, or choose another --port"
        )

    def moved(match: re.Match[str]) -> str:
        return f":{ports.get(int(match[1]), int(match[1]))}"

    for name in ("limen.toml", "apps.yaml"):
        file = target / name
        file.write_text(re.sub(r":(\d{4,5})\b", moved, file.read_text("utf-8")), "utf-8")
    with (target / "limen.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            f'\n[listen]\naddress = "127.0.0.1:{ports[PORT]}"\ncheck = "127.0.0.1:{ports[CHECK_PORT]}"\n'
            'trusted_proxies = ["127.0.0.0/8"]\n'
        )
    return ports


def _free_ports(wanted: list[int]) -> list[int]:
    """For each wanted port itself where it is free, else another; 0 asks for any. All of them differ."""
    held: list[socket.socket] = []
    try:
        return [_hold(port, held) for port in wanted]
    finally:
        for each in held:
            each.close()


def _hold(port: int, held: list[socket.socket]) -> int:
    for attempt in [port] * bool(port) + random.sample(_OTHERS, 100):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.append(one)
        with suppress(OSError):
            one.bind(("127.0.0.1", attempt))
            return attempt
    raise LimenError("no port is free on this machine", "end some of what listens on it")
