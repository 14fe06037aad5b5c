"""Access logs of nginx and Apache in the format *combined*, with the names that Sigma's category `webserver` has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from limen.monitor.normal_form.classes import FAILURE, HTTP, OTHER, SUCCESS
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.records import readable, unreadable
from limen.monitor.normal_form.templates import closing
from limen.monitor.normal_form.texts import address, line, number, text
from limen.monitor.normal_form.times import of_access_log

METHODS: Final = {
    "CONNECT": 1,
    "DELETE": 2,
    "GET": 3,
    "HEAD": 4,
    "OPTIONS": 5,
    "POST": 6,
    "PUT": 7,
    "TRACE": 8,
}
"""OCSF's activity of each."""
_ERRORS_FROM: Final = 400


def lines(frame: Frame, product: str) -> Iterator[Draft]:
    """A file of requests, one a line."""
    for line_ in readable(frame.data).split("\n"):
        if line_:
            yield draft(line_, line_, {}, product) or unreadable("no_request", line_.encode())


nginx: Final = partial(lines, product="nginx")
apache: Final = partial(lines, product="apache")


def draft(raw: str, body: str, fields: Fields, product: str) -> Draft | None:
    """One request: `192.0.2.1 - jane [27/Nov/2026:09:15:30 +0000] "GET / HTTP/1.1" 200 612 "referer" "agent"`."""
    who, bracket, rest = body.partition(" [")
    written, closed, rest = rest.partition('] "')
    parts = who.split(" ", 2)
    if not bracket or not closed or len(parts) < 3 or not (client := address(parts[0])):
        return None
    quoted, rest = _quoted(rest)
    method, _, target = quoted.partition(" ")
    target = target.rpartition(" ")[0] or target
    path, _, query = target.partition("?")
    numbers, _, rest = rest.strip().partition(' "')
    referer, rest = _quoted(rest)
    agent, _ = _quoted(rest.partition('"')[2])
    status, _, size = numbers.partition(" ")
    said = (
        *(("c-ip", client), ("cs-method", method), ("cs-uri", target), ("cs-uri-stem", path), ("cs-uri-query", query)),
        *(("sc-status", number(status)), ("cs-referer", referer), ("cs-user-agent", agent), ("cs-username", parts[2])),
    )
    fields.update({name: text(value) if isinstance(value, str) else value for name, value in said if value})
    columns = {
        "product": product,
        "category": "webserver",
        "service": product,
        "kind": "request",
        "class_uid": HTTP,
        "activity_id": METHODS.get(method, OTHER),
        "status_id": FAILURE if number(status) >= _ERRORS_FROM else SUCCESS,
        "user": line(parts[2]),
        "src_ip": client,
        "operation": line(method),
        "object": line(path),
        "bytes_out": number(size),
        "user_agent": line(agent),
    }
    return Draft(raw, fields, columns, of_access_log(written))


def _quoted(rest: str) -> tuple[str, str]:
    """What is before the closing quote, and what is behind it."""
    end = closing(rest, 0, '"')
    return rest[:end], rest[end + 1 :]
