"""Hosts that people reach by SSH, as one app: what a certificate for them may say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SSH_ACTIONS: Final = ("connect", "elevate")
"""What can be asked of such hosts: to log in, and to act as root there."""


@dataclass(frozen=True, slots=True)
class SshHosts:
    """`hosts` are their names, as people type them, `logins` the accounts that a certificate may open there. A
    certificate lasts for `minutes`, and never longer than the decision it came of. `may_forward`: connections may be
    forwarded through these hosts.
    """

    hosts: tuple[str, ...]
    logins: tuple[str, ...]
    minutes: int = 10
    may_forward: bool = False
