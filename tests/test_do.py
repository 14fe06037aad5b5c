"""The first file a newcomer runs: it must say what it can do, and refuse kindly what it can't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent


def do(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, HERE / "do.py", *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_without_a_task_it_says_what_there_is() -> None:
    said = do()
    assert said.returncode == 0
    for task in ("run", "test", "setup", "lint", "bench", "messages", "docs", "lock"):
        assert f"do.py {task}" in said.stdout


def test_a_task_it_does_not_know_is_refused() -> None:
    said = do("tset")
    assert said.returncode == 2
    assert "do.py test" in said.stdout


def test_it_needs_nothing_but_the_standard_library() -> None:
    isolated = [sys.executable, "-I", "-S", HERE / "do.py"]
    assert subprocess.run(isolated, capture_output=True, check=False, timeout=60).returncode == 0


def test_the_tool_that_installs_the_rest_is_itself_locked_with_hashes() -> None:
    sys.path.insert(0, str(HERE))
    try:
        import do as tasks
    finally:
        sys.path.pop(0)
    lines = tasks.requirement_of("uv", tasks.RUNTIME).splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 1
    assert all("--hash=sha256:" in line for line in lines[1:])
    assert tasks.requirement_of("no-such-package", tasks.RUNTIME).strip() == ""


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], {"run": "gate"}),
        (["--all"], {"run": "long"}),
        (["--all", "--part", "2/6"], {"run": "long", "options": ("--part", "2/6")}),
        (["--part", "2/6", "--all", "--seed", "7"], {"run": "long", "options": ("--part", "2/6", "--seed", "7")}),
        (["--quick"], {"is_quick": True}),
        (["--changed"], {"since": "HEAD"}),
        (["--changed", "main", "-x"], {"since": "main", "words": ("-x",)}),
        (["--changed", "-x"], {"since": "HEAD", "words": ("-x",)}),
        (["--quick", "--changed", "main"], {"is_quick": True, "since": "main"}),
        (["tests/cedar", "-x"], {"words": ("tests/cedar", "-x")}),
    ],
)
def test_which_tests_are_asked_for(words: list[str], asked: dict[str, object]) -> None:
    sys.path.insert(0, str(HERE))
    try:
        import do as tasks
    finally:
        sys.path.pop(0)
    assert tasks.asked_of(words) == tasks.Asked(**asked)


@pytest.mark.parametrize("listed", ["apt.txt", "apt-bench.txt"])
def test_every_real_part_names_a_package_and_its_command(listed: str) -> None:
    for line in (HERE / ".ci" / listed).read_text().splitlines():
        assert line.startswith("#") or len(line.split()) == 2 or line.split()[2:] == ["gate"]
