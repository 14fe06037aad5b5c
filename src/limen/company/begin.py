"""A new company folder: the baseline, with the company's own name and domain in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from limen.errors import LimenError

_DOMAIN: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_EXAMPLE: Final = "example.localhost"


def begin(folder: Path, name: str, domain: str) -> list[Path]:
    """Write the baseline into `folder` and return what was written.

    Raises `LimenError` where the folder holds anything, or where name or domain can't be.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LimenError(f"{folder} is not empty", "name a new folder; nothing was written")
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise LimenError("the company's name can't be that", "give 1 to 80 printable characters")
    if not _DOMAIN.fullmatch(domain):
        raise LimenError(f"{domain[:80]!r} is no domain", "name one such as harbor.example, in small letters")
    written: list[Path] = []
    for path, text in _files():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_own(text, name, domain), "utf-8")
        written.append(target)
    return written


def _own(text: str, name: str, domain: str) -> str:
    own = text.replace('name = "Example"', f"name = {json.dumps(name, ensure_ascii=False)}")
    if not domain.endswith(".localhost"):
        # Beyond this machine the sign-in host is https://limen.<domain>, which needs no saying.
        own = re.sub(r"^url = .*\n", "", own, flags=re.MULTILINE)
    return own.replace(_EXAMPLE, domain)


def _files() -> Iterator[tuple[str, str]]:
    root = resources.files("limen.company") / "baseline"
    waiting: list[tuple[str, Traversable]] = [("", root)]
    while waiting:
        path, here = waiting.pop()
        for one in sorted(here.iterdir(), key=lambda one: one.name):
            inside = f"{path}/{one.name}" if path else one.name
            if one.is_dir():
                waiting.append((inside, one))
            else:
                # A file called .gitignore would be obeyed here already.
                yield (".gitignore" if inside == "gitignore" else inside), one.read_text("utf-8")
