from __future__ import annotations

from limen.facts import ACTIONS
from limen.facts.ssh_hosts import SSH_ACTIONS, SshHosts


def test_what_can_be_asked_of_hosts_are_actions() -> None:
    assert set(SSH_ACTIONS) <= set(ACTIONS)
    assert not SshHosts(("db1",), ("deploy",)).may_forward
