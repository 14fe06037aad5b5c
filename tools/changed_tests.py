"""Which test files can a change reach? Asked by `python3 do.py test --changed [REV]`.

Changed is what differs from REV (where this branch left it) in the working tree, new files too. From there:

- A module reaches whatever imports it, directly or not, and its own test file. Which module of `limen` imports which
  comes from grimp, the library under import-linter; what tests and tools import is read from their text.
- Naming is importing: a quoted `"limen.cli.serve"`, a file's name, or a folder of this repository. So is standing
  below: whatever is in a package needs its `__init__`, and whatever is below a `conftest.py` needs that.
  What the topmost `conftest.py` imports is for those tests that need it anyway, so nobody needs it for that.
- Who starts processes starts Limen: a test that imports `subprocess` needs `limen.cli.main`, and so everything.
- A file in `src` that no module imports (a page, a style, a catalogue, a schema, a migration) stands for the package it
  lies in; a file in `tests` that is not Python for the tests beside it; a page of documentation for `tests/docs`.
  Whoever names the file is reached, too.
- `agent` is a package of its own: whatever is in it reaches all of its tests.
- What nobody can place, and what every test stands on (`pyproject.toml`, the lock files), reaches everything.

Printed are the paths, one a line, for pytest; and in one line, on the other stream, what was chosen and why.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import grimp

HERE = Path(__file__).resolve().parent.parent
EVERYTHING, OF_THE_AGENT = "tests", "agent/tests"
STOOD_ON = frozenset({"pyproject.toml", "requirements.lock", "requirements-dev.lock"})
PYTHON = ("src/limen", "tests", "tools", "bench", OF_THE_AGENT)
TOPMOST = "tests.conftest"
STARTS_PROCESSES, WHAT_IT_STARTS = "subprocess", "limen.cli.main"
LONGEST_NAME = 120
"""A quoted text longer than this is not the name of anything."""
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Chosen:
    """Paths for pytest, `tests` for all of them, none where no test is reached; and why, in a line."""

    paths: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one Python file says: what it imports, and each short text in quotes."""

    imports: frozenset[str]
    quoted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Repository:
    """Every Python file by its module's name, what it says, and who needs whom.

    `needs` is by name: a module that is gone still stands there where somebody imports it.
    """

    files: Mapping[str, str]
    says: Mapping[str, Said]
    needs: Mapping[str, frozenset[str]]

    def tests(self) -> list[str]:
        places = ("tests.", "agent.tests.")
        return [name for name in self.files if name.startswith(places) and name.rpartition(".")[2][:5] == "test_"]


def main(words: list[str]) -> int:
    revision = words[0] if words else "HEAD"
    chosen = choose(changed_files(HERE, revision), read_repository(HERE, imports_of_limen()))
    print(chosen.why, file=sys.stderr)
    print("\n".join(chosen.paths))
    return 0


def choose(changed: Iterable[str], repository: Repository) -> Chosen:
    """The test files that these changed files, named as git names them, can reach."""
    changed = sorted(changed)
    if not changed:
        return Chosen((), "Nothing changed, so no test is run.")
    roots: set[str] = set()
    for path in changed:
        placed = place(path, repository)
        if placed is None:
            return Chosen((EVERYTHING, OF_THE_AGENT), f"All tests: {path} can reach everything.")
        roots |= placed
    met = reached(roots, repository.needs)
    every = repository.tests()
    paths = sorted(repository.files[name] for name in every if name in met)
    named = ", ".join(changed[:SHOWN]) + (f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else "")
    return Chosen(tuple(paths), f"{len(paths)} of {len(every)} test files, which {named} can reach.")


def place(path: str, repository: Repository) -> set[str] | None:
    """The modules that a changed file stands for; None where that is everything."""
    if path in STOOD_ON:
        return None
    naming = {name for name, said in repository.says.items() if any(_names(text, path) for text in _paths(name, said))}
    if path.startswith("agent/"):
        return naming | {name for name in repository.files if name.startswith("agent.")}
    if path.endswith(".py") and path.startswith(tuple(f"{folder}/" for folder in PYTHON)):
        module = module_of(path)
        is_imported = not path.startswith("src/") or _is_imported(module, repository)
        return naming | _with_its_test(module) | (set() if is_imported else {_package(path, repository)})
    if path.startswith("src/limen/"):
        return naming | {_package(path, repository)}
    if path.startswith("tests/"):
        return naming | _beside(path, repository)
    if path.endswith(".md"):
        return naming | {name for name in repository.files if name.startswith("tests.docs.")}
    return naming or None


def _paths(name: str, said: Said) -> Iterable[str]:
    """What a file may mean a path by. The product walks no sources: its `src` is a word of logs, "from"."""
    return (text for text in said.quoted if text != "src" or not name.startswith("limen."))


