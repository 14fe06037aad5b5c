"""`limen connect APP`: open the way through the firewall to what an app of the kind `network` leads to.

The browser is opened, where one is signed in; the way is open for the address that the browser comes from. The command
waits until it is, and says until when.
"""

from __future__ import annotations

import re
import secrets
import webbrowser
from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import urlencode

import typer

from limen.cli.from_browser import FromBrowser
from limen.cli.kept_here import where_limen_is
from limen.cli.options import MisusedError
from limen.clock import SECOND
from limen.errors import LimenError

WAITS_SECONDS: Final = 300.0
_APP: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_UNTIL: Final = re.compile(r"[0-9]{1,14}")


def run(
    app: Annotated[str, typer.Argument(metavar="APP", help="The app's ID, as in apps.yaml")],
    *,
    url: Annotated[str, typer.Option("--limen", help="Where Limen is, the first time: https://limen.…")] = "",
    browser: Annotated[bool, typer.Option(help="Open the browser, or only print the address")] = True,
    wait: Annotated[bool, typer.Option(help="Wait until it is open, or only open the page")] = True,
) -> None:
    if not _APP.fullmatch(app):
        raise MisusedError(f"{app[:40]!r} is not an app's ID")
    page = f"{where_limen_is(url)}/network/connect?"
    if not wait:
        _show(page + urlencode({"app": app}), opens_browser=browser)
        return
    state = secrets.token_urlsafe(24)
    with FromBrowser("connect", state, ("until",)) as waiting:
        asked = {"app": app, "port": str(waiting.server_port), "state": state}
        _show(page + urlencode(asked), opens_browser=browser)
        told = waiting.told(WAITS_SECONDS)["until"][0]
    if not _UNTIL.fullmatch(told):
        raise LimenError("what came back is not what was asked for", "run limen connect again")
    until = datetime.fromtimestamp(int(told) / SECOND, UTC).astimezone()
    print(f"{app} is open until {until:%Y-%m-%d %H:%M:%S %Z}")


def _show(address: str, *, opens_browser: bool) -> None:
    print(f"Open it in your browser:\n{address}", flush=True)
    if opens_browser:
        webbrowser.open(address)
