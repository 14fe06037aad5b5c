"""The network.yaml that the page shows is right, and each statement that it lists is built in."""

from __future__ import annotations

import re
from pathlib import Path

from tests.access.test_access_file import read_text as read_access
from tests.network.written import read_text

from limen.network.built_in import BUILT_IN
from limen.pillar import Around

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "network.md").read_text("utf-8")


def test_what_it_gives_to_paste_is_accepted() -> None:
    first, without, trial, asked = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    file, problems = read_text(
        first + without + trial, Around(None, frozenset({"staff", "finance", "administrators"}), None)
    )
    assert problems == []
    assert file is not None
    assert read_access(asked)[1] == []
    assert (len(file.network.zones), len(file.network.trials)) == (4, 1)


def test_it_lists_what_is_built_in() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE) == [one.id for one in BUILT_IN]
