from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from limen.company.child import schema_text

GOOD = '@id("a") permit (principal, action, resource);'


def run(order: object) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "limen.company.parser"],
        input=json.dumps(order).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def order(text: str, skip: list[list[object]] | None = None, name: str = "policies/a.cedar") -> dict[str, object]:
    return {"schema": schema_text(), "files": [{"name": name, "text": text}], "skip": skip or []}


def test_it_says_what_it_is_about_to_do_and_then_what_it_found() -> None:
    *steps, last = run(order(GOOD + "\n" + GOOD))
    name = "policies/a.cedar"
    assert [one["at"] for one in steps] == [[name, -1], [name, 0, 1, 1], [name, 1, 2, 1]]
    assert [one["line"] for one in last["files"][name]["policies"]] == [1, 2]


def test_it_leaves_out_what_it_is_told_to() -> None:
    name = "policies/a.cedar"
    assert len(run(order(GOOD + GOOD, [[name, 0]]))[-1]["files"][name]["policies"]) == 1
    assert run(order(GOOD, [[name, -1]]))[-1]["files"][name]["policies"] == []


def test_a_complaint_of_the_schema_is_told_once_for_all_actions() -> None:
    text = '@id("a") permit (principal, action, resource) when { context.nothing > 1 };'
    (file,) = run(order(text))[-1]["files"].values()
    assert len(file["problems"]) == 1
    assert file["policies"][0]["fits"] is False


def test_it_can_not_write_files_nor_take_much_memory(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from limen.company import parser; parser._limit()\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try: os.write(os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY), b'x')\n"
        "except OSError: print('no file')\n"
        "try: bytearray(2 << 30)\n"
        "except MemoryError: print('no memory')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x")], stdout=subprocess.PIPE, check=True, timeout=60
    )
    assert done.stdout.split() == [b"no", b"file", b"no", b"memory"]


def test_a_complaint_of_the_schema_is_told_once_for_all_kinds_of_things() -> None:
    text = '@id("a") permit (principal, action, resource) when { resource.lable > 1 };'
    (file,) = run(order(text))[-1]["files"].values()
    (problem,) = file["problems"]
    assert "attribute `lable` not found in App, " in problem["what"]
    assert problem["fix"] == 'did you mean "label"?'
