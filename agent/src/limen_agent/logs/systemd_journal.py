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
"""A record with more in it, such as a whole core, is passed over."""
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
    for text, found in _records([*places, "--output=json", f"--after-cursor={cursor}"], MOST_LINES):
        size += len(json.dumps(text))
        if lines and size > MOST_SENT:
            break
        if len(text) <= LONGEST_RECORD:
            lines.append(text)
        cursor = found
    return lines, cursor


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
