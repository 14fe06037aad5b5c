"""The command `limen`: a list of its commands, each imported only when it is called, so that the list is instant."""

from __future__ import annotations

import difflib
import importlib
import importlib.metadata
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Final

from limen.cli.output import Filtered
from limen.collector import held_off
from limen.pillar import Command
from limen.pillars import commands

WRONG: Final = 1
MISUSED: Final = 2


OWN: Final[dict[str, Command]] = {
    "init": Command("limen.cli.init", "Create a company folder with the baseline policies and explanatory comments"),
    "add": Command("limen.cli.add", "Add an app: detect what it is, write its entry, and start its onboarding"),
    "remove": Command(
        "limen.cli.remove", "Remove an app or a group, and the policies and tests that are only about it"
    ),
    "check": Command("limen.cli.check", "Check a company folder for errors, and run its policy tests"),
    "doctor": Command("limen.cli.doctor", "Check the setup, from DNS to the disk, and suggest fixes"),
    "serve": Command("limen.cli.serve", "Run Limen: pages, gateway and check server"),
    "workers": Command("limen.cli.workers", "Show the processes that answer, or replace them without a failed request"),
    "front": Command("limen.cli.front", "Run https as a separate service, with an outage page while Limen is down"),
    "outage-page": Command(
        "limen.cli.outage_page", "Print the outage page for your own front to show while Limen is down"
    ),
    "front-config": Command(
        "limen.cli.front_config", "Print the config of nginx, Caddy or Envoy for the company's apps"
    ),
    "systemd-unit": Command("limen.cli.systemd_unit", "Print a hardened service for systemd"),
    "demo": Command("limen.cli.demo", "Run the example company Harbor, with real requests to a real Limen"),
    "plan": Command("limen.cli.plan", "Show what publishing a folder would change, replayed over the last 30 days"),
    "apply": Command("limen.cli.apply", "Publish a company folder as a new revision"),
    "pull": Command("limen.cli.pull", "Update a company folder to the revision in force"),
    "log": Command("limen.cli.log", "List revisions: who published what, when and why"),
    "revert": Command("limen.cli.revert", "Publish an earlier revision again"),
    "report-only": Command(
        "limen.cli.state", "List report-only policies and whom they would have affected, or make one so", "report_only"
    ),
    "enforce": Command("limen.cli.state", "Enforce a policy that is report-only or off", "enforce"),
    "off": Command("limen.cli.state", "Turn a policy off", "off"),
    "why": Command("limen.cli.why", "Explain a decision: past, hypothetical, or from a file"),
    "erase": Command("limen.cli.erase", "Erase a person, or show what would be erased and what would remain"),
    "export": Command("limen.cli.export", "Export everything kept about one person"),
    "notice": Command(
        "limen.cli.notice", "Print a notice of what is recorded and who can see it, for employees or a works council"
    ),
    "break-glass": Command(
        "limen.cli.break_glass", "Open the console for half an hour when policies lock everyone out"
    ),
    "assess": Command(
        "limen.cli.assess", "Make a first roadmap from exports of other systems, before anything is installed"
    ),
    "roadmap": Command(
        "limen.cli.roadmap", "Measure how far the company is with zero trust: four phases, and what each control misses"
    ),
    "probes": Command(
        "limen.cli.probes", "Have Limen try itself: someone leaving, an EDR alert, ways around the gateway"
    ),
    "matrix": Command(
        "limen.cli.matrix", "Show who could do what: all apps for a person, all people for an app, or both"
    ),
    "backup": Command("limen.cli.backup", "Back up everything into one file while Limen runs, or print the master key"),
    "restore": Command("limen.cli.restore", "Restore a company from a backup, into a folder without data"),
    "upgrade": Command(
        "limen.cli.upgrade", "Upgrade the database to this version of Limen, with a rehearsal, or go back"
    ),
    "migrate-database": Command(
        "limen.cli.migrate_database", "Move the database to PostgreSQL or back; rehearsed, verified, with a way back"
    ),
    "report": Command(
        "limen.cli.roadmap_report", "Write the roadmap's signed report for insurers and auditors, or verify one"
    ),
    "journal": Command("limen.cli.journal", "Verify the journal: that nothing of what Limen itself did was changed"),
    "events": Command("limen.cli.events", "Verify the events: that nothing of what your sources sent was changed"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words[0] if words else "--help"
    if name in {"--help", "-h", "help"}:
        print(_help())
        sys.exit(0)
    if name == "--version":
        print(f"limen {importlib.metadata.version('limen')}")
        sys.exit(0)
    known = commands(OWN)
    command = known.get(name)
    if command is None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean `limen {near[0]}`?" if near else "`limen --help` lists the commands"
        print(f"limen: there is no command {name[:40]!r}; {hint}", file=sys.stderr)
        sys.exit(MISUSED)
    with redirect_stdout(Filtered(sys.stdout)), redirect_stderr(Filtered(sys.stderr)):
        _run(name, command, words[1:])


def _run(name: str, command: Command, words: list[str]) -> None:
    from limen.cli.command_line import run
    from limen.cli.options import MisusedError
    from limen.errors import LimenError

    with held_off():
        module = importlib.import_module(command.module)
    usage = getattr(module, "USAGE", "")  # where one command has several tasks: each with its words
    about = f"{command.help}\n\n\b\n{usage}" if usage else command.help
    try:
        sys.exit(run(getattr(module, command.function), about, name, words, passes_on=command.passes_on))
    except LimenError as error:
        print(f"limen {name}: {error}", file=sys.stderr)
        sys.exit(MISUSED if isinstance(error, MisusedError) else WRONG)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(WRONG)


def _help() -> str:
    known = commands(OWN)
    width = max(map(len, known))
    lines = [f"  {name:<{width}}  {command.help}" for name, command in known.items()]
    return "\n".join(
        [
            "Usage: limen COMMAND …",
            "",
            "Zero trust for small and medium businesses: every request is decided in the open, with its reasons.",
            "",
            *lines,
            "",
            "`limen COMMAND --help` shows a command's options.",
            "Exit codes: 0 success · 1 failure, explained in the output · 2 incorrect usage.",
        ]
    )


if __name__ == "__main__":
    main()
