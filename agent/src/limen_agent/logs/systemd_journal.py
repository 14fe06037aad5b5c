"""The systemd journal, read on from a cursor by `journalctl`, as JSON."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

from limen_agent.logs.tail import MOST_LINES, MOST_SENT

PROGRAM: Final = "/usr/bin/journalctl"
LONGEST_RECORD: Final = 16 * 1024
"""Of a record with more in it, such as a whole core, less is sent: else whoever writes much is not seen."""
_LEFT: Final = (1_024, 256, 32)
"""To how many characters its values are cut, until it fits."""
_TELLING: Final = frozenset(("MESSAGE", "PRIORITY", "SYSLOG_FACILITY", "SYSLOG_IDENTIFIER", "SYSLOG_PID"))
"""What is kept of a long record beside what systemd itself says, whose fields begin with `_`."""
LONGEST_LINE: Final = 1 << 20
"""A record that is written with more bytes is not taken apart: of it is said whose it is, and how long."""
PATIENCE_S: Final = 10.0
"""So long `journalctl` may take for what is read at once; then it is ended, and started again the next time."""
END_S: Final = 1.0
LONGEST_CURSOR: Final = 300
_END: Final = ("--lines=1", "--output=json")
_WHOSE: Final = re.compile(
    rb'"(__CURSOR|__REALTIME_TIMESTAMP|_COMM|_EXE|_PID|_UID|_SYSTEMD_UNIT|_HOSTNAME)"\s*:\s*"([^"\\]{1,300})"'
)
"""What is looked for in a line that is too long. In a value a quote has a backslash, so none is taken for a name."""
_OVERLAP: Final = 400
_PIECE: Final = 1 << 16


class HangsError(OSError):
    """`journalctl` did not come to an end, and was ended."""


def read_on(cursor: str, *places: str) -> tuple[list[str], str, int]:
    """The records behind `cursor`, the cursor of the last, and how many were too long to be taken. Without a cursor:
    none, and where the journal ends now.

    `places` are further options, as `--directory`. Raises OSError where there is no journal that can be read, and
    HangsError where nothing came in time.
    """
    if not cursor:
        newest = [found for _, found, _ in _records([*places, *_END], 1)]
        return [], newest[-1] if newest else "", 0
    lines: list[str] = []
    size = too_long = 0
    try:
        for written, found, is_whole in _records([*places, "--output=json", f"--after-cursor={cursor}"], MOST_LINES):
            text = _cut(written)
            size += len(json.dumps(text))
            if lines and size > MOST_SENT:
                break
            lines.append(text)
            cursor = found
            too_long += not is_whole
    except HangsError:
        if not lines:
            raise
    return lines, cursor, too_long


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


def _records(options: list[str], most: int) -> Iterator[tuple[str, str, bool]]:
    """Each record as it is written, with its cursor, and whether it is whole. Raises HangsError."""
    ran = subprocess.Popen(  # noqa: S603 -- a tool of the system, by its whole path
        [PROGRAM, "--no-pager", "--quiet", "--all", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    assert ran.stdout is not None  # noqa: S101 -- asked for above
    try:
        for raw, is_whole in islice(_lines(ran.stdout.fileno(), time.monotonic() + PATIENCE_S), most):
            with suppress(ValueError):
                cursor = json.loads(raw).get("__CURSOR")
                if isinstance(cursor, str) and 0 < len(cursor) <= LONGEST_CURSOR:
                    yield raw.decode("utf-8", "replace"), cursor, is_whole
    finally:
        ran.kill()
        ran.stdout.close()
        with suppress(subprocess.TimeoutExpired):  # what hangs in the kernel can't be ended, and is not waited for
            ran.wait(END_S)


def _lines(handle: int, ends_at: float) -> Iterator[tuple[bytes, bool]]:
    """Each line; instead of one that is too long what is found of whose it is. Raises HangsError."""
    waiting, length, whose = b"", 0, dict[str, str]()
    while piece := _piece(handle, ends_at):
        *ended, rest = piece.split(b"\n")
        for end in ended:
            waiting, length = waiting + end, length + len(end)
            if length > LONGEST_LINE:
                whose |= _found(waiting)
                yield _instead(whose, length), False
            else:
                yield waiting, True
            waiting, length, whose = b"", 0, {}
        waiting, length = waiting + rest, length + len(rest)
        if length > LONGEST_LINE:
            whose |= _found(waiting)
            waiting = waiting[-_OVERLAP:]


def _piece(handle: int, ends_at: float) -> bytes:
    """What comes next; nothing when it has ended."""
    readable, _, _ = select.select([handle], [], [], max(0.0, ends_at - time.monotonic()))
    if not readable:
        raise HangsError("journalctl hangs")
    return os.read(handle, _PIECE)


def _found(line: bytes) -> dict[str, str]:
    return {name.decode(): value.decode("utf-8", "replace") for name, value in _WHOSE.findall(line)}


def _instead(whose: dict[str, str], length: int) -> bytes:
    """A record that says of one that is too long that it was there."""
    said = {
        "SYSLOG_IDENTIFIER": whose.get("_COMM", ""),
        "MESSAGE": f"[a record of {length} bytes, too long to be taken]",
    }
    return json.dumps({**whose, **said}, separators=(",", ":")).encode()
