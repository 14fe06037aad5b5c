"""Labels beside a file's content, on a file system that keeps them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen.data.labels import extended_attributes
from limen.data.labels.model import NoLabelError, WhyNoLabel

pytestmark = pytest.mark.skipif(not extended_attributes.CAN_HOLD, reason="this system has no extended attributes here")


def test_a_label_is_written_read_copied_and_removed(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.touch()
    other.touch()
    with one.open("rb") as source, other.open("rb") as target:
        extended_attributes.write(source.fileno(), "internal", "v1")
        os.setxattr(one, "user.project", b"lighthouse")
        extended_attributes.copy(source.fileno(), target.fileno())
        found = extended_attributes.read(target.fileno(), b"c")
        assert (found.words, found.marks) == (("internal",), ("v1",))
        assert os.getxattr(other, "user.project") == b"lighthouse"
        extended_attributes.write(target.fileno(), "public", "")
        assert extended_attributes.read(target.fileno(), b"c").marks == ()
        extended_attributes.remove(target.fileno())
        assert extended_attributes.read(target.fileno(), b"c").is_silent


def test_a_file_system_without_them_is_named() -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(NoLabelError) as refused:
            extended_attributes.write(reading, "internal", "")
        assert refused.value.why is WhyNoLabel.NO_ROOM
        assert extended_attributes.read(reading, b"").is_silent
    finally:
        os.close(reading)
        os.close(writing)
