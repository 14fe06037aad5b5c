"""`limen why`: a past decision by its id, a supposed one, or one in a file, with every condition and what it saw."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from limen.cli import question
from limen.cli.options import (
    At,
    Country,
    Device,
    DocumentLabel,
    LastFolder,
    MisusedError,
    Network,
    Proved,
    Risk,
    Strength,
    label_of_document,
    refuse_other_device,
    word_and_folder,
)
from limen.cli.question import Question
from limen.cli.render import print_explanation
from limen.company.tests_file import read_length
from limen.configuration.problem import shown
from limen.messages import Language, Words
from limen.policy.hypothetical import Hypothetical
from limen.policy.wording import Audience, Names, say


def run(
    decision: Annotated[str, typer.Argument(metavar="[ID]", help="A decision ID, from the journal or a refusal")] = "",
    folder: LastFolder = Path(),
    *,
    replay: Annotated[Path | None, typer.Option(help="Evaluate this decision file again")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON; with an ID, a decision file for --replay")
    ] = False,
    person: Annotated[str, typer.Option(help="Hypothetical: this person, by name, email address or ID")] = "",
    group: Annotated[list[str] | None, typer.Option(help="Suppose someone in this group; may be repeated")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Hypothetical: nobody is signed in")] = False,
    app: Annotated[str, typer.Option(help="The app's ID")] = "",
    action: Annotated[str, typer.Option(help="view, download, edit, share, administer, …")] = "view",
    strength: Strength = 2,
    proved: Proved = "1m",
    token: Annotated[
        bool,
        typer.Option(
            "--token",
            help="Hypothetical: a program asks, with a token that they made when signed in as --strength says",
        ),
    ] = False,
    at: At = "",
    device: Device = "",
    country: Country = "",
    network: Network = "",
    address: Annotated[str, typer.Option(help="The address the request comes from")] = "",
    risk: Risk = 0,
    document: DocumentLabel = "",
    grant: Annotated[str, typer.Option(help="A grant that is valid for this much longer")] = "",
    audience: Annotated[str, typer.Option(help="The audience: self, helpdesk or administrator")] = "administrator",
    lang: Annotated[str, typer.Option(help="en or de")] = "en",
    shows_all: Annotated[bool, typer.Option("--all", help="Also show the policies that did not apply")] = False,
) -> None:
    decision, folder = word_and_folder(decision, folder)
    if sum([bool(decision), replay is not None, bool(app)]) != 1:
        raise MisusedError("use one of: a decision ID, --replay FILE, or --app ID with --person, --group or --nobody")
    told = _told(audience, lang)
    if replay is not None:
        _show(question.from_file(replay), *told, as_json=as_json, shows_all=shows_all)
    elif decision:
        found = question.by_id(folder, decision)
        if as_json:
            print(json.dumps(found.to_file()))
        else:
            _show(found, *told, as_json=False, shows_all=shows_all)
    else:
        refuse_other_device(device)
        _refuse_no_time(at)
        try:
            supposed = Hypothetical(
                strength=strength,
                proved=_length("--proved", proved),
                token=token,
                at=at,
                device=device,
                country=country,
                network=network,
                address=address,
                risk=risk,
                grant=_length("--grant", grant) if grant else 0,
                document=label_of_document(document),
            )
            found = question.supposed(folder, supposed, app, action, person=person, groups=group or [], nobody=nobody)
        except ValueError as error:
            raise MisusedError(str(error)) from None
        _show(found, *told, as_json=as_json, shows_all=shows_all)


def _told(audience: str, lang: str) -> tuple[Audience, Language]:
    if audience not in set(Audience):
        raise MisusedError("--audience is self, helpdesk or administrator")
    if lang not in set(Language):
        raise MisusedError("--lang is en or de")
    return Audience(audience), Language(lang)


def _show(found: Question, audience: Audience, language: Language, *, as_json: bool, shows_all: bool) -> None:
    found = replace(found, who=_who(found, language))
    explanation = found.explain()
    words, names = Words(language, found.engine.zone), Names(found.who, found.app, found.groups)
    said = say(found.engine, explanation.decision, audience, words, names)
    if as_json:
        body: dict[str, Any] = {"effect": explanation.decision.effect}
        if audience == "administrator":
            body = explanation.to_json()
        body["said"] = msgspec.to_builtins(said)
        if found.replayed is not None:
            body["agrees"] = found.replayed.agrees
        print(json.dumps(body))
    else:
        print_explanation(explanation, found, said, audience, words, shows_all=shows_all)
    if found.replayed is not None and not found.replayed.agrees:
        sys.exit(1)


def _who(found: Question, language: Language) -> str:
    """The person's name; a supposed person is described, in the language asked for."""
    person = found.facts.person
    if person.id != "supposed":
        return found.who
    return Words(language, found.engine.zone).say("why.somebody", groups=", ".join(sorted(person.groups)))


def _length(option: str, text: str) -> int:
    """Milliseconds. Raises MisusedError with the forms that are taken."""
    try:
        return read_length(text)
    except ValueError as error:
        raise MisusedError(f"{option}: {error}; write it as 30m, 4h, 2d or 1d12h") from None


def _refuse_no_time(at: str) -> None:
    try:
        datetime.fromisoformat(at or "2026-11-24")
    except ValueError:
        raise MisusedError(
            f"--at: {shown(at)} is not a valid date and time; write it as 2026-11-24T22:00, or 2026-11-24T22:00+01:00"
        ) from None
