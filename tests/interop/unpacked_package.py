"""A Debian package that can't be installed beside another one, unpacked into the cache folder and run from there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.interop.real_apps import CACHE, absent


def unpacked(package: str) -> Path:
    """Where the files of this package are. The test is skipped loudly where it can't be had."""
    folder = CACHE / "debian" / package
    if (folder / "usr").is_dir():
        return folder
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        absent(f"{package.upper()} IS NOT THERE: it was not tested (it is unpacked on Debian and Ubuntu alone)")
    loading = folder.with_name(f"{package}.part")
    shutil.rmtree(loading, ignore_errors=True)
    loading.mkdir(parents=True)
    done = subprocess.run(["apt-get", "download", "-q", package], cwd=loading, capture_output=True, check=False)
    found = list(loading.glob("*.deb"))
    if done.returncode or not found:
        absent(f"{package.upper()} COULD NOT BE DOWNLOADED: it was not tested")
    subprocess.run(["dpkg-deb", "-x", found[0], loading], check=True)
    shutil.rmtree(folder, ignore_errors=True)
    loading.rename(folder)
    return folder
