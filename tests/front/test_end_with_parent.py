from __future__ import annotations

import os
import subprocess
import sys

from limen.front import end_with_parent


def test_it_becomes_its_program_only_for_a_living_parent() -> None:
    command = [sys.executable, "-I", end_with_parent.__file__]
    ours = subprocess.run([*command, str(os.getpid()), "/bin/echo", "here"], capture_output=True, text=True, check=True)
    assert ours.stdout == "here\n"
    stranger = subprocess.run([*command, "1", "/bin/echo", "here"], capture_output=True, text=True, check=False)
    assert (stranger.returncode, stranger.stdout) == (1, "")
