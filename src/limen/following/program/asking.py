"""How Limen is asked."""

from __future__ import annotations

import json
import ssl
import syslog
import time
import urllib.parse
import urllib.request
from typing import Any, Callable

from limen.following.program.kept import Wrong

ANSWER_SECONDS = 40.0
"""How long an answer may take: Limen leaves a question unanswered while there is nothing new."""
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 15.0


class Limen:
    """Where Limen is, and how it is asked. `proof` is the header Authorization; `most_bytes` bounds an answer."""

    def __init__(self, url: str, program: str, most_bytes: int, authority: str = "", proof: str = "") -> None:
        place = urllib.parse.urlsplit(url)
        is_here = place.hostname in {"127.0.0.1", "::1"} or (place.hostname or "").endswith(".localhost")
        if place.scheme != "https" and not (place.scheme == "http" and is_here):
            raise Wrong("Limen is asked over https")
        self._url, self._most_bytes = url.rstrip("/"), most_bytes
        self._headers = {"content-type": "application/json", "user-agent": f"{program}/1"}
        if proof:
            self._headers["authorization"] = proof
        self.at = 0.0
        """What time it was there at the last answer, in seconds since 1970; 0: it did not say."""
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=authority or None)),
            NoRedirects(),
            urllib.request.ProxyHandler({}),
        )

    def ask(self, path: str, said: dict[str, Any], seconds: float = ANSWER_SECONDS) -> dict[str, Any] | None:
        """What Limen answers; None where there is nothing new. Raises OSError, ValueError or Wrong where it can't be
        asked.
        """
        request = urllib.request.Request(self._url + path, json.dumps(said).encode(), self._headers, method="POST")
        with self._opener.open(request, timeout=seconds) as answer:
            body, at = answer.read(self._most_bytes + 1), answer.headers.get("limen-at", "")
        self.at = int(at) / 1000 if at.isdigit() and len(at) < 15 else 0.0
        if len(body) > self._most_bytes:
            raise Wrong("Limen's answer is too long")
        found = json.loads(body) if body else None
        if not (found is None or isinstance(found, dict)):
            raise Wrong("Limen's answer is none")
        return found


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """The secret goes nowhere else."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


def ask_for_ever(ask: Callable[[], None]) -> None:
    """One question after the other; after each that failed it waits longer."""
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            ask()
            wait = FIRST_WAIT_SECONDS
        except Exception as wrong:  # noqa: BLE001 -- whatever is wrong, what is in force here holds
            syslog.syslog(syslog.LOG_WARNING, f"Limen could not be followed: {wrong}")
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
