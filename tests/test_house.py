"""The house keeps its own rules: every file is tested, every name says something, nothing names this or any machine."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
SOURCES = sorted((HERE / "src" / "limen").rglob("*.py"))


def test_each_source_file_has_its_own_test_file() -> None:
    """But `ports.py` and `environment.py`, which hold shapes alone, and a migration, which is tested by upgrading."""
    inside = [source.relative_to(HERE / "src" / "limen") for source in SOURCES]
    tested = [
        one
        for one in inside
        if one.name not in {"__init__.py", "ports.py", "environment.py"} and "migrations" not in one.parts
    ]
    missing = [one for one in tested if not (HERE / "tests" / one.parent / f"test_{one.name}").exists()]
    assert missing == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    nothing = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc"}
    assert [path for path in SOURCES if nothing & set(path.with_suffix("").parts)] == []


def test_each_folder_says_in_its_docstring_what_it_is() -> None:
    for package in (path for path in SOURCES if path.name == "__init__.py"):
        assert package.read_text().startswith('"""'), package


def test_lock_files_have_hashes_and_name_no_host() -> None:
    for lock in (*HERE.glob("*.lock"), *HERE.glob("container/*.lock"), *HERE.glob("tests/interop/locks/*.lock")):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
    assert not (HERE / "uv.lock").exists()


def test_decisions_are_numbered_once_each() -> None:
    numbers = [path.name[:4] for path in sorted((HERE / "docs" / "decisions").glob("*.md"))]
    assert all(re.fullmatch(r"\d{4}", number) for number in numbers)
    assert len(numbers) == len(set(numbers))


MOST_SENTENCES = 473
"""How many asserts hold four English words in a row, today. It may only go down: say a smaller number when it has."""


def test_asserts_hold_ids_and_values_and_ever_fewer_sentences() -> None:
    """Wording belongs in files that `expected` compares (see tests/golden.py), so that a better word breaks no test."""
    held = {file: sentences_in(file) for file in sorted((HERE / "tests").rglob("*.py"))}
    worst = sorted(held, key=lambda file: held[file], reverse=True)[:5]
    told = ", ".join(f"{file.relative_to(HERE)} {held[file]}" for file in worst)
    assert sum(held.values()) <= MOST_SENTENCES, f"the most are in {told}"


FOUR_WORDS = re.compile(r"(?:\b[A-Za-z][A-Za-z'’]*[ ,;:]+){3}[A-Za-z]")


def sentences_in(file: Path) -> int:
    """How many asserts of a test file, `pytest.raises` among them, hold a text with four words in a row."""
    count = 0
    for node in ast.walk(ast.parse(file.read_bytes())):
        is_raises = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "raises"
        asserted = node.test if isinstance(node, ast.Assert) else node if is_raises else None
        texts = [each.value for each in ast.walk(asserted) if isinstance(each, ast.Constant)] if asserted else []
        count += any(isinstance(text, str) and bool(FOUR_WORDS.search(text)) for text in texts)
    return count
