"""The first file a newcomer runs: it must say what it can do, and refuse kindly what it can't."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).resolve().parent.parent
WRONG = "def test_it():\n    assert False\n"
UNSTEADY = """
import pathlib
seen = pathlib.Path(__file__ + ".seen")
was = seen.exists()
seen.touch()
def test_it():
    assert was
"""
MANY = UNSTEADY + "".join(f"def test_{number}():\n    assert was\n" for number in range(9))


def do(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, HERE / "do.py", *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_without_a_task_it_says_what_there_is() -> None:
    said = do()
    assert said.returncode == 0
    for task in ("run", "test", "setup", "lint", "bench", "messages", "docs", "lock", "build", "audit"):
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
    ("files", "tests", "tried", "holds"),
    [(1, UNSTEADY, True, True), (1, MANY, True, True), (1, WRONG, True, False), (31, UNSTEADY, False, False)],
    ids=["unsteady", "many of one file", "wrong", "of many files"],
)
def test_what_failed_is_tried_once_more_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], files: int, tests: str, *, tried: bool, holds: bool
) -> None:
    import do as tasks

    for number in range(files):
        (tmp_path / f"test_{number}.py").write_text(tests)
    (tmp_path / "pytest.ini").touch()
    kept = tmp_path / "kept"
    command = (sys.executable, "-m", "pytest", "-q", "-o", f"cache_dir={kept}", "-o", "addopts=", tmp_path)
    placed = (*command, f"--basetemp={tmp_path / 'folder'}")
    (tmp_path / "folder").mkdir()
    assert tasks.call(*placed) == tasks.SOME_FAILED
    code = tasks.alone(placed, kept, {})
    told = capfd.readouterr().out
    assert (code == 0, "UNSTEADY" in told) == (holds, holds)
    assert ("Once more" in told) is tried


@pytest.mark.parametrize(("failed_before", "ending"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_what_no_time_is_left_for_is_left_out_and_what_failed_stays_failed(
    monkeypatch: pytest.MonkeyPatch, failed_before: bool, ending: type[BaseException]
) -> None:
    from tests.conftest import pytest_runtest_setup

    asked = SimpleNamespace(config=SimpleNamespace(getoption=lambda _name: failed_before))
    monkeypatch.setenv("LIMEN_ENDS_BY", str(time.time() + 100))
    pytest_runtest_setup(asked)
    monkeypatch.setenv("LIMEN_ENDS_BY", str(time.time() - 1))
    with pytest.raises(ending, match="no time"):
        pytest_runtest_setup(asked)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], (False, "", [])),
        (["--quick"], (True, "", [])),
        (["--changed"], (False, "HEAD", [])),
        (["--changed", "main", "-x"], (False, "main", ["-x"])),
        (["--changed", "-x"], (False, "HEAD", ["-x"])),
        (["--quick", "--changed", "main"], (True, "main", [])),
        (["tests/cedar", "-x"], (False, "", ["tests/cedar", "-x"])),
    ],
)
def test_which_tests_are_asked_for(words: list[str], asked: tuple[bool, str, list[str]]) -> None:
    sys.path.insert(0, str(HERE))
    try:
        import do as tasks
    finally:
        sys.path.pop(0)
    assert tasks.asked_of(words) == asked


@pytest.mark.parametrize("listed", ["apt.txt", "apt-bench.txt"])
def test_every_real_part_names_a_package_and_its_command(listed: str) -> None:
    for line in (HERE / ".ci" / listed).read_text().splitlines():
        assert line.startswith("#") or len(line.split()) == 2


AUDITED = {
    "weak": ('[{"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": []}]}]', 1),
    "sound": ('[{"name": "a", "version": "1", "vulns": []}]', 0),
    "not looked up": ('[{"name": "a", "skip_reason": "not found"}]', 0),
}


@pytest.mark.parametrize("found", AUDITED)
def test_a_known_weakness_of_a_package_stops_a_release(capsys: pytest.CaptureFixture[str], found: str) -> None:
    import do as tasks

    packages, code = AUDITED[found]
    assert tasks.audited(Path("requirements.lock"), f'{{"dependencies": {packages}}}', "") == code
    assert "requirements.lock" in capsys.readouterr().out


def test_a_database_of_weaknesses_that_does_not_answer_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    import do as tasks

    assert tasks.audited(Path("requirements.lock"), "", "no answer") == 0
    assert "not audited" in capsys.readouterr().out
