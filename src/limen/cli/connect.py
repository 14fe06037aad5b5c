"""`limen connect APP`: open the way through the firewall to what an app of the kind `network` leads to.

The browser is opened, where one is signed in; the way is open for the address that the browser comes from.
"""

from __future__ import annotations

import re
import webbrowser
from typing import Annotated, Final

import typer

from limen.cli.options import MisusedError
from limen.cli.ssh_certificates import where_limen_is

_APP: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


def run(
    app: Annotated[str, typer.Argument(metavar="APP", help="The app's ID, as in apps.yaml")],
    *,
    url: Annotated[str, typer.Option("--limen", help="Where Limen is, the first time: https://limen.…")] = "",
    browser: Annotated[bool, typer.Option(help="Open the browser, or only print the address")] = True,
) -> None:
    if not _APP.fullmatch(app):
        raise MisusedError(f"{app[:40]!r} is not an app's ID")
    address = f"{where_limen_is(url)}/network/connect?app={app}"
    print(f"Open it in your browser:\n{address}")
    if browser:
        webbrowser.open(address)
