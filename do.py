#!/usr/bin/env python3
"""Everything a newcomer needs, with nothing but Python 3.11 or newer.

    python3 do.py run      set everything up, start the demo company and print where to look
    python3 do.py test     the gate: all checks, and each test that gives the same answer on any machine (20 minutes)
    python3 do.py test --all [--part 2/6] [--seed N]  the long run: every test with every real part, at full size
    python3 do.py test --quick            checks, and the tests of the gate that tell most in two minutes
    python3 do.py test --changed [REV]    the tests that a change since REV can reach; without it, since the last commit
    python3 do.py setup    only set everything up, into .venv
    python3 do.py lint     format, lint, types and the floors of the house
    python3 do.py bench    every performance figure that the README states
    python3 do.py messages bring the message catalogues up to date with what the pages say
    python3 do.py docs     write the reference from the settings, commands, schema and events
    python3 do.py lock     make the lock files anew after a dependency changed

Words behind `test` go to pytest: `python3 do.py test tests/cedar -x`, `python3 do.py test --changed main -x`; a test
that is named is run, whichever run it is part of. What makes it part of the gate says tests/runs.py.
`--quick` leaves out the agent, and what starts programs or is marked slow, and tries laws in their smallest size; of
a test with many cases it tries two, and of a file two of those that open a database, a server or all of Limen.
`--changed` goes by imports.
How much laws try says LIMEN_TESTS: quick (with --quick), work (the gate), or ci, which is all of it (--all).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RUNTIME, DEVELOPMENT = HERE / "requirements.lock", HERE / "requirements-dev.lock"
REAL_APPS = HERE / "tests" / "interop" / "locks"
NODE_PEERS = tuple(one.parent for one in (*REAL_APPS.glob("*/package.json"), *(HERE / "bench").glob("*/package.json")))
LOCK_ALONE = ("--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund")
"""Its lock names no registry, so that whoever installs from it takes their own."""
REAL_PARTS, PEERS = HERE / ".ci" / "apt.txt", HERE / ".ci" / "apt-bench.txt"
PATIENCE_SECONDS = 15
"""How long a command may take to end by itself after Ctrl-C, and once more when told to."""
# Two workers suit two cores; a file's tests stay together because they share a server or a browser. In the order of
# their names, since by number of tests the longest of all (one test, many kills) would come last, alone.
TOGETHER = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
QUICKLY = ("-m", "not slow", "--ignore=agent/tests", "--durations=5", "--durations-min=1")
PLENTY_BYTES = 4 << 30
NO_TEST_LEFT = 5
"""What pytest ends with where no test was left to run."""
BENCHES = (
    "engine",
    "policy",
    "check",
    "facts",
    "streams",
    "footprint",
    "first_hour",
    "revocation",
    "sso",
    "devices",
    "monitor_detect",
    "data",
)


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 -- this file is what an older Python meets first
        return _stop(f"Limen needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    task, rest = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    tasks = {
        "run": run,
        "test": test,
        "setup": setup,
        "lint": lint,
        "bench": bench,
        "messages": messages,
        "docs": docs,
        "lock": lock,
    }
    if task not in tasks:
        print(__doc__)
        return 0 if task in {"", "-h", "--help", "help"} else 2
    return tasks[task](rest)


def run(rest: list[str]) -> int:
    """Start the demo company on this machine."""
    install(RUNTIME)
    return call(BIN / "limen", "demo", *rest)


def test(rest: list[str]) -> int:
    """All checks, then the gate or the long run; with words of your own, only pytest with those."""
    install(DEVELOPMENT)
    asked = asked_of(rest)
    if not asked.is_quick:
        install_real_parts(is_for_gate=asked.run == "gate")
    if not asked.words and (failed := lint([])):
        return failed
    # Tests start hundreds of processes; where Python may not write bytecode, each would compile all of Limen anew.
    call(PYTHON, "-m", "compileall", "-q", "-j", "2", HERE / "src", HERE / "agent" / "src", HERE / "tests")
    if asked.run:
        return call(PYTHON, "-m", "tools.suite", asked.run, *asked.options, more=in_memory())
    paths = reached_since(asked.since) if asked.since else []
    if asked.since and not paths:
        return 0
    return some_tests(asked, paths)


def some_tests(asked: Asked, paths: list[str]) -> int:
    """What was named, what a change can reach, or what tells most in two minutes."""
    together = TOGETHER if asked.is_quick or asked.since else ()
    turned = {"LIMEN_TESTS": os.environ.get("LIMEN_TESTS", "quick"), "LIMEN_RUN": "gate"} if asked.is_quick else {}
    chosen = (*together, *paths, *(QUICKLY if asked.is_quick else ()), *asked.words)
    memory = in_memory()
    # A short name: what Caddy and PostgreSQL listen on may have 103 bytes.
    with tempfile.TemporaryDirectory(prefix="limen", dir=memory.get("TMPDIR"), ignore_cleanup_errors=True) as folder:
        command = (PYTHON, "-m", "pytest", "-q", f"--basetemp={folder}/tests", *chosen)
        code = call(*command, more={**memory, **turned})
    return 0 if code == NO_TEST_LEFT and (asked.is_quick or asked.since) else code


def in_memory() -> dict[str, str]:
    """Databases and journals wait for the disk at each commit; in memory, where there is plenty, they need not."""
    place = Path("/dev/shm")  # noqa: S108 -- whose it is is seen to by pytest, which makes a folder of its own
    has_plenty = place.is_dir() and os.access(place, os.W_OK) and shutil.disk_usage(place).free > PLENTY_BYTES
    return {"TMPDIR": os.environ.get("TMPDIR", str(place))} if has_plenty else {}


@dataclass(frozen=True)
class Asked:
    """What the words behind `test` ask for: a whole run with its options, or tests of one's own choice."""

    run: str = ""
    options: tuple[str, ...] = ()
    is_quick: bool = False
    since: str = ""
    words: tuple[str, ...] = ()


