#!/usr/bin/env python3
"""Everything a newcomer needs, with nothing but Python 3.11 or newer.

    python3 do.py run      set everything up, start the demo company and print where to look
    python3 do.py test     set everything up and run all checks and tests
    python3 do.py test --quick            checks, and the tests that tell most in two minutes
    python3 do.py test --changed [REV]    the tests that a change since REV can reach; without it, since the last commit
    python3 do.py setup    only set everything up, into .venv
    python3 do.py lint     format, lint, types and the floors of the house
    python3 do.py bench    every performance figure that the README states
    python3 do.py messages bring the message catalogues up to date with what the pages say
    python3 do.py docs     write the reference from the settings, commands, schema and events
    python3 do.py lock     make the lock files anew after a dependency changed
    python3 do.py build    the wheel, equal byte for byte from equal sources, and its bill of materials, into dist/
    python3 do.py audit    known weaknesses of everything that Limen is installed with

Words behind `test` go to pytest: `python3 do.py test tests/cedar -x`, `python3 do.py test --changed main -x`.
`--quick` leaves out the agent, and what starts programs or is marked slow, and tries laws in their smallest size; of
a test with many cases it tries two, and of a file two of those that open a database, a server or all of Limen.
`--changed` goes by imports.
How much laws try says LIMEN_TESTS: quick (with --quick), work, or ci, which is all of it (see tests/dial.py).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RUNTIME, DEVELOPMENT = HERE / "requirements.lock", HERE / "requirements-dev.lock"
CONTAINER = HERE / "container"
CONTAINED = CONTAINER / "requirements.lock"
"""Everything that the image holds: the runtime with all its extras."""
CONTAINED_LOCKS = (CONTAINED, CONTAINER / "build.lock")
WHEELS = VENV / "wheels"
REAL_APPS = HERE / "tests" / "interop" / "locks"
NODE_PEERS = tuple(one.parent for one in (*REAL_APPS.glob("*/package.json"), *(HERE / "bench").glob("*/package.json")))
LOCK_ALONE = ("--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund")
"""Its lock names no registry, so that whoever installs from it takes their own."""
REAL_PARTS, PEERS = HERE / ".ci" / "apt.txt", HERE / ".ci" / "apt-bench.txt"
PATIENCE_SECONDS = 15
"""How long a command may take to end by itself after Ctrl-C, and once more when told to."""
# Three workers for two cores: tests wait a quarter of their time, for servers, browsers and ends of leases. A file's
# tests stay together because they share these. In the order of their names, since by number of tests the longest of
# all (one test, many kills) would come last, alone.
TOGETHER = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
QUICKLY = ("-m", "not slow", "--ignore=agent/tests", "--durations=5", "--durations-min=1")
PLENTY_BYTES = 4 << 30
SOME_FAILED, NO_TEST_LEFT = 1, 5
"""What pytest ends with where tests failed, and where no test was left to run."""
MOST_ALONE = 30
"""Of how many files the failed tests are tried once more, alone: more are no accident of a busy machine."""
SECONDS_ALONE = 10 * 60
"""After the end that LIMEN_ENDS_BY sets to a run: what failed in it may still begin once more."""
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
    "people",
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
        "build": build,
        "audit": audit,
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
    """All checks, then all tests; with words of your own, only pytest with those."""
    install(DEVELOPMENT)
    is_quick, since, words = asked_of(rest)
    if not is_quick:
        install_real_parts()
        if not words:
            fetch_wheels()
    began = time.monotonic()
    if not words and (failed := lint([])):
        return failed
    checked = time.monotonic()
    paths = reached_since(since) if since else []
    if since and not paths:
        return 0
    # Tests start hundreds of processes; where Python may not write bytecode, each would compile all of Limen anew.
    call(PYTHON, "-m", "compileall", "-q", "-j", "2", HERE / "src", HERE / "agent" / "src")
    chosen = [*paths, *(QUICKLY if is_quick else ()), *words]
    together = () if words and not (is_quick or since) else TOGETHER
    turned = {"LIMEN_TESTS": os.environ.get("LIMEN_TESTS", "quick")} if is_quick else {}
    memory = in_memory()
    # A folder of this run alone, with a short name: what Caddy and PostgreSQL listen on may have 103 bytes.
    folder = Path(memory["TMPDIR"]) / f"limen{os.getpid()}" if memory else None
    placed = (f"--basetemp={folder}",) if folder is not None else ()
    command = (PYTHON, "-m", "pytest", "-q", *placed)
    with tempfile.TemporaryDirectory() as kept:
        remembering = ("-o", f"cache_dir={kept}")
        code = call(*command, *together, *remembering, *chosen, more={**memory, **turned})
        if code == SOME_FAILED and not chosen:
            code = alone((*command, *remembering), Path(kept), memory)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Checks took {checked - began:.0f} s, tests {time.monotonic() - checked:.0f} s.")
    return 0 if code == NO_TEST_LEFT and (is_quick or since) else code


def alone(command: tuple[str | Path, ...], kept: Path, memory: dict[str, str]) -> int:
    """Try the few tests that failed among thousands once more, by themselves; those that hold now are named unsteady.

    Tests of a file share a server: where that did not start, all of them failed for one reason.
    Servers, browsers and laws share two cores here. What is wrong in the product fails alone, too (record 0122).
    """
    noted = kept / "v" / "cache" / "lastfailed"
    failed = sorted(json.loads(noted.read_text())) if noted.exists() else []
    if not 0 < len({test.partition("::")[0] for test in failed}) <= MOST_ALONE:
        return SOME_FAILED
    print(f"Once more, alone: {', '.join(failed)}", flush=True)
    ends_by = os.environ.get("LIMEN_ENDS_BY", "")
    later = {"LIMEN_ENDS_BY": str(float(ends_by) + SECONDS_ALONE)} if ends_by else {}
    code = call(*command, "--last-failed", "--last-failed-no-failures=none", more={**memory, **later})
    if code == 0:
        print(f"UNSTEADY, to be mended: {', '.join(failed)}")
    return code


def in_memory() -> dict[str, str]:
    """Databases and journals wait for the disk at each commit; in memory, where there is plenty, they need not."""
    place = Path("/dev/shm")  # noqa: S108 -- whose it is is seen to by pytest, which makes a folder of its own
    has_plenty = place.is_dir() and os.access(place, os.W_OK) and shutil.disk_usage(place).free > PLENTY_BYTES
    return {"TMPDIR": os.environ.get("TMPDIR", str(place))} if has_plenty else {}


def asked_of(rest: list[str]) -> tuple[bool, str, list[str]]:
    """Whether only quick tests are wanted, since which revision (nothing: all tests), and what is left for pytest."""
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
    return is_quick, since, words


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
    ours = (*compile_lock, "pyproject.toml")
    run_too = (*ours, "--group", "run")
    failed = (
        call(*run_too, "-o", RUNTIME)
        or call(*run_too, "--group", "dev", "-c", RUNTIME, "-o", DEVELOPMENT)
        or call(*ours, "--all-extras", "-c", DEVELOPMENT, "-o", CONTAINED)
        or call(*compile_lock, "--group", "build", "-c", RUNTIME, "-o", CONTAINED_LOCKS[1])
    )
    for app in sorted(REAL_APPS.glob("*.in")):
        failed = failed or call(*compile_lock, app, "-o", app.with_suffix(".lock"))
    if not shutil.which("npm"):
        print("npm is not installed, so its locks stay as they are.")
        return failed
    for peer in sorted(NODE_PEERS):
        failed = failed or call("npm", "install", *LOCK_ALONE, "--prefix", peer)
    return failed


def build(rest: list[str]) -> int:
    """The wheel and its bill of materials (CycloneDX 1.6), whose times are those of the newest change."""
    del rest
    install(DEVELOPMENT)
    made = HERE / "dist"
    shutil.rmtree(made, ignore_errors=True)
    wheel = (BIN / "uv", "build", "--quiet", "--wheel", "--no-build-isolation", "--python", PYTHON, "--out-dir", made)
    if failed := call(*wheel, more={"SOURCE_DATE_EPOCH": when_changed()}):
        return failed
    with tempfile.TemporaryDirectory() as folder:  # with nothing but what runs
        runtime = Path(folder) / "runtime"
        check_call(BIN / "uv", "venv", "--quiet", "--python", PYTHON, runtime)
        uv = (BIN / "uv", "pip", "install", "--quiet", "--python", runtime)
        check_call(*uv, "--require-hashes", "-r", CONTAINED)
        check_call(*uv, "--no-deps", *made.glob("*.whl"))
        bill = (BIN / "cyclonedx-py", "environment", "--pyproject", HERE / "pyproject.toml", "--output-reproducible")
        failed = call(*bill, "--output-file", made / "limen.cdx.json", runtime)
    for file in sorted(made.glob("limen*")):
        print(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(HERE)}")
    return failed


def when_changed() -> str:
    """Seconds since the epoch of the newest commit; of files that came without their history a fixed time."""
    git = ("git", "log", "-1", "--format=%ct")
    asked = subprocess.run(git, cwd=HERE, capture_output=True, text=True, check=False) if shutil.which("git") else None
    return (asked.stdout.strip() if asked else "") or "1767225600"


def audit(rest: list[str]) -> int:
    """Fails where a weakness is known; says what could not be looked up, as where no database is in reach."""
    del rest
    install(DEVELOPMENT)
    asking = (BIN / "pip-audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json")
    failed = 0
    for locked in (CONTAINED, DEVELOPMENT):
        asked = subprocess.run(
            [*map(str, asking), "-r", str(locked)], cwd=HERE, capture_output=True, text=True, check=False
        )
        failed = max(failed, audited(locked.relative_to(HERE), asked.stdout, asked.stderr))
    return failed


def audited(locked: Path, answer: str, complaint: str) -> int:
    """Says what pip-audit found about the packages of a lock file; 1 where there is a weakness."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        print(f"{locked}: not audited, as no database of weaknesses answers here. {complaint.strip()[-200:]}")
        return 0
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    weak = [one for one in packages if one.get("vulns")]
    for one in weak:
        found = ", ".join(
            f"{each['id']} (fixed in {', '.join(each['fix_versions']) or 'nothing yet'})" for each in one["vulns"]
        )
        print(f"{locked}: {one['name']} {one['version']} has {found}")
    looked_up = len(packages) - len(skipped)
    print(f"{locked}: {looked_up} packages looked up, {len(skipped)} not, {len(weak)} with a known weakness")
    return 1 if weak else 0


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


def fetch_wheels() -> None:
    """What the image and other ways to install are made of, once, so that tests of them need no network."""
    wanted = b"".join(locked.read_bytes() for locked in CONTAINED_LOCKS)
    stamp, named = WHEELS / "complete", hashlib.sha256(wanted).hexdigest()
    if stamp.exists() and stamp.read_text() == named:
        return
    shutil.rmtree(WHEELS, ignore_errors=True)
    fetch = (PYTHON, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")
    if any(call(*fetch, "--dest", WHEELS, "-r", locked) for locked in CONTAINED_LOCKS):
        print("Not fetched: what other ways to install are tried with. Their tests are left out.")
        return
    stamp.write_text(named)


def install_real_parts(listed: Path = REAL_PARTS, used_by: str = "tests") -> None:
    """The browsers and servers that tests and benches drive, where this machine lets us; absent ones are named."""
    parts = [line.split() for line in listed.read_text().splitlines() if line and not line.startswith("#")]
    missing = [package for package, shown_by in parts if not (shutil.which(shown_by) or Path(shown_by).is_file())]
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
