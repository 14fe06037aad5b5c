"""What comes back to a command from the browser: to a port of loopback, where the command waits for it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

from limen.errors import LimenError

_DONE: Final = (  # with an icon of its own: nobody is there any more who could be asked for one
    b'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>limen</title>'
    b'<link rel="icon" href="data:,"><p>You can close this page and go back to the terminal.'
)
_LONGEST: Final = 20_000


class FromBrowser(HTTPServer):
    """Waits for who knows the `state`, a secret of this one question, and brings all of `names`."""

    def __init__(self, command: str, state: str, names: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.command, self.state, self.names = command, state, names
        self.found: dict[str, list[str]] = {}

    def told(self, seconds: float) -> dict[str, list[str]]:
        """What it brought. Raises LimenError where it did not come in time."""
        until = time.monotonic() + seconds
        while not self.found:
            self.timeout = until - time.monotonic()
            if self.timeout <= 0:
                raise LimenError("nobody confirmed in the browser", f"run limen {self.command} again")
            self.handle_request()
        return self.found


class _Handler(BaseHTTPRequestHandler):
    """Only what knows the state is believed: any page in any browser here could call this port."""

    timeout: ClassVar[float] = 5.0
    server: FromBrowser

    def do_GET(self) -> None:
        given = parse_qs(urlsplit(self.path[:_LONGEST]).query, max_num_fields=20)
        state = given.get("state", [""])[0]
        is_ours = secrets.compare_digest(state.encode(), self.server.state.encode())
        if is_ours and all(given.get(name) for name in self.server.names):
            self.server.found = given
        body = _DONE if is_ours else b"Not found\n"
        self.send_response(200 if is_ours else 404)
        self.send_header("content-type", "text/html; charset=utf-8" if is_ours else "text/plain")
        self.send_header("content-length", str(len(body)))
        self.send_header("referrer-policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing is said of it."""
