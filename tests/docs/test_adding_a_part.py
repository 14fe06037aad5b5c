"""The page about parts leaves out nothing that a part can say, and the files named there and in ARCHITECTURE exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from limen.pillar import Declarations, FolderFile, Pillar, Running

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Add a part")[2].partition("\n## ")[0]
OF_NO_CONCERN = {"kind", "declarations"}
"""A file's type, and what holds the rest."""


@pytest.mark.parametrize("said_in", [Pillar, Declarations, Running, FolderFile])
def test_everything_that_a_part_can_say_is_explained(said_in: type) -> None:
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", PAGE))))
    assert {field.name for field in fields(said_in)} - OF_NO_CONCERN <= named  # type: ignore[arg-type]


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_is_there(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = {word for word in re.findall(r"`([a-z_./]+(?:\.py|\.cedarschema|/))`", text) if "/" in word}
    missing = {
        word
        for word in named
        if not any((ROOT / place / word).exists() for place in ("", "src", "src/limen", "src/limen/identity"))
    }
    to_come = {"devices/", "access/", "network/", "data/", "monitor/", "roadmap/"}
    own_of_folders = {
        "expected/",
        "scenarios/",
        "console/",
        "portal/",
        "proof/",
        "access_diff/",
        "remedies/",
        "wording/",
        "forms/",
    }
    assert missing - to_come - own_of_folders == set()


def test_the_sample_that_is_named_is_the_one_that_is_tested() -> None:
    assert "`tests/sample`" in PAGE
    assert "tests.sample.pillar" in (ROOT / "tests" / "test_sample_pillar.py").read_text("utf-8")
