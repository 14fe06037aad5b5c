"""A key for OpenSSL, which takes it from a file alone: in memory without a name, of which nothing is left by a stop."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

DESCRIPTORS: Final = Path("/proc/self/fd")
"""What this process has open, by its numbers (Linux, proc(5))."""


@contextmanager
def path_to(text: str) -> Iterator[str]:
    """Where `text` can be read inside. Only where the system has no such memory it is a file of our own, removed at the
    end: a process that is killed meanwhile leaves it.
    """
    if hasattr(os, "memfd_create") and DESCRIPTORS.is_dir():
        with os.fdopen(os.memfd_create("limen"), "w") as memory:
            memory.write(text)
            memory.flush()
            yield str(DESCRIPTORS / str(memory.fileno()))
        return
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text)
        file.flush()
        yield file.name
