"""limen-ssh-host: what makes a host follow Limen.

It needs Python 3.9 or newer and OpenSSH, and nothing else.

    limen-ssh-host enrol https://limen.harbor.example   the one-time token is typed, or piped in
    limen-ssh-host only                                 shut every other way to log in by SSH
    limen-ssh-host adopt ida                            let an account be somebody's own that was here before
    limen-ssh-host status
    limen-ssh-host leave                                undo all of it

sshd verifies certificates by itself. This program adds what sshd does not do: it asks Limen for what is revoked, ends
sessions when their time is over or their certificate is revoked, and lets people act as root for as long as their
certificate says. The ends are in the certificates, so they hold while Limen is away.
"""

from __future__ import annotations

import argparse
import os
import syslog

from limen.enforcement.ssh.limen_ssh_host.accounts import adopt
from limen.enforcement.ssh.limen_ssh_host.following import follow
from limen.enforcement.ssh.limen_ssh_host.logins import session
from limen.enforcement.ssh.limen_ssh_host.places import NAME
from limen.enforcement.ssh.limen_ssh_host.setting_up import enrol, leave, only, status
from limen.following.program.commands import attempt, one_time_token, prepare

_TASKS = {"only": only, "status": status, "leave": leave, "follow": follow}


def main() -> int:
    parser = argparse.ArgumentParser(prog=NAME, description=(__doc__ or "").splitlines()[0])
    parser.add_argument("task", choices=("enrol", "adopt", *_TASKS, "session", "admit"))
    parser.add_argument("about", nargs="?", default="", help="with enrol: where Limen is; with adopt: the account")
    parser.add_argument("--authority", default="", help="with enrol: the certificates to trust instead of the system's")
    chosen = parser.parse_args()
    prepare(NAME, syslog.LOG_AUTH, 0o022)
    authority = os.path.abspath(chosen.authority) if chosen.authority else ""
    if chosen.task == "enrol":
        return attempt(NAME, lambda: enrol(chosen.about, authority, one_time_token()))
    if chosen.task == "adopt":
        return attempt(NAME, lambda: adopt(chosen.about))
    if chosen.task in {"session", "admit"}:
        return attempt(NAME, lambda: session(dict(os.environ), chosen.task))
    return attempt(NAME, _TASKS[chosen.task])
