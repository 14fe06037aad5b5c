"""Hosts that people reach by SSH, as one app: what a certificate for them may say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SSH_ACTIONS: Final = ("connect", "elevate")
"""What can be asked of such hosts: to log in, and to act as root there."""


@dataclass(frozen=True, slots=True)
class SshHosts:
    """`hosts` are their names, as people type them, `logins` the shared accounts that a certificate may open there.

    `has_own_accounts`: everybody has an account of their own there as well. A certificate lasts for `minutes`, and
    never longer than the decision it came of; with `names_address` it is good only from where it was asked for.
    `may_forward`: connections may be forwarded through these hosts.
    """

    hosts: tuple[str, ...]
    logins: tuple[str, ...] = ()
    minutes: int = 10
    may_forward: bool = False
    has_own_accounts: bool = False
    names_address: bool = True

    @property
    def actions(self) -> tuple[str, ...]:
        """Nobody is elevated in an account that others are in, too."""
        return SSH_ACTIONS if self.has_own_accounts else SSH_ACTIONS[:1]
