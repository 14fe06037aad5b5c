"""What the emulators of vendors' logs share: records with instants, in windows, and pages of them by a link."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.emulators.vendor import Vendor

from limen.clock import from_iso


@dataclass
class LogVendor(Vendor):
    """`records` by the name of their log, each with its instant in `instant` (ISO 8601). `forgets_links`: links that
    were given are known no longer.
    """

    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    instant: str = "createdDateTime"
    per_page: int = 2
    forgets_links: bool = False

    def is_let_in(self, request: web.Request) -> bool:
        """By any token that was given."""
        given = {f"Bearer token-{number + 1}" for number in range(self.tokens)}
        return request.headers.get("authorization") in given

    def add(self, log: str, *records: dict[str, Any]) -> None:
        self.records.setdefault(log, []).extend(records)

    def window(self, log: str, since: str, until: str) -> list[dict[str, Any]]:
        """What is there from the first instant on, before the second."""
        first, last = from_iso(since), from_iso(until)
        return [one for one in self.records.get(log, []) if first <= from_iso(str(one[self.instant])) < last]

    def page(self, found: list[dict[str, Any]], at: int) -> tuple[list[dict[str, Any]], int]:
        """A page of them from a place on, and the place of the next (0: none)."""
        following = at + self.per_page
        return found[at:following], following if following < len(found) else 0


def gone(what: str) -> web.Response:
    return web.json_response({"error": {"code": what}}, status=400)
