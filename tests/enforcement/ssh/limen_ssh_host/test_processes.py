"""Processes, told from others that have their number."""

from __future__ import annotations

import os
import signal
import subprocess

from limen.enforcement.ssh.limen_ssh_host.processes import processes_of, send, start_of, stat_of, uids_of


def test_a_process_is_known_by_its_number_and_when_it_began() -> None:
    assert start_of(os.getpid()) == start_of(os.getpid()) > 0
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    assert (start_of(gone.pid), stat_of(gone.pid)) == (0, [])


def test_what_descends_from_a_process_belongs_to_it_and_ends_with_it() -> None:
    words = ["sh", "-c", "sleep 30 & echo $!; wait"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as shell:
        assert shell.stdout is not None
        child = int(shell.stdout.readline())
        assert {shell.pid, child} <= processes_of(shell.pid)
        assert os.getpid() not in processes_of(shell.pid)
        send({shell.pid, child, 2**22 + 1}, signal.SIGKILL)
        assert shell.wait(60) == -signal.SIGKILL


def test_whom_a_process_acts_as() -> None:
    assert os.geteuid() in uids_of(os.getpid())
    assert uids_of(2**22 + 1) == set()
