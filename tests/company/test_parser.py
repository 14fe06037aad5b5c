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


NAME = "policies/a.cedar"


def order(text: str, skip: list[list[object]] | None = None, *, singly: bool = False) -> dict[str, object]:
    return {
        "schema": schema_text(),
        "files": [{"name": NAME, "text": text}],
        "skip": skip or [],
        "singly": [NAME] if singly else [],
    }


def test_many_good_policies_are_one_step() -> None:
    *steps, last = run(order(GOOD + "\n" + GOOD))
    assert [one["at"] for one in steps] == [[NAME, -1]]
    assert [one["line"] for one in last["files"][NAME]["policies"]] == [1, 2]


def test_singly_it_says_what_it_is_about_to_do_and_then_what_it_found() -> None:
    *steps, last = run(order(GOOD + "\n" + GOOD, singly=True))
    assert [one["at"] for one in steps] == [[NAME, -1], [NAME, 0, 1, 1], [NAME, 1, 2, 1]]
    assert [one["line"] for one in last["files"][NAME]["policies"]] == [1, 2]


def test_only_the_policy_that_something_is_wrong_with_is_parsed_alone() -> None:
    wrong = GOOD.replace(";", " when { context.nothing > 1 };")
    *steps, last = run(order(f"{GOOD}\n{wrong}\n{GOOD}"))
    assert [one["at"] for one in steps] == [[NAME, -1], [NAME, 1, 2, 1]]
    assert [one["fits"] for one in last["files"][NAME]["policies"]] == [True, False, True]


def test_together_and_singly_policies_mean_the_same() -> None:
    text = GOOD + '@id("b") forbid (principal, action, resource) unless { context.auth.strength > 1 + 1 };' + GOOD
    together, singly = (run(order(text, singly=way))[-1]["files"][NAME] for way in (False, True))
    assert together == singly
    assert [one["body"]["effect"] for one in together["policies"]] == ["permit", "forbid", "permit"]


def test_a_file_behind_too_many_problems_is_not_read() -> None:
    texts = {f"policies/{n}.cedar": "x;" * 100 for n in range(8)}
    files = run({"schema": schema_text(), "skip": [], "files": [{"name": n, "text": t} for n, t in texts.items()]})
    problems = [one["problems"] for one in files[-1]["files"].values()]
    assert [len(one) for one in problems] == [50, 50, 50, 50, 1, 1, 1, 1]
    assert "this file was not read" in problems[-1][0]["what"]


def test_it_leaves_out_what_it_is_told_to() -> None:
    assert len(run(order(GOOD + GOOD, [[NAME, 0]]))[-1]["files"][NAME]["policies"]) == 1
    assert run(order(GOOD, [[NAME, -1]]))[-1]["files"][NAME]["policies"] == []


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
