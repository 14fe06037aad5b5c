"""The loop that follows what Limen wants to hear: it reads, sends, and goes on only when Limen has it on its disk.

What waits is kept by the logs themselves, so nothing is spooled a second time: while Limen can't be reached, the place
stays where it is. What is rotated away twice meanwhile is lost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from limen_agent.errors import AgentError
from limen_agent.logs import systemd_journal
from limen_agent.logs.tail import Place, is_allowed, read_on
from limen_agent.state.folder import StateFolder
from limen_agent.wire.client import Client
from limen_agent.wire.connection import Answer, RefusedError
from limen_agent.wire.waiting import BackOff

FILE: Final = "logs.json"
EVERY_S: Final = 2.0
MOST_WANTED: Final = 20
MOST_FILES: Final = 20
AFTER_HANGING_S: Final = 60.0
"""What hangs in the kernel can't be ended: it is not started again and again."""
_FORGETS: Final = ("refused", "not_this_device", "malformed", "too_large")
"""After these the same would be refused again: it is passed over."""


class Following:
    """`want` is told what Limen wants; `run` is the loop of one thread. `say` tells the machine's own log."""

    def __init__(self, client: Client, folder: StateFolder, say: Callable[[str], None]) -> None:
        self._client = client
        self._folder = folder
        self._say = say
        self._wanted: tuple[Mapping[str, Any], ...] = ()
        self._places = self._kept()
        self._back_off = BackOff(first_s=2)
        self._refused: set[str] = set()
        self._journal_from = 0.0

    def want(self, wanted: object) -> None:
        """What an answer of Limen says of it; anything that is none of that is nothing."""
        found = [one for one in wanted if isinstance(one, dict)] if isinstance(wanted, list) else []
        self._wanted = tuple(found[:MOST_WANTED])

    def run(self, stopping: threading.Event) -> None:
        wait_s = EVERY_S
        while not stopping.wait(wait_s):
            try:
                wait_s = 0.1 if self.look_once() else EVERY_S
                self._back_off.reset()
            except RefusedError as refused:
                wait_s = max(refused.retry_after_s, self._back_off.next_s())
            except AgentError:
                wait_s = self._back_off.next_s()

    def look_once(self) -> bool:
        """Read on and send; whether there was anything. Raises AgentError where it could not be sent."""
        has_sent = False
        for one in self._wanted:
            source = one.get("source")
            if not isinstance(source, str):
                continue
            files = one.get("files")
            for path in files[:MOST_FILES] if isinstance(files, list) else ():
                if isinstance(path, str) and self._may_be_read(path):
                    has_sent |= self._file(source, path)
            if one.get("journal") is True:
                has_sent |= self._journal(source)
        return has_sent

    # Inside

    def _file(self, source: str, path: str) -> bool:
        key = f"{source} {path}"
        place = Place.of(self._places.get(key))
        try:
            lines, after = read_on(path, place)
        except OSError:
            return False
        return self._sent(source, key, lines, after.said(), is_changed=after != place, journal=False)

    def _journal(self, source: str) -> bool:
        key = f"{source} journal"
        before = self._places.get(key)
        cursor = before if isinstance(before, str) else ""
        if time.monotonic() < self._journal_from:
            return False
        try:
            lines, after, too_long = systemd_journal.read_on(cursor)
        except systemd_journal.HangsError:
            self._say("journalctl hung and was ended; it is started again in a minute")
            self._journal_from = time.monotonic() + AFTER_HANGING_S
            return False
        except OSError:
            return False
        if too_long:
            self._say(
                f"{too_long} records of the systemd journal were too long to be sent; Limen is told whose they are"
            )
        return self._sent(source, key, lines, after, is_changed=after != cursor, journal=True)

    def _sent(self, source: str, key: str, lines: list[str], after: Any, *, is_changed: bool, journal: bool) -> bool:
        if lines:
            with suppress_refusals(self._say):
                self._answered(self._client.logs(source, lines, journal=journal))
        if is_changed:
            self._places[key] = after
            self._keep()
        return bool(lines)

    def _answered(self, answer: Answer) -> None:
        self.want(answer.body.get("logs"))

    def _may_be_read(self, path: str) -> bool:
        if is_allowed(path):
            return True
        if path not in self._refused and len(self._refused) < MOST_FILES:
            self._refused.add(path)
            self._say("Limen asks for a file that is no log below /var/log; it is not read")
        return False

    def _kept(self) -> dict[str, Any]:
        with suppress(AgentError):
            if self._folder.has(FILE):
                return self._folder.read_json(FILE)
        return {}

    def _keep(self) -> None:
        try:
            self._folder.write_json(FILE, self._places)
        except AgentError as error:
            self._say(str(error))


class suppress_refusals:  # noqa: N801 -- as the standard library's own
    """What would be refused again is passed over; all else is for the caller, who tries again later."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, RefusedError) and error.error in _FORGETS:
            self._say(f"logs were not taken: {error.what}")
            return True
        return False
