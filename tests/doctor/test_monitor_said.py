from __future__ import annotations

from pathlib import Path

import pytest
from tests.doctor.scene import setup

from limen.doctor.monitor_said import monitor_said


@pytest.mark.parametrize(
    ("text", "watches"), [(None, None), ("watch: true\n", True), ("watch: false\n", False), ("watch: [\n", None)]
)
def test_what_the_file_says_as_far_as_it_can_be_read(tmp_path: Path, text: str | None, watches: bool | None) -> None:
    found = setup(tmp_path)
    if text is not None:
        (tmp_path / "monitor.yaml").write_text(text)
    said = monitor_said(found)
    assert (said.watch if said is not None else None) is watches
