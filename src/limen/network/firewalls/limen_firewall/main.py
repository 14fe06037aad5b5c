"""limen-firewall: what makes a router or a server enforce what network.yaml says.

It needs Python 3.9 or newer, nft, ip and ssh-keygen, and nothing else; where tunnels end, wg, and dnspython where they
have names.

    limen-firewall enrol https://limen.harbor.example   the one-time token is typed, or piped in
    limen-firewall status
    limen-firewall undo                                 go back to the rules that were confirmed last
    limen-firewall leave                                undo all of it

The kernel enforces the rules by itself. This program loads them as one transaction, goes back unless the change is
confirmed, puts back what others change of them, closes what is open for a while when its time is over, and tells
Limen which packets were denied. What is in force holds while Limen and this program are away, and ends of what is
open for a while hold as well: the kernel has them.
"""

from __future__ import annotations

import argparse
import os
import syslog

from limen.following.program.commands import attempt, one_time_token, prepare
from limen.network.firewalls.limen_firewall.answering import answer_names
from limen.network.firewalls.limen_firewall.following import follow
from limen.network.firewalls.limen_firewall.places import NAME
from limen.network.firewalls.limen_firewall.setting_up import enrol, leave, restore, status, undo
from limen.network.firewalls.limen_firewall.trials import watch

_TASKS = {
    "status": status,
    "undo": undo,
    "leave": leave,
    "follow": follow,
    "restore": restore,
    "watch": watch,
    "names": answer_names,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog=NAME, description=(__doc__ or "").splitlines()[0])
    parser.add_argument("task", choices=("enrol", *_TASKS))
    parser.add_argument("url", nargs="?", default="", help="with enrol: where Limen is")
    parser.add_argument("--authority", default="", help="with enrol: the certificates to trust instead of the system's")
    chosen = parser.parse_args()
    prepare(NAME, syslog.LOG_DAEMON, 0o077)
    authority = os.path.abspath(chosen.authority) if chosen.authority else ""
    if chosen.task == "enrol":
        return attempt(NAME, lambda: enrol(chosen.url, authority, one_time_token()))
    return attempt(NAME, _TASKS[chosen.task])
