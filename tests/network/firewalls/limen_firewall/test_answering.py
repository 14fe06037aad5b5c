"""The process that answers has no rights. What it answers, with a real WireGuard: tests/network/tunnels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall.answering import _asked_at

TRIED = """
import os, sys
from limen.network.firewalls.limen_firewall.answering import give_up_rights
give_up_rights()
def fails(work):
    try:
        work()
    except (OSError, MemoryError):
        return True
    return False
print(os.geteuid(), fails(lambda: os.setuid(0)), fails(lambda: open(sys.argv[1])), fails(os.fork),
      fails(lambda: bytearray(1 << 30)))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, whose rights are given up")
def test_it_reads_writes_and_starts_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(0o600)
    done = subprocess.run([sys.executable, "-c", TRIED, str(secret)], capture_output=True, text=True, check=True)
    who, *failed = done.stdout.split()
    assert who != "0"
    assert failed == ["True"] * 4


def test_an_address_that_is_not_here_is_told() -> None:
    with pytest.raises((Wrong, PermissionError)):
        _asked_at("lo", "192.0.2.7")
