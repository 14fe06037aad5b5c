"""What a user of this machine may do with a file or folder: asked as that user, so that ACLs and groups count."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

_MODES: Final = {"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}
_SECONDS: Final = 10.0


def may(path: Path, rights: str, user: int | None = None) -> bool:
    """Whether this user (its number; None: whoever asks) has these rights, of `rwx`, to what is there.

    Only root can ask for another user; for everybody else the answer is about themselves.
    """
    if user is None or os.geteuid() != 0 or user == 0:
        return os.access(path, sum(_MODES[one] for one in rights))
    tests = [word for one in rights for word in ("-a", f"-{one}", str(path))][1:]
    try:
        import pwd  # noqa: PLC0415 -- not on every system

        known = pwd.getpwuid(user)
        groups = os.getgrouplist(known.pw_name, known.pw_gid)
        asked = subprocess.run(  # noqa: S603 -- its words are paths, and no shell reads them
            ["/usr/bin/test", *tests], user=user, group=known.pw_gid, extra_groups=groups, timeout=_SECONDS, check=False
        )
    except (ImportError, KeyError, OSError, subprocess.SubprocessError):
        return os.access(path, sum(_MODES[one] for one in rights))
    return asked.returncode == 0


def owner_of(folder: Path) -> int | None:
    """Who owns a folder; None where it is not there. Of the data folder: whoever runs Limen."""
    try:
        return folder.stat().st_uid
    except OSError:
        return None
