"""The two runs of the tests, as `do.py test` and `do.py test --all` start them: the gate and the long run.

What failed in a few files is tried once more, alone. What holds then is *unsteady*: both outputs are shown, and it is
written to `tests/unsteady.toml`, from when on it is part of the long run only. What fails again fails the run.
`.venv/runs/NAME.json` holds what a run came to, to be handed in. Why: docs/decisions/0237-the-gate-and-the-long-run.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools import unsteady
from tools.reporting import WHERE

HERE: Final = Path(__file__).resolve().parent.parent
RUNS, LAST_GREEN = HERE / ".venv" / "runs", HERE / ".venv" / "last-green"
TOGETHER: Final = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
"""Three workers for two cores: while one waits for a process that it started, the others go on. A file's tests stay
together, as they share a server or a browser.
"""
MOST_ALONE: Final = 8
"""Of how many files the failed tests are tried once more: more are no accident."""
SLOWEST_SHOWN: Final = 12
SOME_FAILED: Final = 1
"""What pytest ends with where tests failed. Anything else but 0 is no result, and not tried again."""
SIZE_OF: Final = {"gate": "work", "long": "ci"}
"""How much of each law is tried (tests/dial.py), where LIMEN_TESTS does not say."""

Report = dict[str, Any]
"""As `tools.reporting` writes it."""


@dataclass(frozen=True, slots=True)
class Run:
    """`seed` draws whatever the long run draws; the gate tries the same each time."""

    name: str
    part: str = ""
    seed: int = 0
    words: tuple[str, ...] = ()

    def environment(self, report: Path) -> dict[str, str]:
        size = os.environ.get("LIMEN_TESTS", SIZE_OF[self.name])
        chosen = {"LIMEN_RUN": self.name, "LIMEN_PART": self.part, "LIMEN_TESTS": size, WHERE: str(report)}
        return {**os.environ, **chosen, "PYTHONHASHSEED": str(self.seed)}

    def drawn(self) -> tuple[str, ...]:
        return (f"--hypothesis-seed={self.seed}",) if self.name == "long" else ()


def main(words: Sequence[str]) -> int:
    run, began = asked_of(words), time.monotonic()
    if run.name == "long":
        part = f" --part {run.part}" if run.part else ""
        print(f"The long run. To run it once more as it is: do.py test --all{part} --seed {run.seed}", flush=True)
    # Short names: what Limen, Caddy and PostgreSQL listen on may have 103 bytes.
    with tempfile.TemporaryDirectory(prefix="l", ignore_cleanup_errors=True) as folder:
        code, came_to = tried(run, Path(folder))
    came_to |= {"seconds": round(time.monotonic() - began), "cpu_seconds": cpu_seconds()}
    RUNS.mkdir(exist_ok=True)
    (RUNS / f"{run.name}.json").write_text(json.dumps(came_to, indent=1))
    tell(came_to)
    if code == 0 and run.name == "gate" and not run.words and is_clean():
        LAST_GREEN.write_text(f"{came_to['commit']} {came_to['seconds']} s, {came_to['passed']} passed\n")
    return code


def asked_of(words: Sequence[str]) -> Run:
    """Raises SystemExit with what is wrong. Words that are not its own go to pytest."""
    parser = argparse.ArgumentParser(prog="do.py test", allow_abbrev=False)
    parser.add_argument("name", choices=SIZE_OF)
    parser.add_argument("--part", default="", type=part, help="2/6: the second of six parts")
    parser.add_argument("--seed", type=int)
    asked, more = parser.parse_known_args(words)
    drawn = random.SystemRandom().randrange(1 << 32) if asked.name == "long" else 0
    return Run(asked.name, asked.part, drawn if asked.seed is None else asked.seed, tuple(more))


def part(text: str) -> str:
    """Raises ValueError where it is no part: `7/6`, `2`. Nothing is all of it."""
    if not text:
        return text
    which, parts = (int(number) for number in text.split("/"))
    if not 1 <= which <= parts:
        raise ValueError(text)
    return text


def tried(run: Run, folder: Path) -> tuple[int, dict[str, Any]]:
    """All together, then what failed alone: the exit code, and what it came to."""
    code, report = pytest(run, folder / "t", *TOGETHER)
    failed, held = those(report, "failed"), dict[str, str]()
    if code == SOME_FAILED and 0 < len({one.partition("::")[0] for one in failed}) <= MOST_ALONE:
        print(f"Once more, alone: {', '.join(failed)}", flush=True)
        _, again = pytest(run, folder / "a", *failed)
        held = {one: report["tests"][one]["output"] for one in failed if one in those(again, "passed")}
        for test, output in held.items():
            print(f"UNSTEADY: {test}\n  beside others:\n{output}\n  alone: passed")
        unsteady.note(held, commit())
    left = [one for one in failed if one not in held]
    if code == SOME_FAILED and failed and not left:
        code = 0
    return code, summary(run, report, left, list(held))


def pytest(run: Run, folder: Path, *words: str) -> tuple[int, Report]:
    report, cache = folder.with_suffix(".json"), folder.with_suffix(".cache")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tools.reporting", f"--basetemp={folder}"]
    kept = ["-o", f"cache_dir={cache}", *run.drawn(), *run.words]
    code = subprocess.run([*command, *kept, *words], cwd=HERE, env=run.environment(report), check=False).returncode  # noqa: S603 -- pytest
    return code, json.loads(report.read_text()) if report.exists() else {"tests": {}, "peak_mb": {}}


def those(report: Report, came_to: str) -> list[str]:
    return sorted(name for name, one in report["tests"].items() if one["came_to"] == came_to)


def summary(run: Run, report: Report, failed: list[str], held: list[str]) -> dict[str, Any]:
    """What is written and told: times in seconds, memory in megabytes."""
    files, phases = Counter[str](), Counter[str]()
    for name, one in report["tests"].items():
        for phase in ("setup", "call", "teardown"):
            phases[phase] += one[phase]
            files[name.partition("::")[0]] += one[phase]
    return {
        "run": run.name,
        "part": run.part,
        "seed": run.seed,
        "commit": commit(),
        "day": time.strftime("%Y-%m-%d"),
        "passed": len(those(report, "passed")) + len(held),
        "failed": failed,
        "skipped": len(those(report, "skipped")),
        "unsteady": held,
        "phases": {phase: round(seconds) for phase, seconds in phases.items()},
        "files": {name: round(seconds, 1) for name, seconds in files.most_common()},
        "peak_mb": report["peak_mb"],
    }


def tell(came_to: dict[str, Any]) -> None:
    print("The slowest files, in seconds:")
    for name, seconds in [*came_to["files"].items()][:SLOWEST_SHOWN]:
        print(f"{seconds:8.1f}  {name}")
    for word in ("unsteady", "failed"):
        for name in came_to[word]:
            print(f"{word.upper()}: {name}")
    took = f"{came_to['seconds']} s, {came_to['cpu_seconds']} s of a processor"
    print(f"Took {took}; set up, called, taken down: {', '.join(f'{one} s' for one in came_to['phases'].values())}.")
    print(f"{came_to['passed']} passed, {len(came_to['failed'])} failed, {came_to['skipped']} skipped", flush=True)


def cpu_seconds() -> int:
    """Of all that this process started and that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(used.ru_utime + used.ru_stime)


def commit() -> str:
    return _git("rev-parse", "HEAD").strip()


def is_clean() -> bool:
    return bool(commit()) and not _git("status", "--porcelain").strip()


def _git(*words: str) -> str:
    """Nothing where this is no repository, or git is not installed."""
    if not shutil.which("git"):
        return ""
    return subprocess.run(["git", *words], cwd=HERE, capture_output=True, text=True, check=False).stdout  # noqa: S603, S607 -- git, with words of this file


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
