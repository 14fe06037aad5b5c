"""The process itself: what it can't do any more."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from limen.data.detectors.every import DETECTORS
from limen.data.rules.content_scanner import ContentScanner
from limen.data.scanning.scanner import Scanner

_PROBES = {
    "open": "open('/etc/hostname')",
    "connect": "__import__('socket').socket()",
    "run": "__import__('os').fork()",
    "write": "__import__('os').open('/tmp/x', 65)",
    "more files": "__import__('resource').setrlimit(7, (99, 99))",
    "signal": "__import__('os').kill(1, 0)",
}
_CODE = """
import socket, os, resource
from limen import confinement
from limen.data.extraction import worker
held = confinement.confine(memory=worker.MEMORY, files=8)
try:
    {probe}
    print("done", sorted(held))
except (OSError, ValueError):
    print("refused", sorted(held))
"""


def test_it_opens_connects_starts_and_signals_nothing() -> None:
    running = {
        name: subprocess.Popen(
            [sys.executable, "-c", _CODE.format(probe=probe)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for name, probe in _PROBES.items()
    }
    said = {name: process.communicate(timeout=120)[0].decode().strip() for name, process in running.items()}
    if any("system-calls" in one for one in said.values()):
        assert {name: one.split()[0] for name, one in said.items()} == dict.fromkeys(_PROBES, "refused")


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="Linux alone has it")
def test_where_memory_runs_out_it_is_ended_first() -> None:
    code = "from limen.data.extraction import worker as w; w._be_ended_first(); print(open(w.OOM_SCORE).read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert int(done.stdout) == 1_000


def test_an_order_that_is_none_ends_it() -> None:
    command = [sys.executable, "-P", "-m", "limen.data.extraction.worker"]
    assert (
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False).returncode != 0
    )


def test_another_process_gets_the_same_scanner() -> None:
    """Also one that finds what is on lists, with detectors of every kind."""
    scanner = Scanner(list(DETECTORS.values()), key=b"k" * 32)
    text = b"Kreditkarte 4111 1111 1111 1111, DE89 3704 0044 0532 0130 00"
    for one in (scanner, ContentScanner(scanner, ())):
        assert pickle.loads(pickle.dumps(one)).text(text) == scanner.text(text)


def test_what_is_settled_only_grows() -> None:
    with Scanner(list(DETECTORS.values()), key=b"k" * 32).stream() as stream:
        stream.feed(b"DE89 3704 0044 0532 0130 00\n" * 90)
        before = list(stream.settled)
        found = stream.end()
        assert before
        assert stream.settled[: len(before)] == before
        assert set(found.findings) <= set(stream.settled)
