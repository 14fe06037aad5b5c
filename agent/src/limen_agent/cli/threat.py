"""`limen-agent threat`: anti-malware notes what it found, as its own user; root notes that it was dealt with.

    VirusEvent /usr/local/bin/limen-agent threat       (clamd.conf)

Only the name is kept, never the file's: that would be somebody's data.
"""

from __future__ import annotations

import json
import os
import stat
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from limen_agent.errors import AgentError
from limen_agent.printable import one_line
from limen_agent.spool import SPOOL
from limen_agent.state.folder import write_durably

_MOST: Final = 200
_LAST: Final = "Too many to note each"


def threat(name: str | None, *, is_clear: bool, spool: Path = Path(SPOOL)) -> int:
    named = one_line(name or os.environ.get("CLAM_VIRUSEVENT_VIRUSNAME", ""), 120)
    _verify(spool)
    if is_clear:
        return _clear(spool, named)
    if not named:
        raise AgentError("nothing was named", "run it with --name, or let clamd run it")
    # One file for each name: who finds the same a thousand times fills no disk.
    if not _file(spool, named).exists() and len(_files(spool)) >= _MOST:
        named = _LAST
    try:
        write_durably(_file(spool, named), json.dumps({"name": named, "at": int(time.time())}).encode(), mode=0o640)
    except OSError as error:
        raise AgentError(f"{spool} can't be written to: {error.strerror}", "see `ls -ld` of it") from None
    return 0


def _clear(spool: Path, named: str) -> int:
    if os.geteuid() != 0 and os.stat(spool).st_uid != os.geteuid():
        raise AgentError("only root may say that something was dealt with", "run it as root")
    files = [_file(spool, named)] if named else _files(spool)
    for file in files:
        with suppress(FileNotFoundError):
            file.unlink()
    print("Cleared." if files else "There was nothing to clear.")
    return 0


def _verify(spool: Path) -> None:
    """A folder of root's that not everybody may write to: else anybody could put in, or take away, what was found."""
    try:
        found = os.lstat(spool)
    except OSError:
        raise AgentError(
            f"{spool} is not there",
            f"make it: install -d -o root -g clamav -m 3770 {spool}",
        ) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {0, os.geteuid()} or found.st_mode & stat.S_IWOTH:
        raise AgentError(f"{spool} is not a folder of root's alone", f"chown root {spool}; chmod o-w {spool}")


def _files(spool: Path) -> list[Path]:
    return [file for file in spool.iterdir() if file.suffix == ".json"]


def _file(spool: Path, named: str) -> Path:
    return spool / f"{sha256(named.encode()).hexdigest()[:32]}.json"
