"""Ports: free for Limen, held by Limen itself, or in use by another program."""

from __future__ import annotations

import errno
import stat
from pathlib import Path
from typing import Final

from limen.doctor.environment import Process
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.finding import Finding, State

NAME: Final = "ports"


async def listening(setup: Setup) -> list[Finding]:
    """The port for browsers, and those of the check server and of health. Behind its own front Limen has a socket."""
    listen = setup.settings.listen
    running = setup.limen
    https = setup.settings.https
    meant = [("" if https.is_on else listen.address, "browsers"), (listen.check, "the check server")]
    meant.append((listen.health, "health and metrics"))
    places = [(place, use) for place, use in meant if place]
    if https.is_on and https.listen:
        host = f"[{https.listen[0]}]" if https.listen[0].version == 6 else str(https.listen[0])
        ports = [(https.port, "https"), *([(https.http_port, "plain http")] if https.http_port else [])]
        places += [(f"{host}:{port}", f"the front's {use}") for port, use in ports]
    return await aside(lambda: [_look(setup, place, use, running) for place, use in places])


def _look(setup: Setup, place: str, use: str, running: Process | None) -> Finding:
    if place.startswith("unix:"):
        return _socket(Path(place.removeprefix("unix:")), use, running)
    host, _, port = place.rpartition(":")
    host = host.strip("[]")
    host = "127.0.0.1" if host == "localhost" else host
    try:
        setup.outside.try_port(host, int(port))
    except OSError as error:
        return _refused(setup, error, host, int(port), use, running)
    if running is not None and not use.startswith("the front"):
        what = f"Limen runs ({running}), but nothing is listening on {place} for {use}"
        return Finding(NAME, State.WARNING, what, "restart it if [listen] was changed since it started", place)
    return Finding(NAME, State.OK, f"{place} is free for {use}", where=place)


def _refused(setup: Setup, error: OSError, host: str, port: int, use: str, running: Process | None) -> Finding:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        holder = setup.outside.holder(host, port)
        ours = {one.pid for one in (running, setup.front) if one is not None}  # a front's listener is its child
        if running is not None and (holder is None or ours & {holder.pid, holder.parent}):
            return Finding(NAME, State.OK, f"Limen listens on {place} for {use}", where=place)
        who = str(holder) if holder else "a process of another user"
        fix = "stop it, or choose another port under [listen] in limen.toml"
        if holder is None:
            fix += f"; `sudo ss -ltnp 'sport = :{port}'` shows it"
        return Finding(NAME, State.WRONG, f"{place}, needed for {use}, is used by {who}", fix, place)
    if error.errno in {errno.EACCES, errno.EPERM}:
        fix = "give Limen's service the capability (AmbientCapabilities=CAP_NET_BIND_SERVICE), or use a port above 1023"
        return Finding(NAME, State.WRONG, f"this user isn't allowed to listen on {place} for {use}", fix, place)
    if error.errno == errno.EADDRNOTAVAIL:
        fix = "use an address that `ip address` shows, under [listen] in limen.toml"
        return Finding(
            NAME, State.WRONG, f"{host} is not an address of this machine, so nothing can listen there", fix, place
        )
    why = error.strerror or type(error).__name__
    return Finding(NAME, State.WRONG, f"{place} can't be used for {use}: {why}", "choose another under [listen]", place)


def _socket(path: Path, use: str, running: Process | None) -> Finding:
    where = f"unix:{path}"
    try:
        found = path.stat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            fix = f"create the folder {path.parent}, or choose another under [listen]"
            return Finding(NAME, State.WRONG, f"the folder of the socket {path} doesn't exist", fix, where)
        return Finding(NAME, State.OK, f"{where} is free for {use}", where=where)
    except OSError as error:
        fix = "give Limen's user access to its folder"
        return Finding(NAME, State.WRONG, f"{where} can't be checked: {error.strerror}", fix, where)
    if not stat.S_ISSOCK(found.st_mode):
        fix = "move it away, or choose another under [listen]"
        return Finding(NAME, State.WRONG, f"{path} already exists and is not a socket", fix, where)
    if running is None:
        return Finding(NAME, State.OK, f"{where} is left over from before; Limen will reuse it", where=where)
    return Finding(NAME, State.OK, f"Limen listens on {where} for {use}", where=where)
