"""The house keeps its own rules: every file is tested, every name says something, nothing names this or any machine."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
SOURCES = sorted((HERE / "src" / "limen").rglob("*.py"))


def test_each_source_file_has_its_own_test_file() -> None:
    """But a `ports.py`, which holds shapes alone, a migration, which is tested by upgrading, and what is said below."""
    inside = [source.relative_to(HERE / "src" / "limen") for source in SOURCES]
    tested = [one for one in inside if one.name not in {"__init__.py", "ports.py"} and "migrations" not in one.parts]
    missing = [one for one in tested if not (HERE / "tests" / one.parent / f"test_{one.name}").exists()]
    assert [str(one) for one in missing] == sorted(TESTED_BY_THOSE_WHO_USE_IT)


TESTED_BY_THOSE_WHO_USE_IT = ("identity/workload.py",)
"""Files of values alone, with nothing in them that could be wrong by itself."""


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
    assert not (HERE / "uv.lock").exists()


def test_decisions_are_numbered_once_each() -> None:
    numbers = [path.name[:4] for path in sorted((HERE / "docs" / "decisions").glob("*.md"))]
    assert all(re.fullmatch(r"\d{4}", number) for number in numbers)
    assert len(numbers) == len(set(numbers))
