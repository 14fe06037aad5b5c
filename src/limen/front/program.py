"""Where Caddy's program is: beside Limen's own, as `limen[https]` puts it there, or somewhere on PATH."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from limen.errors import LimenError
from limen.extras import how_to_install


def find_program() -> Path:
    """Raises LimenError where there is none, with the command that brings it."""
    beside = (Path(sysconfig.get_path("scripts")) / "caddy", Path(sys.executable).parent / "caddy")
    for one in beside:
        if one.is_file() and os.access(one, os.X_OK):
            return one
    found = shutil.which("caddy")
    if found is None:
        raise LimenError(
            "https needs Caddy, which is not installed",
            f"{how_to_install('https')}; or put your own proxy in front of Limen (docs/how-to)",
        )
    return Path(found).resolve()
