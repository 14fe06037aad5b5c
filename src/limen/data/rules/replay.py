"""What other rules would have done about what passed in the past days, judged by the numbers that events keep of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from limen.clock import Instant
from limen.data.documents import WhyNot
from limen.data.kinds import FOUND
from limen.data.labels.model import Claim, DocumentLabel, Standing, label_of_word
from limen.data.rules.content import Content, read
from limen.data.rules.judging import UNKNOWN, Sender, judge
from limen.data.rules.model import Channel, Judged, Passing, Step
from limen.data.rules.stated import DataRules
from limen.events import Event
from limen.facts import Label, Person
from limen.pillar import Foreseen, Past
from limen.storage.journal.reader import Reader

MOST_SHOWN: Final = 5
PAUSE_EACH: Final = 500
"""Events between two looks at whether anybody still waits."""
_THINGS: Final[Mapping[Channel, tuple[str, str]]] = {
    Channel.UPLOAD: ("upload", "uploads"),
    Channel.DOWNLOAD: ("download", "downloads"),
    Channel.WEB: ("upload to a site of others", "uploads to sites of others"),
    Channel.MAIL: ("mail", "mails"),
    Channel.SHARE: ("file on a share", "files on shares"),
    Channel.LINK: ("shared link", "shared links"),
}
_DONE: Final[Mapping[Step, str]] = {
    Step.ALLOW: "let pass without a note",
    Step.WATCH: "let pass with a note",
    Step.WARN: "held until somebody says why",
    Step.BLOCK: "blocked",
    Step.QUARANTINE: "put in quarantine",
}


@dataclass(slots=True)
class _Others:
    """What would be done otherwise, of one sort."""

    count: int = 0
    people: set[str] = field(default_factory=set)
    newest: list[tuple[Instant, str, str]] = field(default_factory=list)


def would_have(before: DataRules, after: DataRules, past: Past) -> Iterator[Foreseen]:
    """What `after` would have done otherwise than `before` about what was noted, sort by sort, the strictest first."""
    if (before.rules, before.labels) == (after.rules, after.labels):
        return
    others: dict[tuple[Step, str, Channel], _Others] = {}
    seen, is_whole, ends_at = 0, True, time.monotonic() + past.seconds
    for event in Reader(past.journal).of_kind(FOUND.name, past.since):
        if event.at > past.until:
            continue
        if time.monotonic() > ends_at:
            is_whole = False
            break
        if seen % PAUSE_EACH == 0:
            past.go_on()
        seen += 1
        person = past.people.get(event.actor)
        was, now = (judged_again(rules, event, person) for rules in (before, after))
        if was is None or now is None or was.step is now.step:
            continue
        rule = (now.rules or was.rules)[0]
        one = others.setdefault((now.step, rule, Channel(str(event.details["channel"]))), _Others())
        one.count += 1
        one.people.add(event.actor)
        one.newest.append((event.at, person.name if person else event.actor or "somebody", event.id))
        one.newest.sort(reverse=True)
        del one.newest[MOST_SHOWN:]
    for (step, rule, channel), one in sorted(others.items(), key=lambda it: (-it[0][0], it[0][1:])):
        yield Foreseen(_said(step, rule, channel, one), tuple(one.newest))
    if not others:
        yield Foreseen(f"Sharing rules would have done nothing else about what was noted ({seen})")
    if not is_whole:
        yield Foreseen(f"Of what was noted only the oldest {seen} were looked at: it took too long")
    if {*after.sought_ids} - {*before.sought_ids}:
        yield Foreseen("What is newly looked for is not known of what passed so far: its values were not kept")


def judged_again(rules: DataRules, event: Event, person: Person | None) -> Judged | None:
    """What these rules say about what an event tells of; None where it can't be read."""
    try:
        passing, content = passing_of(event), content_of(event)
    except (KeyError, ValueError):
        return None
    sender = UNKNOWN if person is None else Sender(person.groups, person.email.casefold())
    return judge(rules, passing, content, sender)


def passing_of(event: Event) -> Passing:
    """What passed, as far as an event tells it. Raises KeyError, ValueError."""
    details = event.details
    return Passing(
        Channel(str(details["channel"])),
        person=event.actor,
        app=str(details.get("app", "")),
        outside=frozenset(str(details.get("outside", "")).split()),
        label=_label(details.get("from")),
        has_healthy_device={"yes": True, "no": False}.get(str(details.get("healthy", ""))),
        stays_inside=details.get("goes_outside") is False,
    )


def content_of(event: Event) -> Content:
    """What was in it, as far as an event tells it. Raises ValueError."""
    unread = map(WhyNot, str(event.details.get("unread", "")).split())
    content = read(str(event.details.get("found", "")), _label(event.details.get("said")), unread)
    if lowered := str(event.details.get("lowered", "")):
        before, after, others = (label_of_word(word) for word in lowered.split())
        if before is None or after is None:
            raise ValueError(lowered)
        own = DocumentLabel(after, lowered_from=before)
        content = replace(content, claim=Claim(content.label, Standing.PROVEN, own, others))
    return content


def _label(word: object) -> Label | None:
    return None if word is None else Label[str(word).upper()]


def _said(step: Step, rule: str, channel: Channel, one: _Others) -> str:
    things = _THINGS[channel][one.count > 1]
    people = len(one.people - {""})
    of = f" of {people} {'person' if people == 1 else 'people'}" if people else ""
    return f"{one.count} {things}{of} would have been {_DONE[step]} ({rule})"
