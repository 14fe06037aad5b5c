"""`limen evtx`: a log file of Windows as JSON lines, one event each, to be sent to a source of the kind `evtx`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from limen.clock import SystemClock
from limen.monitor.normal_form.evtx_files import frames_of


def run(file: Annotated[Path, typer.Argument(metavar="FILE", help="The file, such as Security.evtx")]) -> None:
    """It reads that file alone, on any machine."""
    for frame in frames_of(file, "evtx", SystemClock().now()):
        sys.stdout.write(frame.data.decode() + "\n")
