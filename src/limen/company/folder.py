"""Reads the company folder's files as text, trusting none of them: bounded in size, regular files inside the folder."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from limen.configuration.problem import Problem, position, shown
from limen.pillar import FolderFiles
from limen.pillars import folders_of_files, single_files

SETTINGS: Final = "limen.toml"
APPS: Final = "apps.yaml"
POLICIES: Final = "policies"
TESTS: Final = "policies/tests.yaml"

MAX_FILE: Final = 1_000_000
"""The longest file that is read, in bytes."""
MAX_ALL: Final = 8_000_000
_QUOTED: Final = re.compile(rb'"[^"\n]*')
MAX_FILES: Final = 500


@dataclass(frozen=True, slots=True)
class Folder:
    """The texts of a folder by their names relative to it, and what could not be read."""

    texts: dict[str, str]
    problems: tuple[Problem, ...]

    @property
    def policy_names(self) -> list[str]:
        return sorted(name for name in self.texts if name.endswith(".cedar"))


def read_folder(root: Path) -> Folder:
    """Every file that Limen knows of in `root`. Nothing outside `root` is read, whatever links say."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    if not root.is_dir():
        return Folder(
            {},
            (
                Problem(
                    str(root), 0, 0, "this is not a folder", "give a company folder, or create one with `limen init`"
                ),
            ),
        )
    names, found = _names(root)
    problems += found
    left = MAX_ALL
    for name in names:
        read = _read(root, name)
        if isinstance(read, Problem):
            problems.append(read)
        elif len(read) > left:
            problems.append(
                Problem(name, 0, 0, f"the folder contains more than {MAX_ALL} bytes in total", "split the company")
            )
            break
        else:
            left -= len(read)
            text = _decode(name, read)
            if isinstance(text, Problem):
                problems.append(text)
            else:
                texts[name] = text
    return Folder(texts, tuple(problems))


def _names(root: Path) -> tuple[list[str], list[Problem]]:
    problems: list[Problem] = []
    names = [SETTINGS, APPS]
    optional = (TESTS, *(file.name for file in single_files()))
    names += [name for name in optional if (root / name).exists() or (root / name).is_symlink()]
    for many in folders_of_files():
        more, found = _many(root, many)
        names += more
        problems += found
    folder = root / POLICIES
    if not folder.is_dir() or not _is_inside(root, folder):
        problems.append(
            Problem(POLICIES, 0, 0, "there is no policies folder here", "create it, with at least one *.cedar file")
        )
        return names, problems
    policies = sorted(one.name for one in os.scandir(folder) if one.name.endswith(".cedar"))
    if not policies:
        problems.append(
            Problem(
                POLICIES,
                0,
                0,
                "there is no policy here, so nobody would have any access",
                "add at least one *.cedar file",
            )
        )
    if len(policies) > MAX_FILES:
        problems.append(Problem(POLICIES, 0, 0, f"there are more than {MAX_FILES} files here", "merge some of them"))
    return names + [f"{POLICIES}/{one}" for one in policies[:MAX_FILES]], problems


def _many(root: Path, files: FolderFiles[Any]) -> tuple[list[str], list[Problem]]:
    """The names of the files in a folder that need not be there, and those that Limen would not read."""
    folder = root / files.name
    if not (folder.exists() or folder.is_symlink()):
        return [], []
    if not folder.is_dir() or not _is_inside(root, folder):
        return [], [Problem(files.name, 0, 0, "this is not a folder inside the company folder", "make it one")]
    names: list[str] = []
    problems: list[Problem] = []
    for one in sorted(one.name for one in os.scandir(folder)):
        name = f"{files.name}/{one}"
        if files.has(name):
            names.append(name)
        elif one.endswith((".yml", ".yaml")):
            fix = "use letters, digits, `.`, `_` and `-`, and end the name with `.yml`"
            problems.append(Problem(shown(name), 0, 0, "this file name is not allowed, so it would not be read", fix))
    if len(names) > MAX_FILES:
        problems.append(Problem(files.name, 0, 0, f"there are more than {MAX_FILES} files here", "merge some of them"))
    return names[:MAX_FILES], problems


def _read(root: Path, name: str) -> bytes | Problem:
    path = root / name
    try:
        if not _is_inside(root, path):
            return Problem(name, 0, 0, "this link points outside the folder", "replace it with a regular file")
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Problem(name, 0, 0, "this file is missing", "`limen init` writes one to start from")
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "the link target doesn't exist"
        return Problem(name, 0, 0, f"this file can't be read: {reason}", "make it a readable file")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return Problem(name, 0, 0, "this is not a regular file", "replace it with a regular file")
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        return _too_long(name, data)
    return data


def _too_long(name: str, data: bytes) -> Problem:
    """Where one quoted text is most of the file, it is named by the place where it begins."""
    what = f"this file is longer than {MAX_FILE} bytes"
    longest = max(_QUOTED.finditer(data), key=lambda one: one.end() - one.start(), default=None)
    if longest is None or longest.end() - longest.start() < MAX_FILE // 2:
        return Problem(name, 0, 0, what, "split it")
    line, column = _line_and_column(data, longest.start())
    return Problem(name, line, column, f"{what}, and most of it is the text that begins here", "shorten it")


def _is_inside(root: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())


def _decode(name: str, data: bytes) -> str | Problem:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _line_and_column(data, error.start)
        return Problem(
            name, line, column, f"byte 0x{data[error.start]:02x} is not valid UTF-8", "save the file as UTF-8"
        )
    at = text.find("\0")
    if at >= 0:
        return Problem(name, *position(text, at), f"there is a {shown(chr(0))} character here", "remove it")
    return text


def _line_and_column(data: bytes, at: int) -> tuple[int, int]:
    before = data[:at]
    start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1
