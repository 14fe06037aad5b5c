"""What would help, in sentences; and whom to ask where nobody can help themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from limen.clock import Instant
from limen.facts import Facts, Group
from limen.messages import Words
from limen.policy.decision import Remedy
from limen.policy.remedies.search import ADMINISTRATORS, who_can

_EVERYBODY: Final = frozenset({"staff", "everybody", "everyone"})
"""Groups too wide to be asked anything."""


class Audience(StrEnum):
    """self: the person, or whoever took their session · helpdesk: who helps them · administrator: who may see all."""

    SELF = "self"
    HELPDESK = "helpdesk"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Names:
    """How people call the person, the app, and what only has an id."""

    who: str
    app: str
    groups: Mapping[str, Group] = field(default_factory=dict)

    def group(self, group_id: str) -> str:
        group = self.groups.get(group_id)
        return group_id if group is None else group.title or group_id


def remedy_sentence(named: Iterable[Remedy], audience: Audience, words: Words, now: Instant) -> str:
    """All of one set, in one sentence, as said at `now`: `Come back today at 07:00 and use a passkey.`

    What is to be done to one device is said of it once: `Have this device enrolled and made healthy.`
    """
    ones = tuple(named)
    done = [one for one in ones if words.has(f"done.{_key(one)}")]
    if len(done) < 2:
        done = []
    parts = [_remedy(one, audience, words, now) for one in ones if one not in done]
    if done:
        key = "do.self.device" if audience is Audience.SELF else "do.helpdesk.device"
        parts.append(words.say(key, done=words.joined([words.say(f"done.{_key(one)}") for one in done])))
    sentence = words.joined(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def kind_sentence(kind: str, words: Words) -> str:
    """A remedy of which only the kind was kept, as an administrator reads it."""
    return words.say(f"do.helpdesk.{kind}") if kind in _BARE else kind.replace("_", " ")


def whom(facts: Facts, words: Words, names: Names) -> str:
    """Whom a person asks: who answers for the app, or else the administrators."""
    owner = _owner(facts, names)
    if not owner:
        return words.say("whom.administrators")
    return words.say("whom.owner", app=names.app, group=names.group(owner))


def who_can_sentence(audience: Audience, words: Words, names: Names, facts: Facts) -> str:
    """That nothing the person does would help, and who could."""
    if audience is Audience.SELF:
        return words.say("do.self.nothing", whom=whom(facts, words, names))
    owner, them = _owner(facts, names), words.say("whom.administrators.them")
    if owner:
        them = words.say("whom.owner.them", app=names.app, group=names.group(owner))
    return words.say("do.helpdesk.nothing", who=names.who, whom=them)


_BARE: Final = frozenset(
    {
        "sign_in",
        "use_passkey",
        "add_factor",
        "sign_in_again",
        "new_session",
        "use_browser",
        "use_device",
        "ask_for_grant",
        "enrol_device",
        "prove_device",
    }
)


def _remedy(remedy: Remedy, audience: Audience, words: Words, now: Instant) -> str:
    key = _key(remedy)
    keys = [f"do.self.{key}"] if audience is Audience.SELF else [f"do.helpdesk.{key}"]
    if audience is Audience.ADMINISTRATOR:
        keys.insert(0, f"do.administrator.{key}")
    at, date = (words.upcoming(remedy.at, now), words.date(remedy.at)) if remedy.at else ("", "")
    return words.first(*keys, at=at, date=date, to=remedy.to, strength=remedy.strength)


def _key(remedy: Remedy) -> str:
    return f"{remedy.kind}.{remedy.what}" if remedy.what else remedy.kind


def _owner(facts: Facts, names: Names) -> str:
    """The group that answers for the app, where it is one that can be asked."""
    owner = who_can(facts)[0]
    is_everybody = owner in _EVERYBODY or names.group(owner).casefold().startswith(("everybody", "everyone"))
    return "" if owner == ADMINISTRATORS or is_everybody else owner
