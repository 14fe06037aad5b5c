"""What a part adds to the company folder: which files are its own, and which zone they speak of."""

from __future__ import annotations

from datetime import UTC
from types import SimpleNamespace

import pytest

from limen.pillar import Around, FolderFiles


class _NoZone:
    @property
    def zone(self) -> object:
        raise KeyError("Atlantis/Center")


@pytest.mark.parametrize("settings", [None, _NoZone()])
def test_without_a_zone_it_is_utc(settings: object) -> None:
    assert Around(settings, None, None).zone is UTC
    assert Around(SimpleNamespace(zone="Europe/Berlin"), None, None).zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("detections/a-b_c.yml", True),
        ("detections/a.yaml", False),
        ("detections/../a.yml", False),
        ("detections/in/a.yml", False),
        ("others/a.yml", False),
        ("detections/.a.yml", False),
    ],
)
def test_only_files_right_below_the_folder_are_its_own(name: str, is_one: bool) -> None:
    folder = FolderFiles(
        name="detections",
        kind=dict,
        parser="",
        read=lambda _texts, _around: (None, []),
        changes=lambda _before, _after: (),
        in_force=lambda _facts, _value: None,
    )
    assert folder.has(name) is is_one
