"""Where things are on a host."""

from __future__ import annotations

import re
from pathlib import Path

from limen.following.program.kept import Kept
from limen.following.program.states import States

NAME = "limen-ssh-host"
PROGRAM = Path("/usr/local/sbin") / NAME
KEPT = Kept("/etc/limen-ssh")
"""What Limen told; and `made`: the accounts that are people's own here, each with its uid, which this program created
or root adopted.
"""
RUN = Kept("/run/limen-ssh")
"""`sessions`: a file for each; `admitted`: the certificate of each login between the first and the last line of its
session, by the process of sshd; `alive`: that this program runs.
"""
STATES = States(KEPT, "host", "limen-ssh-state")
HOST_KEY = Path("/etc/ssh/ssh_host_ed25519_key.pub")
SUDOERS = Path("/etc/sudoers.d")
UNIT = Path("/etc/systemd/system/limen-ssh-host.service")
MOST_BYTES = 4_000_000
"""Of an answer of Limen's."""
ACCOUNT = re.compile(r"[a-z_][a-z0-9_.-]{0,31}")
OWN, SUDO = "own-account@limen", "sudo@limen"
"""What a certificate says: that the account is somebody's own, and that they act as root."""
