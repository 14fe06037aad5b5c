from __future__ import annotations

import stat
from pathlib import Path

import pytest

from limen.errors import LimenError
from limen.front.places import Places, open_places, write_whole


def test_the_folder_is_for_this_user_alone(tmp_path: Path) -> None:
    assert stat.S_IMODE(open_places(tmp_path).folder.stat().st_mode) == 0o700


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimenError, match="too long for a socket"):
        open_places(tmp_path / ("x" * 110))


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "front").write_text("")
    with pytest.raises(LimenError):
        open_places(tmp_path)


def test_a_file_is_put_in_place_whole_and_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "caddy.json"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)
    assert [one.name for one in tmp_path.iterdir()] == ["caddy.json"]


def test_a_link_that_somebody_left_is_replaced_and_not_followed(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_bytes(b"theirs")
    (tmp_path / "key.pem").symlink_to(theirs)
    (tmp_path / "key.pem.new").symlink_to(theirs)
    write_whole(tmp_path / "key.pem", b"ours")
    assert theirs.read_bytes() == b"theirs"
    assert not (tmp_path / "key.pem").is_symlink()


def test_no_socket_has_a_longer_name_than_the_one_whose_length_is_looked_at() -> None:
    places = Places(Path("/f"))
    sockets = (places.limen_socket, places.browsers_socket, places.plain_socket, places.reports_socket)
    assert max(len(str(one)) for one in sockets) <= len(str(places.admin_socket))
    assert len({places.admin_socket, *sockets}) == 5
