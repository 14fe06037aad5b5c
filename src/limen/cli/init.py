"""`limen init`: a company folder to start from, by questions on a terminal, or by flags."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Container
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import available_timezones

import typer

from limen.cli.options import split_commas
from limen.cli.output import at, console
from limen.company.new_folder import FRONT, HERE, WAYS, Answers, begin, complaint_about, refuse_taken
from limen.errors import LimenError
from limen.network.local_networks import local_networks
from limen.network.model import FILE as NETWORK
from limen.network.proposing import proposed
from limen.printable import plain_word

if TYPE_CHECKING:
    Asking = Callable[[str, str], str]

_LOCALTIME: Final = Path("/etc/localtime")


def run(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to create; it must be empty or not exist yet")
    ],
    *,
    name: Annotated[str, typer.Option(help="The company's name")] = "",
    domain: Annotated[str, typer.Option(help="The domain in which each app gets a host name")] = "",
    time_zone: Annotated[str, typer.Option(help="An IANA time zone, such as Europe/Berlin")] = "",
    languages: Annotated[str, typer.Option(help="Languages for employees, default first: en,de")] = "",
    https: Annotated[str, typer.Option(help="here, acme, files, internal or front")] = "",
    certificate: Annotated[str, typer.Option(help="With --https files: the certificate with its chain")] = "",
    key: Annotated[str, typer.Option(help="With --https files: its private key")] = "",
    email: Annotated[str, typer.Option(help="With --https acme: contact address for the certificate authority")] = "",
    front: Annotated[str, typer.Option(help="With --https front: the front's own address")] = "",
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask no questions; use defaults for anything not given")
    ] = False,
) -> None:
    refuse_taken(folder)
    said = {
        "name": name,
        "domain": domain,
        "time_zone": time_zone,
        "https": https,
        "certificate": certificate,
        "key": key,
        "email": email,
        "front": front,
    }
    given: dict[str, Any] = {word: value for word, value in said.items() if value}
    answers = replace(Answers(time_zone=own_time_zone()), **given)
    if languages:
        answers = replace(answers, languages=_codes(languages))
    if not given and not languages and not no_input and sys.stdin.isatty():
        answers = asked(answers, _prompt)
    network = proposed(local_networks())
    for written in begin(folder, answers, {NETWORK: network} if network else {}):
        print(f"wrote {written}")
    if network:
        print(
            f"{NETWORK} begins with the networks that this machine sees. Give each zone its kind, and add the others."
        )
    for line in assumed(answers, given):
        print(line)
    print("\n" + "\n".join(next_steps(folder, answers)))


def asked(answers: Answers, ask: Asking) -> Answers:
    """Asks one question at a time, and again, with the fix, where an answer can't be taken."""
    answers = _one(answers, "name", "What is the company called?", "", ask)
    print(
        "\nEach app gets a host name in one domain. Names in *.localhost reach this machine, so you can try "
        "everything here."
    )
    print("Passkeys are tied to the domain: if you change it later, everyone has to enrol again.")
    trying = f"{plain_word(answers.name) or 'company'}.localhost"
    answers = _one(answers, "domain", "Which domain?", trying, ask)
    answers = _one(answers, "time_zone", "Which time zone is the company in?", answers.time_zone, ask)
    answers = _accepted(partial(_languages, answers, ask))
    print("\nHow should browsers get https?")
    for way, what in WAYS.items():
        print(f"  {way:<9} {what}")
    usual = HERE if answers.domain.endswith(".localhost") else "acme"
    answers = _accepted(partial(_way, answers, usual, ask))
    if answers.https == "acme":
        return _one(answers, "email", "Contact address for the certificate authority? (empty: none)", "", ask)
    if answers.https == FRONT:
        return _one(answers, "front", "From which address does your front connect to Limen?", answers.front, ask)
    return answers


def _accepted(answer: Callable[[], Answers]) -> Answers:
    """The answer, asked for again with the fix until it can be taken."""
    while (complaint := complaint_about(tried := answer())) is not None:
        print(f"  {complaint}")
    return tried


def _one(answers: Answers, field: str, question: str, usual: str, ask: Asking) -> Answers:
    def answer() -> Answers:
        given: dict[str, Any] = {field: ask(question, usual).strip()}
        return replace(answers, **given)

    return _accepted(answer)


def _way(answers: Answers, usual: str, ask: Asking) -> Answers:
    """The way to https. Certificate files are asked for with it, as they are checked together."""
    tried = replace(answers, https=ask("Which way to https?", usual).strip())
    if tried.https != "files":
        return tried
    certificate = ask("Which file holds the certificate with its chain?", "/etc/limen/chain.pem").strip()
    return replace(
        tried, certificate=certificate, key=ask("Which file holds its private key?", "/etc/limen/key.pem").strip()
    )


def _languages(answers: Answers, ask: Asking) -> Answers:
    codes = ask("Which languages do employees use, default first?", ",".join(answers.languages))
    return replace(answers, languages=_codes(codes))


def _codes(text: str) -> tuple[str, ...]:
    return tuple(map(str.lower, split_commas(text)))


def _prompt(question: str, usual: str) -> str:
    from rich.prompt import Prompt

    try:
        return Prompt.ask(question, default=usual, show_default=bool(usual), console=console())
    except EOFError:
        raise LimenError(
            "the input ended before all questions were answered",
            "answer all questions, or use --no-input; nothing was written",
        ) from None


def next_steps(folder: Path, answers: Answers) -> list[str]:
    """What to do now, as it is for this way to https."""
    lines = ["Next:"]
    if answers.way != HERE and not answers.domain.endswith(".localhost"):  # those reach this machine by themselves
        lines.append(f"  in DNS     point *.{answers.domain} at this server")
    if answers.way == FRONT:
        lines.append("  the front  docs/how-to shows its settings for nginx, Caddy and Envoy")
        if not answers.https:
            lines.append("  then       add its address to trusted_proxies under [listen] in limen.toml")
    elif answers.way != HERE:
        lines.append(f"  once       {sys.executable} -m pip install 'limen[https]'")
    serve = f"limen serve{at(folder)}" + ("" if answers.way in {HERE, FRONT} else " --https")
    lines += [f"  limen check{at(folder)}", f"  limen doctor{at(folder)}", f"  {serve}", ""]
    lines.append("The handbook in apps.yaml is an example. It needs something running on port 9001,")
    return [*lines, "such as `python3 -m http.server 9001 --bind 127.0.0.1`."]


def assumed(answers: Answers, given: Container[str]) -> list[str]:
    """Which defaults were used without asking: nobody should find out later that their company is called Example."""
    usual = type(answers)()
    lines = []
    if "name" not in given and answers.name == usual.name:
        lines.append(f"No --name was given, so the company is called {answers.name}. Change `name` in limen.toml.")
    if "domain" not in given and answers.domain == usual.domain:
        lines.append(
            f"No --domain was given, so it is {answers.domain}, for trying it out. Passkeys are tied to the "
            "domain, so change `domain` and `url` in limen.toml before anyone enrols."
        )
    return lines


def own_time_zone(localtime: Path = _LOCALTIME) -> str:
    """The time zone of this machine, UTC where it can't be known."""
    linked = str(localtime.resolve()).rpartition("/zoneinfo/")[2]
    known = available_timezones()
    return next((zone for zone in (os.environ.get("TZ", ""), linked) if zone in known), "UTC")
