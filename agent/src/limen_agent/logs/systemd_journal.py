"""The systemd journal, read on from a cursor by `journalctl`, as JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from limen_agent.logs.tail import MOST_LINES, MOST_SENT

PROGRAM: Final = "/usr/bin/journalctl"
LONGEST_RECORD: Final = 16 * 1024
"""Of a record with more in it, such as a whole core, less is sent: else whoever writes much is not seen."""
_LEFT: Final = (1_024, 256, 32)
"""To how many characters its values are cut, until it fits."""
_TELLING: Final = frozenset(("MESSAGE", "PRIORITY", "SYSLOG_FACILITY", "SYSLOG_IDENTIFIER", "SYSLOG_PID"))
"""What is kept of a long record beside what systemd itself says, whose fields begin with `_`."""
PATIENCE_S: Final = 10.0
LONGEST_CURSOR: Final = 300
_END: Final = ("--lines=1", "--output=json")


def read_on(cursor: str, *places: str) -> tuple[list[str], str]:
    """The records behind `cursor`, and the cursor of the last. Without one: none, and where the journal ends now.

    `places` are further options, as `--directory`. Raises OSError where there is no journal that can be read.
    """
    if not cursor:
        newest = [found for _, found in _records([*places, *_END], 1)]
        return [], newest[-1] if newest else ""
    lines: list[str] = []
    size = 0
    for written, found in _records([*places, "--output=json", f"--after-cursor={cursor}"], MOST_LINES):
        text = _cut(written)
        size += len(json.dumps(text))
        if lines and size > MOST_SENT:
            break
        lines.append(text)
        cursor = found
    return lines, cursor


def _cut(text: str) -> str:
    """A record that is no longer than `LONGEST_RECORD`: of a long one what tells most, each value cut."""
    if len(text) <= LONGEST_RECORD:
        return text
    record = json.loads(text)
    told = {name: value for name, value in record.items() if name.startswith("_") or name in _TELLING}
    for most in _LEFT:
        short = {name: value[:most] if isinstance(value, str | list) else value for name, value in told.items()}
        text = json.dumps({**short, "__CURSOR": record["__CURSOR"]}, separators=(",", ":"))
        if len(text) <= LONGEST_RECORD:
            break
    return text


def _records(options: list[str], most: int) -> Iterator[tuple[str, str]]:
    """Each record as it is written, with its cursor."""
    command = [PROGRAM, "--no-pager", "--quiet", "--all", *options]
    with subprocess.Popen(  # noqa: S603 -- a tool of the system, by its whole path
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as ran:
        assert ran.stdout is not None  # noqa: S101 -- asked for above
        try:
            for _ in range(most):
                raw = ran.stdout.readline(1 << 20)
                if not raw:
                    break
                with suppress(ValueError):
                    cursor = json.loads(raw).get("__CURSOR")
                    if isinstance(cursor, str) and 0 < len(cursor) <= LONGEST_CURSOR:
                        yield raw.decode("utf-8", "replace").rstrip("\n"), cursor
        finally:
            ran.kill()
