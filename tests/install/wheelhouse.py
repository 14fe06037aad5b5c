"""Limen's wheel, and all that it needs, fetched by `do.py`: what is installed here comes from nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
WHEELS = Path(sys.prefix) / "wheels"
OFFLINE = {
    "PIP_NO_INDEX": "1",
    "PIP_FIND_LINKS": str(WHEELS),
    "PIP_NO_COMPILE": "1",
    "UV_FIND_LINKS": str(WHEELS),
    "UV_OFFLINE": "1",
}


def run(*command: str | Path, more: dict[str, str] | None = None, seconds: int = 240, cwd: Path | None = None) -> str:
    """What a command prints. It must end well."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(word) for word in command],
        env={**clean, **(more or {})},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    assert done.returncode == 0, (command, done.stdout[-2_000:], done.stderr[-4_000:])
    return done.stdout


def built_into(folder: Path, source: Path = REPOSITORY, epoch: str = "1767225600") -> Path:
    """A wheel of the sources in `source`, as `do.py build` makes it."""
    uv = (Path(sys.executable).with_name("uv"), "build", "--quiet", "--wheel", "--no-build-isolation")
    run(*uv, "--python", sys.executable, "--out-dir", folder, source, more={"SOURCE_DATE_EPOCH": epoch})
    (wheel,) = folder.glob("*.whl")
    return wheel
