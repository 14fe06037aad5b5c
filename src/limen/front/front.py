"""The front as a whole: started before Limen answers, told of new hosts, started again when it ends, ended with Limen.

One process watches over a front: whoever holds the lock in its folder. Where `limen front` does (its own service, so
that people see the outage page while Limen is down), `limen serve` only tells the running one what has changed.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from limen.clock import Clock
from limen.errors import LimenError
from limen.front import admin
from limen.front.caddy import ROOT_PATH, configuration, host_name
from limen.front.certificate import Pair, fingerprint, keep_pair, read_pair
from limen.front.child import Child
from limen.front.listener import Listener
from limen.front.places import Places, write_whole
from limen.front.program import find_program
from limen.settings import Settings

LOOK_SECONDS: Final = 1.0
"""How often new hosts and changed certificate files are looked for."""
AGAIN_SECONDS: Final = 30.0
"""How long a refused change waits for its next try."""
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 60.0
STEADY_SECONDS: Final = 60.0
"""After running this long, the next pause is the first again."""

_log: Final = logging.getLogger("limen.front")


@dataclass(frozen=True, slots=True)
class FrontStatus:
    """What stands after a start, to be said. `root` is the authority's certificate in mode internal, else None."""

    is_watched_here: bool
    root: Path | None
    root_fingerprint: str


class Front:
    """Caddy before Limen, for `hosts()`: asked again and again, so that a new app is reachable without a restart."""

    def __init__(
        self, settings: Settings, root: Path, places: Places, hosts: Callable[[], Iterable[str]], clock: Clock
    ) -> None:
        https = settings.https
        paths = {key: root / path for key in ("certificate", "key", "acme_ca_file") if (path := getattr(https, key))}
        self._settings = settings.model_copy(
            update={"https": https.model_copy(update={key: path.resolve() for key, path in paths.items()})}
        )
        self._places = places
        self._hosts = hosts
        self._clock = clock
        self._lock = -1
        self._child: Child | None = None
        self._loaded: frozenset[str] = frozenset()
        self._seen: tuple[tuple[int, int, int], ...] = ()
        self._again_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> FrontStatus:
        """Start the front, or tell the one that runs. Raises LimenError with what is in the way."""
        if self._settings.https.mode == "files":
            self._take_pair(is_start=True)
        self._loaded = frozenset(self._hosts())
        config = configuration(self._settings, self._loaded, self._places)
        if self._take_lock():
            program = find_program()
            await admin.stop(self._places.admin_socket)  # left over from a Limen that died hard
            self._write(config)
            listener = Listener(self._settings, self._places)
            self._tasks.append(asyncio.create_task(listener.run(), name="watch over the listener"))
            self._child = await Child.start(program, self._places)
            self._tasks.append(asyncio.create_task(self._watch_over(program), name="watch over the front"))
        else:
            await admin.load(self._places.admin_socket, config)
            self._write(config)
        self._tasks.append(asyncio.create_task(self._keep_told(), name="keep the front told"))
        return self._status()

    async def close(self) -> None:
        """End what this process started; a front that another watches over stays."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._child is not None:
            await self._child.stop()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @property
    def pid(self) -> int | None:
        """The process of the Caddy that this one watches over."""
        return self._child.pid if self._child is not None else None

    # Watching

    async def _watch_over(self, program: Path) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            if self._child is not None:
                code = await self._child.ended()
                _log.error("the front exited with code %s and is being restarted", code)
            if time.monotonic() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._child = None
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            try:
                self._child = await Child.start(program, self._places)
            except LimenError as error:
                _log.error("%s; the next try is in %.0f s", error, pause)

    async def _keep_told(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if time.monotonic() < self._again_at:
                continue
            try:
                await self._tell_changes()
            except LimenError as error:
                self._again_at = time.monotonic() + AGAIN_SECONDS
                _log.error("%s", error)
            except Exception:  # noqa: BLE001 -- whatever went wrong, the next look comes
                self._again_at = time.monotonic() + AGAIN_SECONDS
                _log.exception("the front could not be updated")

    async def _tell_changes(self) -> None:
        hosts = frozenset(self._hosts())
        has_new_pair = self._settings.https.mode == "files" and self._looks() != self._seen
        if has_new_pair:
            self._take_pair(is_start=False)
        if hosts == self._loaded and not has_new_pair:
            return
        config = configuration(self._settings, hosts, self._places)
        await admin.load(self._places.admin_socket, config)
        self._write(config)
        self._loaded = hosts

    # The company's own certificate

    def _take_pair(self, *, is_start: bool) -> None:
        """Copy the company's pair to where the front reads it. Raises LimenError where it is wrong.

        A start with files that went wrong since goes on with the last good copy, and says so.
        """
        https, places = self._settings.https, self._places
        assert https.certificate is not None  # noqa: S101 -- `limen check` asks for both
        assert https.key is not None  # noqa: S101
        self._seen = self._looks()
        try:
            pair = read_pair(https.certificate, https.key)
        except LimenError as error:
            if not is_start or not places.certificate.exists():
                raise
            pair = read_pair(places.certificate, places.key)
            _log.error("%s; the front keeps using the last good copy", error)
        else:
            keep_pair(pair, places.certificate, places.key)
        self._warn(pair)

    def _warn(self, pair: Pair) -> None:
        for said in pair.warnings({host_name(self._settings), *self._hosts()}, self._clock.now()):
            _log.warning("%s", said)

    def _looks(self) -> tuple[tuple[int, int, int], ...]:
        """What tells a changed file from the one that was read."""
        found = []
        for path in (self._settings.https.certificate, self._settings.https.key):
            with suppress(OSError):
                if path is not None:
                    said = path.stat()
                    found.append((said.st_ino, said.st_mtime_ns, said.st_size))
        return tuple(found)

    # Files

    def _take_lock(self) -> bool:
        handle = os.open(self._places.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._lock = handle
        return True

    def _write(self, config: dict[str, Any]) -> None:
        write_whole(self._places.config, json.dumps(config, indent=1).encode())

    def _status(self) -> FrontStatus:
        if self._settings.https.mode != "internal" or not self._places.root_certificate.exists():
            return FrontStatus(self._child is not None, None, "")
        self._places.public.mkdir(mode=0o700, exist_ok=True)
        copy = self._places.public / ROOT_PATH.lstrip("/")
        shutil.copyfile(self._places.root_certificate, copy)
        return FrontStatus(self._child is not None, copy, fingerprint(copy.read_bytes()))


def hosts_last_served(places: Places) -> frozenset[str]:
    """The hosts in the last configuration that was loaded: what a front without Limen answers for."""
    try:
        config = json.loads(places.config.read_bytes())
        routes = config["apps"]["http"]["servers"]["https"]["routes"]
        return frozenset(host for route in routes for one in route.get("match", ()) for host in one.get("host", ()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()
