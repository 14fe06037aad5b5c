from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.golden import Expected, sections_of

TESTS = Path(__file__).parent


def test_what_was_written_is_expected_and_anything_else_fails(tmp_path: Path) -> None:
    file = tmp_path / "expected" / "test_check.txt"
    writing = Expected(file, "test_it", is_writing=True)
    writing(f"Look in {tmp_path}/data, revision 0123456789ab.\n", {str(tmp_path): "FOLDER"})
    writing("And then\n\nno more.")
    assert sections_of(file) == {
        "test_it 1": "Look in FOLDER/data, revision REVISION.",
        "test_it 2": "And then\n\nno more.",
    }
    reading = Expected(file, "test_it", is_writing=False)
    reading("Look in /elsewhere/data, revision ba9876543210.", {"/elsewhere": "FOLDER"})
    with pytest.raises(AssertionError, match="LIMEN_EXPECTED=write"):
        reading("And then some.")
    with pytest.raises(AssertionError, match="no section 'test_it 3'"):
        reading("Never written.")


def test_each_section_belongs_to_a_test_that_is_there() -> None:
    for file in TESTS.rglob("expected/test_*.txt"):
        tests = (file.parents[1] / f"{file.stem}.py").read_text("utf-8")
        for name in sections_of(file):
            test = re.split(r"[ \[]", name)[0]
            assert f"def {test}(" in tests, f"{file}: {name}"
