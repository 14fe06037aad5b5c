"""Who may act as root, until when."""

from __future__ import annotations

import os
import subprocess
import time

from limen.enforcement.ssh.limen_ssh_host.places import ACCOUNT, RUN, SUDOERS
from limen.enforcement.ssh.limen_ssh_host.processes import start_of
from limen.enforcement.ssh.limen_ssh_host.records import records
from limen.following.program.kept import Wrong, locked, write


def write_sudoers(account: str) -> None:
    """Let this account act as root until the latest end of its elevated sessions, or not at all. sudo itself holds to
    that end (NOTAFTER of sudoers(5)), whatever becomes of this program.
    """
    if not ACCOUNT.fullmatch(account):
        return
    path = SUDOERS / f"limen-ssh_{account.replace('.', '_')}"
    with locked(RUN.folder):
        ends = [
            one["until"]
            for one in records()
            if one.get("is_elevated") and one["account"] == account and start_of(one["pid"]) == one["start"]
        ]
        until = max(ends, default=0)
        if until <= time.time():
            path.unlink(missing_ok=True)
            return
        stamp = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(until))
        made = SUDOERS / f".limen.{account}.new"  # sudo reads no file with a dot in its name
        write(made, f"{account} ALL=(ALL:ALL) NOTAFTER={stamp} NOPASSWD: ALL\n", 0o440)
        if subprocess.run(["visudo", "-cqf", str(made)], check=False, capture_output=True).returncode:
            made.unlink()
            raise Wrong("this sudo knows no NOTAFTER: it has to be 1.8.20 or newer")
        os.replace(made, path)
