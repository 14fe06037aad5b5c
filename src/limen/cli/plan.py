"""`limen plan`: what publishing the folder would change, replayed over the real requests of the last 30 days."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from limen.cli.open_company import Opened, has_database, opened
from limen.cli.options import Folder, Json
from limen.cli.output import at, counted, progress_bars
from limen.clock import SystemClock
from limen.company import store, trusted_fronts
from limen.company.authors import names_of, proof_sentence
from limen.company.company import Company
from limen.company.concurrent_changes import Published, published_since, undone
from limen.company.folder import TESTS
from limen.company.foreseen import foreseen, lines_of
from limen.company.gate import FIRST_ADMINISTRATOR, lockout_begins, lockout_problems, people_of
from limen.company.load import load_company
from limen.company.origin import origin_of
from limen.company.plan import Plan, plan, predict, reach_sentences
from limen.company.pull import write_text
from limen.company.rehearsal import WINDOW
from limen.company.updated_tests import updated_tests
from limen.pillar import Foreseen
from limen.policy.proof.lockout import LockedOut

MOST_SINCE = 5
MOST_NAMED = 6


def run(
    folder: Folder = Path(),
    *,
    update_tests: Annotated[
        bool, typer.Option("--update-tests", help="Update failing policy tests to expect the new answers")
    ] = False,
    as_json: Json = False,
) -> None:
    after = load_company(folder)
    if update_tests:
        after = _with_updated_tests(folder, after, quiet=as_json)
    before: Company | None = None
    names: dict[str, str] = {}
    since: tuple[Published, ...] = ()
    taken_back: dict[tuple[str, str], Published] = {}
    would_have: tuple[Foreseen, ...] = ()
    if not has_database(folder, after.settings):
        found = plan(None, after, people=(FIRST_ADMINISTRATOR,), until=SystemClock().now())
    else:
        with opened(folder, after.settings) as here:
            if here.database.read(store.newest) is not None:
                before = here.in_force()
            names = here.database.read(names_of)
            found = predicted(before, after, here)
            taken_back = here.database.read(lambda snapshot: undone(snapshot, after, found.changes))
            if not found.changes_nothing:
                since = here.database.read(lambda one: published_since(one, origin_of(folder, after.settings, one)))
            everybody = [one.person for one in here.database.read(people_of)]
            would_have = foreseen(before, after, here.journal, SystemClock().now(), people=everybody)
    if as_json:
        print(json.dumps({**_plain(found, since), "would_have": [_plain_foreseen(one) for one in would_have]}))
    else:
        said = text_of(found, before, after, names, taken_back)
        print("\n".join([*_behind(since, folder), said, *lines_of(would_have, after.settings.zone)]))
        if not found.changes_nothing and found.is_publishable and not since:
            print(f'Nothing was published; `limen apply{at(folder)} -m "why"` publishes it.')
    sys.exit(0 if found.is_publishable and not since else 1)


def _with_updated_tests(folder: Path, company: Company, *, quiet: bool) -> Company:
    """The folder with its failing tests updated, each shown."""
    done = updated_tests(company)
    if not done.updated:
        return company
    write_text(folder, TESTS, done.text)
    if not quiet:
        for one in done.updated:
            before, after = one.before.splitlines(), one.after.splitlines()
            print("\n".join(difflib.unified_diff(before, after, f"{TESTS}:{one.line}", TESTS, lineterm="", n=9)))
        print(f"{counted(len(done.updated), 'policy test')} updated to expect the new answers. Review each:\n")
    return done.company


def predicted(before: Company | None, after: Company, here: Opened) -> Plan:
    """The plan, with progress bars on a terminal."""
    people = here.database.read(people_of)
    with progress_bars("Replaying the last 30 days", "Checking the next seven days") as (told, ahead):
        return predict(before, after, here.reader, people, SystemClock().now(), told, ahead)


def _plain_foreseen(one: Foreseen) -> dict[str, object]:
    return {"said": one.said, "newest": [{"at": at, "who": who, "event": event} for at, who, event in one.newest]}


def _behind(since: tuple[Published, ...], folder: Path) -> Iterator[str]:
    """What others published since the folder was last pulled, which keeps it from being published as it is."""
    if not since:
        return

    yield "This folder is based on an older revision. Since then:"
    yield from (f"  {one}" for one in since[:MOST_SINCE])
    if len(since) > MOST_SINCE:
        yield f"  and {len(since) - MOST_SINCE} more; `limen log{at(folder)}` lists them"
    first = f"`limen pull{at(folder)}` first, then `limen plan{at(folder)}` again"
    yield f"{first}: publishing the folder as it is would undo those changes."
    yield ""


def text_of(
    found: Plan,
    before: Company | None,
    after: Company,
    names: dict[str, str],
    taken_back: Mapping[tuple[str, str], Published],
) -> str:
    """The plan for people to read.

    `names` tells people's names by their ids, `taken_back` which changes (by kind and name) undo what was published.
    """
    lines = []
    if found.changes_nothing:
        lines.append(f"Nothing would change: revision {found.after[:12]} is in force.")
    else:
        against = f"revision {found.before[:12]}" if found.before else "nothing, because nothing has been published yet"
        lines += [f"{after.settings.name}: what would change, compared with {against}.", ""]
        lines += _all_new(found) if not found.before else ()
        for change in found.changes if found.before else ():
            undoes = taken_back.get((change.kind, change.name))
            lines.append(f"  {change}" + (f"; this undoes {undoes}" if undoes else ""))
        lines.append("")
    if found.failing:
        lines.append(f"{len(found.failing)} of {found.tests} policy tests fail, so it can't be published:")
        lines += [f"  {problem}" for problem in found.failing]
        lines.append("If that is intended, `limen plan --update-tests` updates them to the new answers and shows each.")
    else:
        lines.append(f"All {found.tests} policy tests pass.")
    lines += _lockout(found, after, names)
    lines += trusted_fronts.told(after.settings)
    lines += _reach(found, before, after, names)
    replay = found.rehearsal
    if replay is None:
        lines.append("No requests were replayed: there is no published revision to compare with.")
    elif not replay.replayed:
        lines.append("No requests were replayed: there are none in the journal yet.")
    else:
        days = WINDOW // 86_400_000
        lines.append(
            f"Replayed {counted(replay.replayed, 'request')} of the last {days} days: "
            + (
                f"{replay.differences} would get a different answer."
                if replay.differences
                else "all get the same answer."
            )
        )
        lines += _turned(found, before, after, names)
        if replay.left_out:
            lines.append(f"{replay.left_out} more were answered by Limen itself, not by a policy.")
        if replay.unknown:
            lines.append(f"The facts of {replay.unknown} more are no longer kept.")
        lines += [f"Not replayed: {one}." for one in replay.not_replayed]
    return "\n".join(lines)


def _all_new(found: Plan) -> Iterator[str]:
    """For the first publication: how many there are of each kind."""
    kinds: dict[str, dict[str, None]] = {}
    for change in found.changes:
        kinds.setdefault(change.kind, {})[change.name] = None
    for kind, called in kinds.items():
        names = [*called]
        one, many = {"policy": ("policy", "policies"), "test": ("policy test", "policy tests")}.get(
            kind, (kind, f"{kind}s")
        )
        number = found.tests if kind == "test" else len(names)  # several tests may have one title
        said = f"{number} {one if number == 1 else many}"
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        yield f"  {said}" + ("" if kind == "test" else f": {', '.join(names[:MOST_NAMED])}{more}")


def _lockout(found: Plan, after: Company, names: dict[str, str]) -> Iterator[str]:
    if isinstance(found.lockout, LockedOut):
        begins = lockout_begins(after, found.lockout)
        yield f"It can't be published because every administrator would be locked out{begins}:"
        yield from (f"  {problem}" for problem in lockout_problems(after, found.lockout))
    elif found.lockout is not None:
        yield proof_sentence(found.lockout.to_json(), names)


def _reach(found: Plan, before: Company | None, after: Company, names: dict[str, str]) -> Iterator[str]:
    said = reach_sentences(found, before, after, names)
    if found.reach is None:
        yield "Gains and losses were not computed: there is no published revision to compare with."
    elif found.is_nobodys_gain_or_loss and not said and not found.changes_nothing:
        whom = "nor would a hypothetical member of any group in limen.toml" if found.supposed else "in any situation"
        yield f"Nobody gains or loses access, {whom}."
    if said:
        yield "Who gains and who loses access, whether they have used it or not:"
        yield from (f"  {one}." if not one.endswith(".") else f"  {one}" for one in said)


def _turned(found: Plan, before: Company | None, after: Company, names: dict[str, str]) -> Iterator[str]:
    if found.rehearsal is None:
        return
    apps = {**(before.all_apps if before else {}), **after.all_apps}
    rows = [
        (
            names.get(one.person, one.person) if one.person else "nobody signed in",
            one.turn.value,
            f"{apps[one.app].name if one.app in apps else one.app}, {one.action}",
            counted(one.count, "request"),
            f"because of {', '.join(one.because)}",
            f"limen why {one.examples[0]}",
        )
        for one in found.rehearsal.turned
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(5)] if rows else []
    for row in rows:
        yield (
            "  " + "  ".join([*[f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)], row[5]])
        ).rstrip()


def _plain(found: Plan, since: tuple[Published, ...]) -> dict[str, Any]:
    return {
        "publishable": found.is_publishable and not since,
        "meanwhile": [{"revision": one.revision, "author": one.author, "reason": one.reason} for one in since],
        "before": found.before,
        "after": found.after,
        "changes": [asdict(change) for change in found.changes],
        "tests": found.tests,
        "failing": [asdict(problem) for problem in found.failing],
        "lockout": None if found.lockout is None else str(found.lockout),
        "openings": [
            {"kind": one.kind, "name": one.name, "said": one.said, "open": one.is_open, "looked_at": one.is_looked_at}
            for one in found.openings
        ],
        "devices": [asdict(one) for one in found.today.devices],
        "people": [asdict(one) for one in found.today.people],
        "effect": found.effect,
    }
