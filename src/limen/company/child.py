"""Runs the parsing child with limits, and turns its death into a complaint that names the file and the policy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import resources
from time import monotonic
from typing import Any, Final

from limen.configuration.problem import Problem
from limen.pillars import folders_of_files
from limen.policy.schema import with_parts

WALL_SECONDS: Final = 45
"""How long all children of one reading may take together."""
MOST_DEATHS: Final = 4
"""How often a new child goes on after one died, before the rest is left unread."""


def schema_text() -> str:
    """The Cedar schema that every policy must fit, with the attributes that parts of Limen declare."""
    return with_parts(resources.files("limen.policy").joinpath("schema.cedarschema").read_text("utf-8"))


def parse_texts(texts: Mapping[str, str]) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """What each file says, by its name: `tree` of TOML and YAML, `policies` of Cedar; and every problem in them.

    All files are parsed in one child. If it dies over one of them, that part is named, left out, and the rest parsed.
    """
    skipped: list[list[Any]] = []
    singly: list[str] = []
    order = {
        "schema": schema_text(),
        "files": [{"name": name, "text": text, "parser": _parser(name)} for name, text in texts.items()],
        "skip": skipped,
        "singly": singly,
    }
    deaths: list[Problem] = []
    ends_at = monotonic() + WALL_SECONDS
    while True:
        files, at = _run(order, ends_at)
        if files is not None:
            found = [
                Problem(name, one["line"], one["column"], one["what"], one["fix"])
                for name, file in files.items()
                for one in file["problems"]
            ]
            return files, sorted(found + deaths)
        if not at or len(deaths) >= MOST_DEATHS or monotonic() >= ends_at:
            name = at[0] if at else "the company folder"
            return {}, [*deaths, Problem(name, 0, 0, "the parser failed on this", "undo the last change")]
        if len(at) == 2 and at[0].endswith(".cedar") and at[0] not in singly:
            singly.append(at[0])  # it died over many policies: over which of them?
            continue
        deaths.append(_death(at))
        skipped.append(at[:2])


def _parser(name: str) -> str:
    """The function that parses this file, where it is one of a part's folder; "" for what the child does itself."""
    return next((files.parser for files in folders_of_files() if files.has(name)), "")


def _death(at: list[Any]) -> Problem:
    if len(at) == 4:
        what = "the parser crashed on this policy, or ran out of time or memory"
        return Problem(at[0], at[2], at[3], what, "make it shorter and less nested")
    return Problem(at[0], 1, 1, "the parser crashed on this file, or ran out of time or memory", "make it shorter")


def _run(order: dict[str, Any], ends_at: float) -> tuple[dict[str, dict[str, Any]] | None, list[Any]]:
    """What the child found, or None and what it was about to do when it died."""
    environment = {name: value for name in ("PATH", "PYTHONPATH", "LANG") if (value := os.environ.get(name))}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "limen.company.parser"],
            input=json.dumps(order).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=max(ends_at - monotonic(), 0.1),
            check=False,
        )
        output = done.stdout
    except subprocess.TimeoutExpired as expired:
        output = expired.stdout or b""
    at: list[Any] = []
    for line in output.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            break
        if "files" in said:
            return said["files"], at
        at = said["at"]
    return None, at
