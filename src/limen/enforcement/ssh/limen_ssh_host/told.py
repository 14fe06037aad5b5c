"""What Limen told this host, put in force."""

from __future__ import annotations

import base64
from typing import Any

from limen.enforcement.ssh.limen_ssh_host.accounts import create, lock, mark_of
from limen.enforcement.ssh.limen_ssh_host.places import KEPT, STATES
from limen.enforcement.ssh.limen_ssh_host.sshd import reload_sshd
from limen.following.program.kept import write


def take_over(answer: dict[str, Any], *, is_first: bool = False) -> None:
    """Put a state into force that Limen's authority signed. Raises Wrong for any other, an older one, or another's."""
    said = STATES.read(answer, is_first=is_first)
    write(KEPT.path("revoked"), base64.b64decode(said["revoked"]), 0o644)
    KEPT.put("ended", said["ended"])
    write(KEPT.path("authorities"), "".join(f"{line}\n" for line in said["authorities"]), 0o644)
    STATES.trust(said)
    for account in said["accounts"]:
        create(account)
    for account in [one for one in KEPT.read("made") if mark_of(one) in said.get("locked", [])]:
        lock(account)
    if said["certificate"]:
        write(KEPT.path("host-certificate.pub"), said["certificate"] + "\n", 0o644)
    STATES.keep(said)
    if said["certificate"] and not is_first:
        reload_sshd()