def asked_of(rest: list[str]) -> Asked:
    """Without a word the gate. Behind `--changed` may stand since which revision."""
    if not rest:
        return Asked("gate")
    if "--all" in rest:
        return Asked("long", tuple(word for word in rest if word != "--all"))
    is_quick, since, words = False, "", []
    waiting = list(rest)
    while waiting:
        word = waiting.pop(0)
        if word == "--quick":
            is_quick = True
        elif word == "--changed":
            since = waiting.pop(0) if waiting and not waiting[0].startswith("-") else "HEAD"
        else:
            words.append(word)
    return Asked(is_quick=is_quick, since=since, words=tuple(words))


def reached_since(revision: str) -> list[str]:
    """The test files that what changed can reach; what was chosen and why is said."""
    command = [str(PYTHON), "-m", "tools.changed_tests", revision]
    found = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode:
        sys.exit(found.returncode)
    return found.stdout.splitlines()


def setup(rest: list[str]) -> int:
    """Runtime and development packages into .venv."""
    del rest
    install(DEVELOPMENT)
    print(f"Ready. Try: {BIN.relative_to(HERE) / 'limen'} --help")
    return 0


def lint(rest: list[str]) -> int:
    """What must hold before a test is worth running."""
    del rest
    install(DEVELOPMENT)
    checks = (
        ("format", (BIN / "ruff", "format", "--check", "--quiet", ".")),
        ("lint", (BIN / "ruff", "check", "--quiet", ".")),
        ("types", (BIN / "mypy", "--no-error-summary")),
        ("floors", (BIN / "lint-imports", "importlinter.toml", "--no-cache")),
    )
    failed = [name for name, command in checks if call(*command)]
    return _stop(f"These checks failed: {', '.join(failed)}.") if failed else 0


def bench(rest: list[str]) -> int:
    """Each bench prints a table; `--json` gives one line each."""
    install(DEVELOPMENT)
    install_real_parts()
    install_real_parts(PEERS, "benches")
    return max(call(PYTHON, HERE / "bench" / f"{name}.py", *rest) for name in BENCHES)


def messages(rest: list[str]) -> int:
    """What employees read: found in templates and code, missing translations named."""
    del rest
    install(DEVELOPMENT)
    return call(PYTHON, "-m", "tools.messages")


def docs(rest: list[str]) -> int:
    """docs/reference, from what it describes; what says nothing of itself is named."""
    del rest
    install(DEVELOPMENT)
    return call(PYTHON, "-m", "tools.reference")


def lock(rest: list[str]) -> int:
    """Resolve for every platform at once, with hashes, naming no download host; apps that tests drive, each alone."""
    install(DEVELOPMENT)
    uv = (BIN / "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url")
    compile_lock: tuple[str | Path, ...] = (*uv, "--no-header", "--no-annotate", "--python-version", "3.11", *rest)
    ours = (*compile_lock, "pyproject.toml", "--group", "run")
    failed = call(*ours, "-o", RUNTIME) or call(*ours, "--group", "dev", "-c", RUNTIME, "-o", DEVELOPMENT)
    for app in sorted(REAL_APPS.glob("*.in")):
        failed = failed or call(*compile_lock, app, "-o", app.with_suffix(".lock"))
    if not shutil.which("npm"):
        print("npm is not installed, so its locks stay as they are.")
        return failed
    for peer in sorted(NODE_PEERS):
        failed = failed or call("npm", "install", *LOCK_ALONE, "--prefix", peer)
    return failed


