from __future__ import annotations

import signal
import subprocess
import sys

import pytest

ENDLESS = """
import time
from limen.cli.stop_signals import end_in_order
end_in_order()
try:
    print("up", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("in order")
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("begun", [signal.SIG_IGN, signal.SIG_DFL], ids=["ignored", "default"])
def test_both_signals_end_it_in_order_however_it_was_started(how: signal.Signals, begun: signal.Handlers) -> None:
    command = [sys.executable, "-c", ENDLESS]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, begun),  # noqa: PLW1509 -- as a shell does it
    ) as ran:
        assert ran.stdout is not None
        assert ran.stdout.readline() == "up\n"
        ran.send_signal(how)
        assert ran.communicate(timeout=60)[0] == "in order\n"
    assert ran.returncode == 0


WITHIN = """
import time
from limen.cli.stop_signals import ending_in_order
with ending_in_order():
    try:
        print("up", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("in order", flush=True)
print("after", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM])
@pytest.mark.parametrize("begun", [signal.SIG_IGN, signal.SIG_DFL], ids=["ignored", "default"])
def test_within_it_both_signals_end_it_in_order_and_afterwards_they_are_as_before(
    how: signal.Signals, begun: signal.Handlers
) -> None:
    def as_a_shell_does_it() -> None:
        signal.signal(signal.SIGINT, begun)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # who runs these tests may have it ignored

    with subprocess.Popen(
        [sys.executable, "-c", WITHIN],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=as_a_shell_does_it,  # noqa: PLW1509
    ) as ran:
        assert ran.stdout is not None
        assert ran.stdout.readline() == "up\n"
        ran.send_signal(how)
        assert [ran.stdout.readline() for _ in range(2)] == ["in order\n", "after\n"]
        ran.send_signal(how)
        ran.wait(timeout=60)
    assert ran.returncode == -how
