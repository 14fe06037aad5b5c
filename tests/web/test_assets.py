"""Our own files, under addresses that hold what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.web.assets import Assets


def test_an_address_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("body { color: red }")
    before = Assets(tmp_path).address("a.css")
    (tmp_path / "a.css").write_text("body { color: blue }")
    after = Assets(tmp_path).address("a.css")
    assert before != after
    assert after.endswith("/a.css")


def test_a_file_is_had_at_its_address_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    (tmp_path / "secret.txt").write_text("no")
    assets = Assets(tmp_path)
    found = assets.at(assets.address("a.js"))
    assert found is not None
    assert (found.body, found.media_type) == (b"1", "text/javascript; charset=utf-8")
    assert assets.at("/static/0000000000000000/a.js") is None
    assert assets.at("/static/../secret.txt") is None
    with pytest.raises(KeyError):
        assets.address("secret.txt")


def test_all_scripts_together_stay_within_seven_kilobytes() -> None:
    import gzip

    folder = Path(__file__).parents[2] / "src" / "limen" / "web" / "static"
    scripts = b"".join(path.read_bytes() for path in sorted(folder.glob("*.js")))
    assert 0 < len(gzip.compress(scripts)) <= 7 * 1024
