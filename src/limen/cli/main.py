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
from limen.pillar import Command
from limen.pillars import commands

WRONG: Final = 1
MISUSED: Final = 2


OWN: Final[dict[str, Command]] = {
    "init": Command("limen.cli.init", "Make a company folder with the baseline and comments that teach"),
    "add": Command("limen.cli.add", "Add an app: find out what it is, write its entry, and begin its onboarding"),
    "remove": Command("limen.cli.remove", "Remove an app or a group, and what speaks of it alone"),
    "check": Command(
        "limen.cli.check", "Find everything that is wrong with a company folder, and run its policy tests"
    ),
    "doctor": Command("limen.cli.doctor", "Say what is wrong with this set-up, from DNS to the disk, and the fix"),
    "serve": Command("limen.cli.serve", "Run everything: pages, gateway and check server"),
    "front": Command("limen.cli.front", "Run https as a service of its own, which says so while Limen is down"),
    "front-config": Command(
        "limen.cli.front_config", "Print the config of nginx, Caddy or Envoy for the company's apps"
    ),
    "outage-page": Command("limen.cli.outage_page", "Print the page for your own front to show while Limen is down"),
    "systemd-unit": Command("limen.cli.systemd_unit", "Print a hardened service for systemd"),
    "demo": Command("limen.cli.demo", "Run the example company Harbor, with real requests through the real doors"),
    "plan": Command("limen.cli.plan", "Say what publishing a folder would change, replayed over the last 30 days"),
    "apply": Command("limen.cli.apply", "Publish a company folder as a new revision"),
    "pull": Command("limen.cli.pull", "Update a company folder to the revision in force"),
    "log": Command("limen.cli.log", "List the revisions: who published what, when and why"),
    "revert": Command("limen.cli.revert", "Publish an earlier revision once more"),
    "watch": Command("limen.cli.state", "List what is watched and whom it would have met, or watch a policy", "watch"),
    "enforce": Command("limen.cli.state", "Enforce a policy that was watched or off", "enforce"),
    "off": Command("limen.cli.state", "Turn a policy off", "off"),
    "why": Command("limen.cli.why", "Explain a decision: a past one, a supposed one, or one in a file"),
    "erase": Command("limen.cli.erase", "Erase one person: show what goes and what stays, or do it"),
    "export": Command("limen.cli.export", "Make a copy of everything that is kept of one person"),
    "notice": Command(
        "limen.cli.notice", "Print what is recorded and who can see it, for employees or a works council"
    ),
    "break-glass": Command(
        "limen.cli.break_glass", "Open the console for half an hour where policies lock everybody out"
    ),
    "matrix": Command(
        "limen.cli.matrix", "What if, for many at once: all apps for a person, all people for an app, or both"
    ),
    "backup": Command("limen.cli.backup", "Put everything into one file while it runs, or print the master key"),
    "restore": Command("limen.cli.restore", "Restore a company from a backup, into a folder without data"),
    "upgrade": Command(
        "limen.cli.upgrade", "Upgrade the database to this version of Limen, or go back; with a rehearsal"
    ),
    "migrate-database": Command(
        "limen.cli.migrate_database", "Move the database to PostgreSQL or back; rehearsed, verified, with a way back"
    ),
    "journal": Command("limen.cli.journal", "Verify that no event was changed, removed or reordered"),
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
    import typer

    from limen.cli.options import MisusedError
    from limen.errors import LimenError

    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(help=command.help)(getattr(importlib.import_module(command.module), command.function))
    try:
        app(args=words, prog_name=f"limen {name}")
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
            "Zero trust for small and medium businesses: every request is decided, in the open, with its reasons.",
            "",
            *lines,
            "",
            "`limen COMMAND --help` says what a command takes.",
            "Exit codes: 0 all is well · 1 something is wrong, and it says what · 2 the command was called wrongly.",
        ]
    )


if __name__ == "__main__":
    main()
