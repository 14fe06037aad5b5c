"""What the doctor says of the process that reads documents: whether the kernel can refuse it all else."""

from __future__ import annotations

from typing import Final

from limen import confinement
from limen.finding import Finding, State

NAME: Final = "reading documents"


def examine() -> Finding:
    """It asks the kernel, and reads no document."""
    if confinement.has_filter():
        return Finding(NAME, State.OK, "documents are read by a process that can open no file and no connection")
    what = "a document that takes over the process that reads it could open files and connections"
    fix = "install libseccomp (libseccomp2 on Debian and Ubuntu); Linux alone has it"
    return Finding(NAME, State.WARNING, what, fix)
