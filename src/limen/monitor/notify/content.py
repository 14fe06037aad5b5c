"""What a notice says. Nothing in it is written by whoever causes an alert: no line, no link, no markup of theirs.

A name that a log says is not shown as it came: letters, digits and few signs of it, the dots of names in brackets, so
that no chat makes a link, a mention or a heading of it. What a rule says of itself is the company's own, and is kept in
the same bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final

from limen.facts import FactStore
from limen.messages import Words
from limen.monitor.alerts.model import ORDER, STORM_ENTITY, Alert, Case
from limen.monitor.detections.hit import Level
from limen.pillar import WaitingRequest

LONGEST: Final = 80
MOST_ALERTS: Final = 8
_LEFT: Final = frozenset(" -_+,'()")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice: its title, what it says in lines, and the page that it leads to. `key` names the case."""

    key: str
    level: Level
    title: str
    lines: tuple[str, ...]
    link: str

    @property
    def text(self) -> str:
        return "\n".join((*self.lines, self.link))


def of_case(case: Case, alerts: Sequence[Alert], known: FactStore, words: Words, console: str) -> Notice:
    """What is to be told of a case: the worst of its alerts first, and how many more there are."""
    worst = sorted(alerts, key=lambda one: (-ORDER.index(one.level), one.opened_at))
    lines = [_line(one, known, words) for one in worst[:MOST_ALERTS]]
    if len(worst) > MOST_ALERTS:
        more = len(worst) - MOST_ALERTS
        lines.append(words.ngettext("and {count} more alert", "and {count} more alerts", more))
    title = words.gettext("{level}: {title}", level=level_in(case.level, words), title=harmless(case.title))
    return Notice(case.id, case.level, title, tuple(lines), f"{console}/console/cases/{case.id}")


def spared(notice: Notice, words: Words) -> Notice:
    """The same for a case that a playbook did not act on: that comes first."""
    line = words.gettext("Nothing was done by itself: a playbook reached its limit, or may not act here. Please act.")
    return replace(notice, lines=(line, *notice.lines))


def of_request(waiting: WaitingRequest, request_id: str, words: Words, origin: str) -> Notice:
    """That somebody asks for access. Why they do is not in it: only who is signed in reads what others wrote."""
    title = words.gettext("{who} asks for access to {app}", who=harmless(waiting.who), app=harmless(waiting.app))
    lines = (words.gettext("Whoever may approve it does so here, signed in with a passkey:"),)
    return Notice(request_id, Level.LOW, title, lines, f"{origin}{waiting.page}")


def digest(cases: Iterable[Case], words: Words, console: str) -> Notice:
    """What came in beyond what a channel hears one by one, the worst first, so that none of those is drowned."""
    several = sorted(cases, key=lambda one: (-ORDER.index(one.level), -one.last_at))
    lines = [f"{level_in(one.level, words)}: {harmless(one.title)}" for one in several[:MOST_ALERTS]]
    if len(several) > MOST_ALERTS:
        more = len(several) - MOST_ALERTS
        lines.append(words.ngettext("and {count} more case", "and {count} more cases", more))
    worst = several[0].level if several else Level.LOW
    title = words.ngettext("{count} case is open", "{count} cases are open", len(several))
    return Notice("digest", worst, title, tuple(lines), f"{console}/console/alerts")


def level_in(level: Level, words: Words) -> str:
    match level:
        case Level.CRITICAL:
            return words.gettext("Critical")
        case Level.HIGH:
            return words.gettext("High")
        case Level.MEDIUM:
            return words.gettext("Medium")
        case _:
            return words.gettext("Low")


def who(alert: Alert, known: FactStore, words: Words) -> str:
    """Whom it is about: somebody's name as the company wrote it, else what the log calls them, made harmless."""
    person = known.people.get(alert.person_id) or known.workloads.get(alert.person_id)
    if person is not None and person.name:
        return harmless(person.name)
    if alert.entity == STORM_ENTITY:
        return words.gettext("many at once")
    return harmless(alert.entity.partition(":")[2] or alert.entity)


def harmless(text: str) -> str:
    """The text without what a chat, a mail or a terminal could make something of; an address of a machine as it is."""
    try:
        return str(ip_address(text))
    except ValueError:
        pass
    shown = "".join(one if one.isalnum() or one in _LEFT else "[.]" if one == "." else " " for one in text)
    line = re.sub(r" {2,}", " ", shown).strip()
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _line(alert: Alert, known: FactStore, words: Words) -> str:
    said = words.gettext(
        "{title} ({who}), since {at}",
        title=harmless(alert.title),
        who=who(alert, known, words),
        at=words.date(alert.since),
    )
    times = words.ngettext("{count} finding", "{count} findings", alert.count)
    return f"{said}, {times}" if alert.count > 1 else said
