"""Syslog: the head of a message (RFC 5424, RFC 3164 and what programs make of them), and what stands behind it."""

from __future__ import annotations

from typing import Final, NamedTuple

from limen.clock import DAY, Instant
from limen.monitor.normal_form.flattening import Fields
from limen.monitor.normal_form.templates import closing
from limen.monitor.normal_form.texts import NOTHING, text
from limen.monitor.normal_form.times import instant, of_syslog

SEVERITIES: Final = (5, 5, 4, 3, 2, 1, 1, 1)
"""OCSF's severity of each of RFC 5424's (6.2.1), 0 emergency to 7 debug."""
_FACILITIES: Final = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"),
    *("ntp", "audit", "alert", "clock", *(f"local{number}" for number in range(8))),
)
_MOST_PARAMETERS: Final = 100
_LONGEST_HOST: Final = 253
_LONGEST_TAG: Final = 100


class Message(NamedTuple):
    """A message without its head. `priority` -1: it has none, as in files."""

    body: str
    priority: int = -1
    at: Instant = 0
    host: str = ""
    program: str = ""
    pid: str = ""
    data: Fields = {}  # noqa: RUF012 -- never changed
    """Structured data (RFC 5424, 6.3), as `id.name`."""

    @property
    def severity(self) -> int:
        return SEVERITIES[self.priority & 7] if self.priority >= 0 else 0

    @property
    def facility(self) -> str:
        return _FACILITIES[self.priority >> 3] if self.priority >= 0 else ""


def head_of(written: str, received_at: Instant, zone: str = "") -> Message:
    """What the head says. Whatever is no head is body: nothing is lost, and nothing raises."""
    priority, rest = _priority(written)
    if rest.startswith("1 ") and priority >= 0:
        return _rfc5424(rest[2:], priority, zone)
    return _rfc3164(rest, priority, received_at, zone)


def _priority(written: str) -> tuple[int, str]:
    if written.startswith("<"):
        digits, closed, rest = written[1:6].partition(">")
        if closed and digits.isdecimal() and digits.isascii() and int(digits) < 192:
            return int(digits), rest + written[6:]
    return -1, written


def _rfc5424(rest: str, priority: int, zone: str) -> Message:
    parts = rest.split(" ", 5)
    if len(parts) < 6:
        return Message(rest, priority)
    at, host, program, pid, kind, rest = parts
    data, body = _structured(rest)
    if kind not in NOTHING:
        data["msgid"] = text(kind, _LONGEST_TAG)
    return Message(
        body.removeprefix("\ufeff"),
        priority,
        instant(at, zone),
        _name(host, _LONGEST_HOST),
        _name(program, _LONGEST_TAG),
        _name(pid, _LONGEST_TAG),
        data,
    )


def _structured(rest: str) -> tuple[Fields, str]:
    """Structured data and the body behind it. What is not closed is body."""
    if not rest.startswith("["):
        return {}, rest[2:] if rest.startswith("- ") else "" if rest == "-" else rest
    data: Fields = {}
    at = 0
    while at < len(rest) and rest[at] == "[":
        end = _element(rest, at, data)
        if end < 0:
            return {}, rest
        at = end
    return data, rest[at:].removeprefix(" ")


def _element(rest: str, at: int, data: Fields) -> int:
    """Reads `[id name="value" …]` from `at`; where it ends, or -1."""
    close, space = rest.find("]", at), rest.find(" ", at)
    if close < 0:
        return -1
    if space < 0 or close < space:
        return close + 1
    name, at = rest[at + 1 : space], space
    while rest[at : at + 1] == " ":
        begin = rest.find('="', at)
        if begin < 0:
            return -1
        key, at = rest[at + 1 : begin], begin + 2
        end = closing(rest, at, '"')
        if len(data) < _MOST_PARAMETERS:
            value = rest[at:end]
            if "\\" in value:
                value = value.replace('\\"', '"').replace("\\]", "]").replace("\\\\", "\\")
            data[f"{text(name, _LONGEST_TAG)}.{text(key, _LONGEST_TAG)}"] = text(value)
        at = end + 1
    return at + 1 if rest[at : at + 1] == "]" else -1


def _rfc3164(rest: str, priority: int, received_at: Instant, zone: str) -> Message:
    at, rest = _time(rest, received_at, zone)
    if not at:
        return Message(rest, priority)
    host, _, behind = rest.partition(" ")
    if host.endswith(":") or not behind:  # some leave the host away
        host, behind = "", rest
    program, pid, body = _tag(behind)
    return Message(body, priority, at, _name(host, _LONGEST_HOST), program, pid)


def _time(rest: str, received_at: Instant, zone: str) -> tuple[Instant, str]:
    """`Nov 27 14:17:19` or ISO 8601, and what stands behind it."""
    if rest[:1].isdecimal():
        written, _, behind = rest.partition(" ")
        return (instant(written, zone), behind) if written[4:5] == "-" and "T" in written else (0, rest)
    at = of_syslog(rest[:15], received_at // DAY, zone) if rest[15:16] == " " else 0
    return at, rest[16:] if at else rest


def _tag(rest: str) -> tuple[str, str, str]:
    """`sshd[812]: …` as program, process and body. Without a tag all of it is body."""
    tag, colon, body = rest.partition(":")
    if not colon or " " in tag or len(tag) > _LONGEST_TAG:
        return "", "", rest
    program, _, pid = tag.partition("[")
    return _name(program, _LONGEST_TAG), _name(pid.removesuffix("]"), _LONGEST_TAG), body.removeprefix(" ")


def _name(written: str, longest: int) -> str:
    return "" if written in NOTHING else text(written, longest)
