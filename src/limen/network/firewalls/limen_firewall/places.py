"""Where things are on a firewall."""

from __future__ import annotations

from pathlib import Path

from limen.following.program.kept import Kept
from limen.following.program.states import States

NAME = "limen-firewall"
PROGRAM = Path("/usr/local/sbin") / NAME
KEPT = Kept("/etc/limen-firewall")
RUN = Path("/run/limen-firewall")
UNIT = Path("/etc/systemd/system/limen-firewall.service")
EARLY = Path("/etc/systemd/system/limen-firewall-restore.service")
STATES = States(KEPT, "firewall", "limen-firewall-state")


MOST_BYTES = 64_000_000
"""Of an answer of Limen's: rulesets are long."""
