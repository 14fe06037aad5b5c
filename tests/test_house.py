"""The house keeps its own rules: every file is tested, every name says something, nothing names this or any machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
SOURCES = sorted((HERE / "src" / "limen").rglob("*.py"))


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "--", *patterns], cwd=HERE, capture_output=True, text=True, check=True)
    return [HERE / line for line in listed.stdout.splitlines()]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(HERE / "src" / "limen")))
def test_each_source_file_has_its_own_test_file(source: Path) -> None:
    inside = source.relative_to(HERE / "src" / "limen")
    if source.name in {"__init__.py", "ports.py"} or "migrations" in inside.parts:
        return  # a ports.py holds shapes alone; a migration is tested by upgrading
    assert (HERE / "tests" / inside.parent / f"test_{inside.name}").exists()


def test_no_file_has_a_name_that_says_nothing() -> None:
    nothing = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc"}
    assert [path for path in SOURCES if nothing & set(path.with_suffix("").parts)] == []


def test_each_folder_says_in_its_docstring_what_it_is() -> None:
    for package in (path for path in SOURCES if path.name == "__init__.py"):
        assert package.read_text().startswith('"""'), package


def test_lock_files_have_hashes_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (HERE / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
    assert tracked("uv.lock", "**/uv.lock") == []


def test_decisions_are_numbered_once_each() -> None:
    numbers = [path.name[:4] for path in sorted((HERE / "docs" / "decisions").glob("*.md"))]
    assert all(re.fullmatch(r"\d{4}", number) for number in numbers)
    assert len(numbers) == len(set(numbers))
