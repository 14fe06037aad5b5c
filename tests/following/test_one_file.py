"""A program as one file: what is put together means what its modules do, or is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from limen.following import one_file as module
from limen.following.one_file import one_file
from limen.web.network.firewalls import PROGRAM

FIRST = '"""First."""\n\nfrom __future__ import annotations\n\nimport json\n\nLIMIT = 3\n'
MAIN = (
    '"""program: does it."""\n\nimport os\nfrom limen.x.program.first import LIMIT\n\n\n'
    "def main() -> int:\n    return LIMIT\n"
)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "_SOURCES", tmp_path)
    folder = tmp_path / "limen" / "x" / "program"
    folder.mkdir(parents=True)
    (folder / "first.py").write_text(FIRST)
    (folder / "main.py").write_text(MAIN)
    one_file.cache_clear()
    yield folder
    one_file.cache_clear()


def test_it_does_what_its_modules_do(sources: Path, tmp_path: Path) -> None:
    (tmp_path / "program").write_text(one_file("limen.x.program.main"))
    assert subprocess.run([sys.executable, "-I", tmp_path / "program"], check=False).returncode == 3


def test_each_module_is_there_once_after_what_it_imports_below_all_imports(sources: Path) -> None:
    text = one_file("limen.x.program.main")
    assert text.splitlines()[:2] == ["#!/usr/bin/python3 -I", MAIN.splitlines()[0]]
    places = [text.index(part) for part in ("import json\nimport os", "LIMIT = 3", "def main")]
    assert places == sorted(places)
    assert text.count("LIMIT = 3") == text.count("from __future__") == 1
    assert "from limen" not in text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("first", FIRST.replace("json", "cryptography")),
        ("first", FIRST.replace("json", "limen.clock")),
        ("first", FIRST.replace("import json", "from limen.clock import DAY")),
        ("first", FIRST.replace("import json", "from . import other")),
        ("first", FIRST.replace("import json", "import json as other")),
        ("first", FIRST + "import re\n"),
        ("first", FIRST.partition("\n")[2]),
        ("first", FIRST + "def main() -> None: ...\n"),
        ("first", FIRST + "os = 1\n"),
        ("first", FIRST + "class Limit: ...\nos: int = 1\n"),
        ("main", MAIN.replace("import LIMIT", "import LIMIT as MOST")),
        ("main", MAIN + "\n\nLIMIT, OTHER = 4, 5\n"),
    ],
    ids=[
        "library",
        "limen",
        "from limen",
        "relative",
        "another name",
        "late import",
        "no docstring",
        "two functions",
        "name of an import",
        "annotated",
        "its own by another name",
        "two values",
    ],
)
def test_what_could_mean_something_else_is_refused(sources: Path, name: str, text: str) -> None:
    (sources / f"{name}.py").write_text(text)
    with pytest.raises(ValueError, match=r"\w"):
        one_file("limen.x.program.main")


def test_the_same_modules_give_the_same_bytes() -> None:
    before = one_file(PROGRAM)
    one_file.cache_clear()
    assert one_file(PROGRAM) == before
    assert len(before.splitlines()) > 1_000
