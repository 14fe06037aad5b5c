"""What is declared of one kind of event: its place in OCSF, whose record it is, where it shows, and in which words.

Texts that employees read are English here and looked up in the message catalogues where they are shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

from limen.errors import LimenError
from limen.events.event import Event

DATA_FINDING: Final = 2006
AUTHENTICATION: Final = 3002
ACCOUNT: Final = 3001
ENTITY: Final = 3004
HTTP: Final = 4002
LIFECYCLE: Final = 6002
EMAIL: Final = 4009
FILE_HOSTING: Final = 6006
"""Classes of OCSF 1.4 (https://schema.ocsf.io)."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
_ID: Final = re.compile(r"(.*_)?id")


class KindError(LimenError):
    """A kind of event is declared in part only, or twice."""


class Severity(IntEnum):
    """OCSF's `severity_id`."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Owner(StrEnum):
    """Whose record an event is. What others did to a person, or a person to others, is never that person's alone."""

    PERSON = "person"
    """What happened between a person and Limen alone. It is erased with them."""
    OFFICE = "office"
    """How Limen was governed. It stays when somebody is erased, and names them by an opaque id."""
    LIMEN = "limen"
    """How Limen itself runs. It concerns nobody: it is on no timeline, and nobody is told of it."""


@dataclass(frozen=True, slots=True)
class Family:
    """A heading under which a notice lists kinds of events."""

    title: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A part of a timeline. `name` is how addresses name it; `effects` narrow decisions to those."""

    name: str
    title: str
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """What several kinds of events have in common.

    `plural` ("Your sessions") and `singular` ("Your session") are what employees read of events that concern
    them. `filters` are those of a person's timeline under which these events show, besides everything.
    """

    family: Family
    owner: Owner
    plural: str = ""
    singular: str = ""
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event. Raises KindError where something is missing or doesn't fit together.

    `title` is what administrators read. `class_uid` and `activity_id` are OCSF's. `acknowledged` events are waited for:
    what they tell must survive the moment it is answered. A failure has at least the severity *low*.

    `app_filters` are those of an app's timeline; an event of such a kind names its app in `details["app"]`. `shown` are
    the details that stand beside the title on a timeline, none of which is an id. `told` is what somebody reads on the
    page of their account when it happened to them, by `<detail>=<value>`, or "" for whatever the details are.
    Strangers can cause those that are `by_strangers` as often as they like: where nobody is signed in they are kept one
    by one up to a budget, and counted beyond it (see `storage/journal/strangers.py`); where they are told to somebody,
    one tells for all.
    """

    name: str
    title: str
    topic: Topic
    class_uid: int
    activity_id: int
    _: KW_ONLY
    acknowledged: bool = False
    severity: Severity = Severity.INFORMATIONAL
    app_filters: tuple[Filter, ...] = ()
    shown: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict, hash=False)
    by_strangers: bool = False

    def __post_init__(self) -> None:
        wrong = self._wrong()
        if wrong:
            raise KindError(f"the kind of event {self.name} {wrong}", "say it where the kind is declared")

    @property
    def messages(self) -> tuple[str, ...]:
        """Everything of it that is looked up in the catalogues."""
        texts = (self.topic.family.title, self.topic.plural, self.topic.singular, *self.told.values())
        return tuple(text for text in texts if text)

    def told_of(self, event: Event) -> str:
        """What the person it happened to is told of this event; "" where it is nothing."""
        by_detail = (self.told.get(f"{name}={value}", "") for name, value in event.details.items())
        return next((text for text in by_detail if text), self.told.get("", ""))

    def _wrong(self) -> str:
        topic = self.topic
        for is_wrong, what in (
            (not _NAME.fullmatch(self.name), "has no name in small letters, as in `sign_in.failed`"),
            (not self.title[:1].isupper() or self.title.endswith("."), "has no title, or one that ends with a dot"),
            (not topic.family.title, "is in no family"),
            (not topic.owner, "does not say whose record it is"),
            (not 1000 <= self.class_uid <= 9999 or not 0 <= self.activity_id <= 99, "has no class of OCSF"),
            (any(_ID.fullmatch(name) for name in self.shown), "shows an id"),
            (any(name and "=" not in name for name in self.told), "tells something by no detail's value"),
        ):
            if is_wrong:
                return what
        if topic.owner is not Owner.LIMEN:
            return "" if topic.plural else "has no words for whom it concerns"
        is_shown = topic.plural or topic.singular or topic.filters or self.app_filters or self.shown or self.told
        return "tells of Limen's running and has words or a timeline" if is_shown else ""
