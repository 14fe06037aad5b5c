"""A company folder for tests: the baseline that `limen init` writes, and changes to it."""

from __future__ import annotations

from pathlib import Path

from limen.company.new_folder import Answers, begin


def new_folder(at: Path) -> Path:
    """The baseline, in a folder of its own."""
    folder = at / "company"
    begin(folder, Answers("Example", "example.localhost"))
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Replace `old`, which must be there, in one of the files."""
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), "utf-8")
