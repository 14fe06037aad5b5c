"""One running Caddy: started so that it ends with Limen, its log read, and ended by us alone."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from limen.errors import LimenError
from limen.front import admin, end_with_parent
from limen.front.caddy_log import LONGEST_LINE_BYTES, Heard
from limen.front.ending import end
from limen.front.places import Places

START_SECONDS: Final = 20.0
COLLECT_AT: Final = "256MiB"
"""From here on Go collects its garbage at once, instead of at double of what is in use."""
_HANDED_ON: Final = ("PATH", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")

_log: Final = logging.getLogger("limen.front")


class Child:
    """A Caddy with the configuration of `places`. Its process is ours: nobody else's is ever ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._heard = Heard()
        self._hearing = asyncio.create_task(self._hear(), name="hear the front")

    @classmethod
    async def start(cls, program: Path, places: Places) -> Child:
        """Start it and return when it answers. Raises LimenError with what is in the way."""
        command = [str(os.getpid()), str(program), "run", "--config", str(places.config)]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            end_with_parent.__file__,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=surroundings(os.environ, places),
            start_new_session=True,  # Ctrl-C is for Limen, which then ends it in order
            limit=LONGEST_LINE_BYTES,
        )
        child = cls(process)
        try:
            await child._until_it_answers(places)
        except BaseException:
            await child.stop()
            raise
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ended(self) -> int:
        """Return its exit code when it has ended."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End it: in order, and after a while at once."""
        await end(self._process)
        await self._hearing

    async def _until_it_answers(self, places: Places) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._process.returncode is not None:
                await self._hearing
                raise did_not_start(self._heard.last_error or f"it exited with code {self._process.returncode}")
            if await admin.is_answering(places.admin_socket):
                return
            await asyncio.sleep(0.05)
        raise did_not_start(self._heard.last_error or f"it did not respond within {START_SECONDS:.0f} seconds")

    async def _hear(self) -> None:
        """Read what it writes until it ends, so that it never waits for us; say what is worth it."""
        stream = self._process.stderr
        assert stream is not None  # noqa: S101 -- asked for above
        while True:
            try:
                written = await stream.readuntil(b"\n")
            except asyncio.IncompleteReadError as rest:
                written = rest.partial
                if not written:
                    return
            except asyncio.LimitOverrunError as too_long:
                await stream.read(too_long.consumed)
                continue
            if said := self._heard.line(written, time.monotonic()):
                _log.log(logging.WARNING if self._heard.is_trouble else logging.INFO, "front: %s", said)


def surroundings(ours: Mapping[str, str], places: Places) -> dict[str, str]:
    """The environment Caddy gets: what it needs to reach an authority, and none of our secrets."""
    kept = {name: ours[each] for name in _HANDED_ON for each in (name, name.lower()) if each in ours}
    home = str(places.folder)
    return {**kept, "GOMEMLIMIT": COLLECT_AT, "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}


def did_not_start(why: str) -> LimenError:
    """What to do about what Caddy said before it ended."""
    fix = "check [https] in limen.toml; `limen check` finds the error"
    return LimenError(f"the front did not start: {why}", fix)
