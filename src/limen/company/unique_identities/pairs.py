"""Two accounts that seem to be in one hand, by what they have in common. Pure.

| sign | adds | why |
|---|---|---|
| `seed` | 3 | one authenticator app gives the codes of both |
| `number` | 3 | sources of people give both one employee number |
| `mailbox` | 3 | mail to both ends up in one mailbox: whoever reads it recovers both |
| `device` | 2 | one signs in on the enrolled device of the other |
| `browser` | 1 | both sign in with one browser, which nobody else uses |
| `name` | 1 | both are called the same |

3 is strong, 2 is medium. A name alone is shown as a weak hint, since people have namesakes; a browser alone is not
shown at all: colleagues sit down at each other's desks.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final

from limen.access.same_person import mailbox
from limen.clock import Instant
from limen.company.unique_identities.model import Evidence, Finding, Kind, Strength
from limen.company.unique_identities.reading import Held
from limen.company.unique_identities.whose import account_of
from limen.identity.model import Member, PersonStatus

WORTH: Final = {"seed": 3, "number": 3, "mailbox": 3, "device": 2, "browser": 1, "name": 1}
MOST_ALIKE: Final = 4
"""A browser, name or mailbox that more accounts have in common is a machine or list of many, and tells of no two."""
_ENOUGH: Final = 2


def two_accounts(held: Held) -> Iterator[Finding]:
    """Each pair that has enough in common, of accounts that are not deactivated."""
    live = {one.person.id: one for one in held.members if one.status is not PersonStatus.INACTIVE}
    signs: defaultdict[tuple[str, str], dict[str, Evidence]] = defaultdict(dict)
    for pair, evidence in _signs(held, live):
        before = signs[pair].get(evidence.sign)
        if before is None or before.at < evidence.at:
            signs[pair][evidence.sign] = evidence
    for pair, found in sorted(signs.items()):
        worth = sum(WORTH[sign] for sign in found)
        if worth >= _ENOUGH or "name" in found:
            yield Finding(
                Kind.TWO_ACCOUNTS,
                Strength(max(1, min(3, worth))),
                tuple(account_of(live[one]) for one in pair),
                tuple(sorted(found.values(), key=lambda one: -WORTH[one.sign])),
            )


def _signs(held: Held, live: Mapping[str, Member]) -> Iterator[tuple[tuple[str, str], Evidence]]:
    for together in held.same_seed:
        for pair in _pairs(together & live.keys()):
            yield pair, Evidence("seed", "One authenticator app gives the codes of both accounts")
    for address, people in _alike({one: mailbox(live[one].person.email) for one in live if live[one].person.email}):
        for pair in _pairs(people):
            yield pair, Evidence("mailbox", f"Mail to both ends up in {address}, which recovers both")
    for _number, people in _alike({one: _number_of(held, one) for one in live}):
        for pair in _pairs(people):
            yield pair, Evidence("number", "Sources of people give both one employee number")
    for pair, at, name in _on_others_devices(held, live):
        yield pair, Evidence("device", f"One signs in on {name}, which is enrolled for the other", at)
    for browser in held.browsers:
        used = {one: at for one, at in browser.items() if one in live}
        for pair in _pairs(used):
            yield pair, Evidence("browser", "Both sign in with one browser", min(used[one] for one in pair))
    for _name, people in _alike({one: name_of(live[one].person.name) for one in live}):
        for pair in _pairs(people):
            yield pair, Evidence("name", "Both accounts are called the same")


def _on_others_devices(held: Held, live: Mapping[str, Member]) -> Iterator[tuple[tuple[str, str], Instant, str]]:
    for one in held.seen:
        device = held.devices.get(one.device_id)
        if device is not None and device.owner_id != one.person_id and {device.owner_id, one.person_id} <= live.keys():
            first, second = sorted((device.owner_id, one.person_id))
            yield (first, second), one.last_at, device.name


def _number_of(held: Held, person_id: str) -> str:
    numbers = [one.said.employee_number.strip() for one in held.sources.get(person_id, ()) if one.is_there]
    return next((number.casefold() for number in numbers if number), "")


def _alike(texts: Mapping[str, str]) -> Iterator[tuple[str, set[str]]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for person_id, text in texts.items():
        if text:
            found[text].add(person_id)
    yield from ((text, people) for text, people in sorted(found.items()) if len(people) > 1)


def _pairs(people: Iterable[str]) -> Iterator[tuple[str, str]]:
    several = sorted(people)
    return combinations(several, 2) if len(several) <= MOST_ALIKE else iter(())


def name_of(name: str) -> str:
    """A person's name without accents, case and order, so that `Müller, Ada` is `Ada Muller`; "" for a single word."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = "".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one)).split()
    return " ".join(sorted(words)) if len(words) > 1 else ""
