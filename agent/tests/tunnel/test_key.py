"""The tunnel's key is made once, is for its owner alone, and is one that wg(8) knows."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from limen_agent.errors import AgentError
from limen_agent.state.folder import StateFolder
from limen_agent.tunnel.key import NAME, kept_key


def test_it_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state")
    one = kept_key(folder)
    assert kept_key(folder).private == one.private
    assert (folder.path / NAME).stat().st_mode & 0o777 == 0o600
    (folder.path / NAME).write_bytes(b"x")
    with pytest.raises(AgentError):
        kept_key(folder)


@pytest.mark.skipif(shutil.which("wg") is None, reason="wg is missing (apt: wireguard-tools)")
def test_its_public_half_is_what_wg_says(tmp_path: Path) -> None:
    one = kept_key(StateFolder(tmp_path / "state"))
    said = subprocess.run(["wg", "pubkey"], input=one.private, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == one.public
