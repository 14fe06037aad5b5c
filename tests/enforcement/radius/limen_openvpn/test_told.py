"""The file that Limen wrote: nobody else's, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from limen.enforcement.radius.limen_openvpn.told import Told
from limen.following.program.kept import Wrong

TOLD = Told("https://limen.harbor.example", "10.0.0.5/32", "s" * 40, "devices", "device", "/nowhere/devices")


def test_nothing_that_others_read_or_reach_is_used(tmp_path: Path) -> None:
    file, folder = tmp_path / "told.json", tmp_path / "run"
    folder.mkdir(mode=0o755)
    said = {**TOLD.__dict__, "management": str(folder / "devices")}
    file.write_text(json.dumps(said))
    file.chmod(0o644)
    with pytest.raises(Wrong):
        Told.read(str(file))
    file.chmod(0o640)
    told = Told.read(str(file))
    with pytest.raises(Wrong):
        told.check_place()
    folder.chmod(0o770)
    with pytest.raises(Wrong):
        told.check_place()
    folder.chmod(0o750)
    told.check_place()
    file.write_text(json.dumps({**said, "asks": "nobody"}))
    with pytest.raises(Wrong):
        Told.read(str(file))


def test_limen_is_asked_over_https_or_here() -> None:
    with pytest.raises(Wrong):
        Told("http://limen.harbor.example", "10.0.0.5/32", "s", "devices", "device", "/x").limen()
    Told("http://limen.harbor.localhost:8000", "10.0.0.5/32", "s", "devices", "device", "/x").limen()
