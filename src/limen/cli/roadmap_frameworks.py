"""`limen roadmap frameworks` and `limen roadmap questionnaire`: what others ask, covered and answered from evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError, refuse_unknown, word_and_folder
from limen.clock import Instant, SystemClock, to_iso
from limen.identity.store import people
from limen.roadmap.frameworks.as_csv import as_csv as csv_of
from limen.roadmap.frameworks.coverage import Cover, Coverage, CoveredItem, coverage
from limen.roadmap.frameworks.model import Framework
from limen.roadmap.frameworks.questionnaire import Answered, Reply, Support, questionnaire
from limen.roadmap.frameworks.reading import frameworks
from limen.roadmap.report.redaction import Redaction
from limen.roadmap.roadmap import Roadmap, Shown

COVERAGE: Final = "frameworks"
QUESTIONS: Final = "questionnaire"
TASKS: Final = (COVERAGE, QUESTIONS)
USUAL: Final = "insurer"
"""Whose questions are answered where nobody says which."""
_UNCHECKED: Final = "not held against the current text"


def run(
    task: str, words: Sequence[str], measure: Callable[[Opened, Instant], Roadmap], *, as_json: bool, as_csv: bool
) -> None:
    """`words` are a framework's id and the company folder, where they are not left out."""
    name, folder = _given(words)
    by_id = {one.id: one for one in frameworks()}
    refuse_unknown("framework", [name] if name else [], by_id)
    if as_csv and (task == COVERAGE or as_json):
        raise MisusedError("--csv is for `limen roadmap questionnaire`, and not together with --json")
    with opened(folder) as here:
        found = measure(here, SystemClock().now())
        members = here.database.read(lambda snapshot: people.members(snapshot.connection))
    shown = {one.control.id: one for one in found.shown}
    if task == COVERAGE:
        _print_coverage([by_id[name]] if name else list(by_id.values()), shown, is_one=bool(name), as_json=as_json)
        return
    framework = by_id[name or USUAL]
    answers = questionnaire(framework, shown, Redaction.of(one.person for one in members))
    if as_csv:
        print(csv_of(framework, answers, found.at).replace("\r\n", "\n"), end="")
    elif as_json:
        for one in answers:
            print(json.dumps(_plain_answer(framework, one, found.at)))
    else:
        _print_answers(framework, answers)


def _given(words: Sequence[str]) -> tuple[str, Path]:
    """The framework and the folder; each may be left out."""
    if len(words) > 2:
        raise MisusedError("after the task stand one framework and one company folder")
    name, folder = word_and_folder(words[0] if words else "", Path(words[1]) if len(words) > 1 else Path())
    return name.strip().lower(), folder


# Coverage


def _print_coverage(some: Sequence[Framework], shown: Mapping[str, Shown], *, is_one: bool, as_json: bool) -> None:
    for one in some:
        found = coverage(one, shown)
        if as_json and is_one:
            for item in found.items:
                print(json.dumps(_plain_item(item)))
        elif as_json:
            print(json.dumps(_plain_coverage(found)))
        else:
            print(f"{one.id:<17}{one.title}, {one.version}: {_counts(found)}")
            if is_one:
                _print_items(found)


def _counts(found: Coverage) -> str:
    counts = ", ".join(f"{found.count(one)} {one}" for one in Cover)
    return f"{counts} of {len(found.items)}; {found.whole} met and answered in full"


def _print_items(found: Coverage) -> None:
    covered = {one.item.id: one for one in found.items}
    for group in found.framework.groups:
        reached = f" (reached: {found.reached[group.title] or 'none'})" if group.title in found.reached else ""
        print(f"\n{group.title}{reached}")
        for item in group.items:
            how_far = f" ({item.how_far})" if item.how_far else ""
            by = f"{', '.join(item.controls)}{how_far}" if item.controls else item.open_to
            print(f"  {covered[item.id].cover:<8} {item.id}  {item.title}: {by}")
    print(f"\n{_source(found.framework)}")


def _plain_coverage(found: Coverage) -> dict[str, Any]:
    one = found.framework
    about = {"framework": one.id, "title": one.title, "version": one.version, "mapped": one.mapped.isoformat()}
    return {
        **about,
        **{str(each): found.count(each) for each in Cover},
        "whole": found.whole,
        "items": len(found.items),
    }


def _plain_item(one: CoveredItem) -> dict[str, Any]:
    item = one.item
    return {
        "item": item.id,
        "title": item.title,
        "stage": item.stage,
        "cover": one.cover,
        "is_whole": one.is_whole,
        "controls": list(item.controls),
        "how_far": item.how_far,
        "note": item.note,
        "open_to": item.open_to,
        "unchecked": item.is_unchecked,
    }


# Questions


def _print_answers(framework: Framework, answers: Sequence[Answered]) -> None:
    counts = ", ".join(f"{sum(one.reply is each for one in answers)} {each}" for each in Reply)
    print(f"{framework.title}, {framework.version}: {counts}")
    by_id = {one.item.id: one for one in answers}
    for group in framework.groups:
        print(f"\n{group.title}")
        for one in (by_id[item.id] for item in group.items):
            unchecked = f" ({_UNCHECKED})" if one.item.is_unchecked and not framework.is_unchecked else ""
            print(f"  {one.reply.upper():<7} {one.item.id}  {one.item.title}{unchecked}\n          {one.said}")
    print(f"\n{_source(framework)}")


def _source(framework: Framework) -> str:
    said = [f"Mapped {framework.mapped.isoformat()} from {framework.publisher}, {framework.source}."]
    said.append(framework.checked)
    if framework.is_unchecked:
        said.append(f"All of it is {_UNCHECKED}.")
    return " ".join([*said, framework.note]).strip()


def _plain_answer(framework: Framework, one: Answered, measured_at: Instant) -> dict[str, Any]:
    item = one.item
    return {
        "framework": framework.id,
        "item": item.id,
        "title": item.title,
        "answer": one.reply,
        "cover": one.cover,
        "how_far": item.how_far,
        "grade": one.grade.word,
        "said": one.said,
        "note": item.note,
        "open_to": item.open_to,
        "unchecked": item.is_unchecked,
        "measured_at": to_iso(measured_at),
        "controls": [_plain_support(each) for each in one.supports],
    }


def _plain_support(one: Support) -> dict[str, Any]:
    return {
        "control": one.control,
        "title": one.title,
        "answer": one.answer,
        "grade": one.grade.word,
        "figure": one.figure or None,
        "missed": one.missed,
        "excepted": one.excepted,
        "left_out_until": to_iso(one.left_out_until) if one.left_out_until else None,
        "connect_first": list(one.connect),
    }
