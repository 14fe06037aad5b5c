"""An export as it comes from another system: some files of JSON or YAML, or a folder of them, read within bounds.

They are parsed where the company folder is: in a child process with limits on memory and time, which refuses aliases,
keys that appear twice, and what is too deep.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from limen.company.child import parse_texts
from limen.configuration.tree import Tree
from limen.errors import LimenError
from limen.printable import visible

MOST_FILES: Final = 200
MOST_YAML_BYTES: Final = 2_000_000
MOST_BYTES: Final = 24_000_000
"""Of all files together."""
_JSON: Final = frozenset({".json"})
_YAML: Final = frozenset({".yml", ".yaml"})


def read_export(paths: Iterable[Path]) -> dict[str, Any]:
    """The plain values of each file, by the file's name. Raises LimenError.

    A folder stands for the JSON and YAML files in it; nothing in it that is a link is followed.
    """
    return parse_export(dict(_read(paths)))


def parse_export(contents: Mapping[str, bytes]) -> dict[str, Any]:
    """The same of files that are in memory, such as what a browser sent."""
    if not contents:
        raise LimenError("there is no file to import", "name the files of the export")
    if len(contents) > MOST_FILES:
        raise LimenError(f"there are more than {MOST_FILES} files", "import the export in parts")
    if sum(map(len, contents.values())) > MOST_BYTES:
        raise LimenError(f"the export is larger than {MOST_BYTES // 1_000_000} MB", "export it in parts")
    inside = {f"{number}{_kind(name)}": name for number, name in enumerate(contents)}
    texts = {own: _text(name, contents[name], own) for own, name in inside.items()}
    found, problems = parse_texts(texts)
    if problems:
        told = "\n".join(f"{visible(inside.get(one.file, 'the export'))}:{one.line}: {one.what}" for one in problems)
        raise LimenError(told, problems[0].fix or "nothing was imported")
    return {name: _plain(found[own]) for own, name in inside.items()}


def _read(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    left = MOST_BYTES
    for name, path in _named(paths):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise LimenError(f"{path} can't be read: {error.strerror}", "check the path") from None
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise LimenError(f"{path} is not a regular file", "name the files of the export")
            data = file.read(left + 1)
        left -= len(data)
        if left < 0:
            raise LimenError(f"the export is larger than {MOST_BYTES // 1_000_000} MB", "export it in parts")
        yield name, data


def _named(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Each file by the name that the report calls it: its own, and of two that share it the second with its folder."""
    seen: set[str] = set()
    files: set[Path] = set()
    for path in paths:
        inside = _in_folder(path) if path.is_dir() else [path]
        for file in inside:
            name = file.name if file.name not in seen else f"{file.parent.name}/{file.name}"
            if name in seen or file.resolve() in files:
                raise LimenError(f"{file} is named twice", "name each file once")
            seen.add(name)
            files.add(file.resolve())
            yield name, file


def _in_folder(folder: Path) -> list[Path]:
    found = sorted(
        Path(one.path)
        for one in os.scandir(folder)
        if one.is_file(follow_symlinks=False) and Path(one.name).suffix.lower() in _JSON | _YAML
    )
    if not found:
        raise LimenError(f"{folder} has no JSON or YAML files in it", "name the folder of the export")
    return found


def _kind(name: str) -> str:
    suffix = Path(name).suffix.lower()
    if suffix in _JSON:
        return ".json"
    if suffix in _YAML:
        return ".yml"
    raise LimenError(f"{visible(name)[:80]} is neither JSON nor YAML", "give it the ending .json, .yml or .yaml")


def _text(name: str, data: bytes, own: str) -> str:
    if own.endswith(".yml") and len(data) > MOST_YAML_BYTES:
        raise LimenError(f"{visible(name)[:80]} is larger than {MOST_YAML_BYTES // 1_000_000} MB", "split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LimenError(f"{visible(name)[:80]}:{line}: this is not UTF-8", "save it as UTF-8") from None
    if "\0" in text:
        raise LimenError(f"{visible(name)[:80]} has NUL characters in it", "it is no export")
    return text


def _plain(file: Mapping[str, Any]) -> Any:
    return file["plain"] if "plain" in file else Tree(file["tree"]).plain()
