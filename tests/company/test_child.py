from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from limen.company import child
from limen.company.child import parse_texts


def test_all_files_are_parsed_in_one_child() -> None:
    texts = {"limen.toml": "a = 1", "apps.yaml": "- b", "policies/a.cedar": "permit (principal, action, resource);"}
    files, problems = parse_texts(texts)
    assert problems == []
    assert files["limen.toml"]["tree"][2]["a"][2] == [1, 5, 1]
    assert files["apps.yaml"]["tree"][2] == [[1, 3, "b"]]
    assert files["policies/a.cedar"]["policies"][0]["body"]["effect"] == "permit"


@pytest.fixture(autouse=True)
def child_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """None that was forked from a warm process, as other tests have it."""
    monkeypatch.setattr(child, "subprocess", subprocess)


class Dying:
    """Stands where the child is started, and dies over the policies it is told to die over, alone or among others."""

    def __init__(self, over: set[tuple[str, int]]) -> None:
        self.over = over
        self.started = 0
        self.run = subprocess.run

    def __call__(self, command: list[str], **options: Any) -> Any:
        self.started += 1
        skipped = {tuple(one) for one in json.loads(options["input"])["skip"]}
        singly = json.loads(options["input"])["singly"]
        done = self.run(command, **options)
        for name, index in sorted(self.over - skipped):
            lines = done.stdout.splitlines(keepends=True)
            at = [name, index if name in singly else -1]
            place = next(n for n, line in enumerate(lines) if json.loads(line).get("at", [])[:2] == at)
            done.stdout = b"".join(lines[: place + 1])
            break
        return done


TEXTS = {
    "policies/a.cedar": "permit (principal, action, resource);\n\n  forbid (principal, action, resource);",
    "policies/b.cedar": "pemit (principal, action, resource);",
}


def test_a_death_names_its_policy_and_the_rest_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    dying = Dying({("policies/a.cedar", 1)})
    monkeypatch.setattr(child.subprocess, "run", dying)
    files, problems = parse_texts(TEXTS)
    assert [(one.file, one.line, one.column) for one in problems] == [
        ("policies/a.cedar", 3, 3),
        ("policies/b.cedar", 1, 1),
    ]
    assert "the parser crashed on this policy" in problems[0].what
    assert len(files["policies/a.cedar"]["policies"]) == 1
    assert dying.started == 3  # all together, then singly, then without the one


def test_one_that_dies_over_everything_is_not_started_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    many = {"policies/a.cedar": "permit (principal, action, resource);" * 20}
    dying = Dying({("policies/a.cedar", number) for number in range(20)})
    monkeypatch.setattr(child.subprocess, "run", dying)
    files, problems = parse_texts(many)
    assert files == {}
    assert len(problems) == child.MOST_DEATHS + 1
    assert dying.started == child.MOST_DEATHS + 2


def test_one_that_takes_too_long_is_ended_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*_: Any, **__: Any) -> Any:
        raise subprocess.TimeoutExpired("limen", 1, output=b'{"at": ["policies/a.cedar", 0, 1, 1]}\n')

    monkeypatch.setattr(child.subprocess, "run", too_long)
    _, problems = parse_texts(TEXTS)
    assert (problems[0].file, problems[0].line) == ("policies/a.cedar", 1)


def test_a_child_that_says_nothing_is_a_problem_and_no_permit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child.sys, "executable", "/bin/false")
    files, problems = parse_texts(TEXTS)
    assert files == {}
    assert "parser failed" in problems[0].what
