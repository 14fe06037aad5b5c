"""The process itself: what it writes, and its bounds."""

from __future__ import annotations

import pickle
import subprocess
import sys

from tests.network.networks import harbor

from limen.network import limited_child


def _said(order: bytes, before: str = "") -> subprocess.CompletedProcess[bytes]:
    code = f"from limen.network import limited_child as it\n{before}\nit.main()"
    return subprocess.run([sys.executable, "-c", code], input=order, capture_output=True, timeout=60, check=False)


def test_answers_come_some_values_at_a_time() -> None:
    order = pickle.dumps(("proved", (harbor(), "2026-11-27")))
    one_by_one, together = (_said(order, f"it.AT_ONCE = {number}").stdout for number in (1, limited_child.AT_ONCE))
    assert len(one_by_one) > 0
    assert len(together) >= 4
    assert int.from_bytes(together[:4]) == len(together) - 4
    assert int.from_bytes(one_by_one[:4]) <= len(one_by_one) - 4


def test_an_order_that_is_none_ends_it_without_an_answer() -> None:
    for order in (b"", b"no order", pickle.dumps(("system", ("id",)))):
        done = _said(order)
        assert (done.returncode != 0, done.stdout) == (True, b"")


def test_more_memory_than_it_may_ends_it() -> None:
    done = _said(b"", "import resource\nit._limit()\nx = bytearray(it.MEMORY)")
    assert done.returncode != 0
    assert b"MemoryError" in done.stderr