def reached(roots: Iterable[str], needs: Mapping[str, frozenset[str]]) -> set[str]:
    """The modules that need one of `roots`, directly or not, and `roots` themselves."""
    needed_by: dict[str, list[str]] = {}
    for name, wanted in needs.items():
        for one in wanted:
            needed_by.setdefault(one, []).append(name)
    met, waiting = set(), list(roots)
    while waiting:
        name = waiting.pop()
        if name not in met:
            met.add(name)
            waiting += needed_by.get(name, ())
    return met


def read_repository(root: Path, imported: Mapping[str, frozenset[str]]) -> Repository:
    """Read every Python file. `imported` says which module of `limen` imports which."""
    files: dict[str, str] = {}
    for folder in PYTHON:
        for path in sorted((root / folder).rglob("*.py")):
            relative = path.relative_to(root).as_posix()
            files[module_of(relative)] = relative
    says = {name: said(root / path) for name, path in files.items()}
    needs = {
        name: frozenset({*_stated(name, says[name], files), *imported.get(name, ()), *_above(name, files)})
        for name in files
    }
    return Repository(files, says, needs)


def said(file: Path) -> Said:
    """What a file imports, and what it quotes. One that can't be parsed imports nothing: its own test will say so."""
    imports, quoted = set(), set()
    try:
        tree = ast.parse(file.read_bytes())
    except SyntaxError:
        return Said(frozenset(), frozenset())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imports |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= LONGEST_NAME:
            quoted.add(node.value)
    return Said(frozenset(imports), frozenset(quoted))


def imports_of_limen() -> dict[str, frozenset[str]]:
    graph = grimp.build_graph("limen", cache_dir=None)
    return {name: frozenset(graph.find_modules_directly_imported_by(name)) for name in graph.modules}


def changed_files(root: Path, revision: str) -> list[str]:
    """Whatever differs from where this branch left `revision`, and new files. Ends the program where git knows none."""
    start = _git(root, "merge-base", revision, "HEAD")[0].strip()
    differs = _git(root, "diff", "--name-only", "--no-renames", "-z", start, "--")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return sorted({*differs, *new})


def module_of(path: str) -> str:
    """`src/limen/web/site.py` is `limen.web.site`, `tests/web/conftest.py` is `tests.web.conftest`."""
    parts = PurePosixPath(path).with_suffix("").parts
    parts = parts[1:] if parts[0] == "src" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _stated(name: str, said: Said, files: Mapping[str, str]) -> Iterator[str]:
    """What the text of a file says it needs."""
    if name == TOPMOST:
        return
    own = ("limen", "tests", "tools", "bench", "agent")
    if not name.startswith("limen"):  # what limen imports is known better, from grimp
        yield from (one for one in said.imports if one.partition(".")[0] in own)
    yield from (one for one in said.quoted if one in files)
    if name.startswith("tests.") and STARTS_PROCESSES in said.imports:
        yield WHAT_IT_STARTS


def _above(name: str, files: Mapping[str, str]) -> Iterator[str]:
    """The packages around a module, and the conftest files above a test."""
    parts = name.split(".")
    for depth in range(1, len(parts)):
        package = ".".join(parts[:depth])
        yield from (one for one in (package, f"{package}.conftest") if one in files and one != name)


def _with_its_test(module: str) -> set[str]:
    if not module.startswith("limen."):
        return {module}
    *folders, last = module.split(".")[1:]
    return {module, ".".join(("tests", *folders, f"test_{last}"))}


def _package(path: str, repository: Repository) -> str:
    """The nearest package around a file of `src` that another part of Limen imports."""
    parts = PurePosixPath(path).parts[1:-1]
    names = [".".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
    return next((name for name in names if _is_imported(name, repository)), names[-1])


def _is_imported(module: str, repository: Repository) -> bool:
    """Whether some module of Limen outside of it needs this one, or one inside of it."""
    return any(
        name.startswith("limen") and not _is_in(name, module) and any(_is_in(one, module) for one in wanted)
        for name, wanted in repository.needs.items()
    )


def _is_in(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def _beside(path: str, repository: Repository) -> set[str]:
    """The tests in the nearest folder above a file of `tests` that has any, and below it."""
    for folder in PurePosixPath(path).parents:
        inside = {name for name, file in repository.files.items() if file.startswith(f"{folder}/")}
        if inside:
            return inside
    return set()


def _names(text: str, path: str) -> bool:
    """Whether a quoted text is a file's name, its path's end, or the folder of this repository that it lies in."""
    folder, name = path.partition("/")[0], path.rpartition("/")[2]
    is_its_folder = folder not in {name, EVERYTHING} and text.rstrip("/") == folder
    return text == path or is_its_folder or ("." in name and (text == name or text.endswith(f"/{name}")))


def _git(root: Path, *words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603, S607 -- git, with words of this file and a revision
    if done.returncode:
        sys.exit(done.stderr.strip() or f"git {words[0]} ended with {done.returncode}")
    return [one for one in done.stdout.split("\0") if one]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