def install(locked: Path) -> None:
    """Bring .venv to what `locked` says, once; nothing outside this folder changes."""
    wanted = hashlib.sha256(locked.read_bytes() + (HERE / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / f".{locked.stem}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Setting up {VENV.name} (once; about a minute) …", flush=True)
    make_environment()
    with tempfile.TemporaryDirectory() as folder:
        only_uv = Path(folder) / "uv.lock.txt"
        only_uv.write_text(requirement_of("uv", locked))
        if not (BIN / "uv").exists() and not (BIN / "uv.exe").exists():
            pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
            check_call(*pip, "--require-hashes", "-r", only_uv)
    # Compiled once here, packages start fast also where nobody may write beside them, as in a hardened service.
    uv = (BIN / "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON)
    check_call(*uv, "--require-hashes", "-r", locked)
    check_call(*uv, "--no-deps", "--no-build-isolation", "--editable", HERE)
    stamp.write_text(wanted)


def make_environment() -> None:
    """An environment with pip, also where the system's Python came without venv or refuses pip (PEP 668)."""
    if PYTHON.exists():
        return
    if importlib.util.find_spec("ensurepip") is not None:
        venv.create(VENV, with_pip=True, symlinks=os.name != "nt")
    elif shutil.which("uv"):
        check_call("uv", "venv", "--quiet", "--seed", "--python", sys.executable, VENV)
    elif importlib.util.find_spec("pip") is not None:
        # `--target` touches nothing of the system's, so an externally managed Python allows it.
        with tempfile.TemporaryDirectory() as folder:
            check_call(sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "virtualenv")
            check_call(sys.executable, "-m", "virtualenv", "--quiet", VENV, more={"PYTHONPATH": folder})
    elif shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        apt("python3-venv")
        check_call(sys.executable, "-m", "venv", VENV)
    else:
        sys.exit(_stop("This Python came without venv and pip. On Debian and Ubuntu: sudo apt install python3-venv"))


def install_real_parts(listed: Path = REAL_PARTS, used_by: str = "tests", *, is_for_gate: bool = False) -> None:
    """The browsers and servers that tests and benches drive, where this machine lets us; absent ones are named. The
    gate needs few of them: those whose line says so.
    """
    parts = [line.split() for line in listed.read_text().splitlines() if line and not line.startswith("#")]
    wanted = [(package, shown_by) for package, shown_by, *runs in parts if not is_for_gate or "gate" in runs]
    missing = [package for package, shown_by in wanted if not (shutil.which(shown_by) or Path(shown_by).is_file())]
    if not missing:
        return
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print(f"Installing {', '.join(missing)} for the {used_by} …", flush=True)
        apt(*missing)
    else:
        print(f"Not installed: {', '.join(missing)}. What needs them is left out; to run it, install these.")


def apt(*packages: str) -> None:
    unasked = {"DEBIAN_FRONTEND": "noninteractive"}
    call("apt-get", "update", "-qq", more=unasked)
    install = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
    call(*install, *packages, quiet=True, more=unasked)


def requirement_of(name: str, locked: Path) -> str:
    """The lines of one package in a lock file, hashes and all."""
    taken: list[str] = []
    for line in locked.read_text().splitlines():
        if line.startswith(f"{name}==") or (taken and line.startswith((" ", "\t"))):
            taken.append(line)
        elif taken:
            break
    return "\n".join(taken) + "\n"


def call(*command: str | Path, quiet: bool = False, more: dict[str, str] | None = None) -> int:
    """Run `command` to its end. Ctrl-C reaches it too, and it is given time to put away what it made.

    What ends us, and only us, ends it as well: nothing goes on running that nobody sees.
    """
    running = subprocess.Popen(
        [str(word) for word in command],
        cwd=HERE,
        env={**os.environ, **(more or {})},
        stdout=subprocess.DEVNULL if quiet else None,
    )
    signal.signal(signal.SIGTERM, lambda _number, _frame: running.terminate())
    try:
        return running.wait()
    except KeyboardInterrupt:
        let_end(running)
        return 130


def let_end(running: subprocess.Popen[bytes]) -> None:
    """Wait for what ends by itself; whoever presses Ctrl-C again waits no longer."""
    for seconds, insist in ((PATIENCE_SECONDS, running.terminate), (PATIENCE_SECONDS, running.kill)):
        try:
            running.wait(seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            insist()
        else:
            return
    running.wait()


def check_call(*command: str | Path, more: dict[str, str] | None = None) -> None:
    if code := call(*command, more=more):
        sys.exit(_stop(f"`{' '.join(str(word) for word in command)}` ended with {code}; its own words are above."))


def _stop(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
