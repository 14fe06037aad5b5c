"""How the service is begun: the unit comes with the package, and systemd is told of it once."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Final

UNIT: Final = Path(sys.prefix) / "share" / "limen-agent" / "limen-agent.service"
"""In the environment that this runs from."""
START: Final = (
    f"sudo cp {shlex.quote(str(UNIT))} /etc/systemd/system/",
    "sudo systemctl enable --now limen-agent",
)
