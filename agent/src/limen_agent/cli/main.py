"""`limen-agent`: what its owner types."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from limen_agent import __version__
from limen_agent.errors import AgentError
from limen_agent.state.folder import StateFolder, usual_folder

_ABOUT = (
    "Reports to Limen how this machine is kept. It looks; it changes nothing, but for `connect`, which you run"
    " yourself, and it never updates itself."
)


def main(words: Sequence[str] | None = None) -> int:
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a locale without a letter is no reason to say nothing
    asked = parser().parse_args(words)
    folder = StateFolder(asked.state or usual_folder())
    try:
        return _call(asked, folder)
    except AgentError as error:
        print(f"limen-agent: {error.what}", file=sys.stderr)
        if error.fix:
            print(f"  {error.fix}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 130


class _Exact(argparse.ArgumentParser):
    """Options by their whole names: `--token SECRET` must not be taken for `--token-file`, and so come to be usual."""

    def __init__(self, **words: Any) -> None:
        super().__init__(allow_abbrev=False, **words)


def parser() -> argparse.ArgumentParser:
    parser = _Exact(prog="limen-agent", description=_ABOUT)
    parser.add_argument("--version", action="version", version=f"limen-agent {__version__}")
    parser.add_argument("--state", type=Path, metavar="DIR", help="the state folder (default: /var/lib/limen-agent)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    enrol = commands.add_parser("enrol", help="make this a device of yours, or of the company's, in Limen")
    enrol.add_argument("address", metavar="ADDRESS", help="Limen's address, as https://login.harbor.example")
    enrol.add_argument("--token-file", metavar="FILE", help="a one-time token in a file; - reads it from the input")
    enrol.add_argument("--ca", metavar="FILE", type=Path, help="authorities in PEM form, where the system's do not do")
    enrol.add_argument("--key", choices=("auto", "tpm", "file"), default="auto", help="where the device's key is")

    run = commands.add_parser("run", help="the service: look, report, listen")
    run.add_argument(
        "--user", action="append", default=[], metavar="USER", help="who may have a browser tied to this device"
    )

    commands.add_parser("report", help="look and report now")
    status = commands.add_parser("status", help="whose device this is, what was seen and what Limen makes of it")
    status.add_argument("--json", action="store_true")
    check = commands.add_parser("check", help="look and print what is seen; nothing is sent")
    check.add_argument("--json", action="store_true")
    check.add_argument("checks", nargs="*", metavar="CHECK", help="only these")
    forget = commands.add_parser("forget", help="end it on this machine: key and state are deleted")
    forget.add_argument("--yes", action="store_true", help="do not ask")
    certificate = commands.add_parser("certificate", help="the client certificate, and how a browser gets it")
    certificate.add_argument("--p12", metavar="FILE", type=Path, help="write it to a new file that browsers import")
    certificate.add_argument("--nss", metavar="DIR", type=Path, help="put it into this store, as ~/.pki/nssdb, always")
    connect = commands.add_parser("connect", help="as root: a tunnel to what an app leads to, until you end it")
    connect.add_argument("app", metavar="APP", help="the app's ID, as on the page Connections")
    connect.add_argument("--interface", metavar="NAME", default="", help="the tunnel's (default: limen0; macOS: utun)")
    connect.add_argument(
        "--names",
        action="append",
        default=[],
        metavar="DOMAIN",
        help="take names below it from the tunnel, though the internet may have them too",
    )
    threat = commands.add_parser("threat", help="for anti-malware: note what it found (clamd's VirusEvent)")
    threat.add_argument("--name", help="what was found; else clamd's CLAM_VIRUSEVENT_VIRUSNAME")
    threat.add_argument("--clear", action="store_true", help="it was dealt with; without --name: everything")
    return parser


def _call(asked: argparse.Namespace, folder: StateFolder) -> int:
    match asked.command:
        case "enrol":
            from limen_agent.cli.enrol import enrol

            return enrol(folder, asked.address, asked.token_file, asked.ca, asked.key)
        case "run":
            from limen_agent.cli.run import run

            return run(folder, tuple(asked.user))
        case "report":
            from limen_agent.cli.report import report

            return report(folder)
        case "status":
            from limen_agent.cli.status import status

            return status(folder, is_json=asked.json)
        case "check":
            from limen_agent.cli.check import check

            return check(folder, asked.checks, is_json=asked.json)
        case "forget":
            from limen_agent.cli.forget import forget

            return forget(folder, is_sure=asked.yes)
        case "certificate":
            from limen_agent.cli.certificate import certificate

            return certificate(folder, asked.p12, asked.nss)
        case "connect":
            from limen_agent.cli.connect import connect

            return connect(folder, asked.app, asked.interface, tuple(asked.names))
        case _:
            from limen_agent.cli.threat import threat

            return threat(asked.name, is_clear=asked.clear)
