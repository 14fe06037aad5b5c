from __future__ import annotations

import stat
from pathlib import Path

import pytest

from limen.errors import LimenError
from limen.front.places import open_places


def test_the_folder_is_for_this_user_alone(tmp_path: Path) -> None:
    assert stat.S_IMODE(open_places(tmp_path).folder.stat().st_mode) == 0o700


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimenError, match="too long for a socket"):
        open_places(tmp_path / ("x" * 110))


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "front").write_text("")
    with pytest.raises(LimenError):
        open_places(tmp_path)
