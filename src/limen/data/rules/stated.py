"""What `data.yaml` says, frozen: labels, what is looked for, and the sharing rules. Order means nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from limen.clock import Milliseconds
from limen.data.documents import WhyNot
from limen.data.inventory.model import Store
from limen.data.model import Confidence, Detector
from limen.data.rules.model import Channel, Step
from limen.facts import Label


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that content can be; all that is said of it must hold.

    `finds` are detectors, kinds of them, dictionaries, exact sets and fingerprints (ids) of which together `at_least`
    different values must be there, each at least this sure; of `beside` at least one. `label`: it is labelled so, or
    higher. `unread`: something in it could not be read, for one of these reasons.
    """

    finds: tuple[str, ...] = ()
    at_least: int = 1
    confidence: Confidence = Confidence.MEDIUM
    beside: tuple[str, ...] = ()
    label: Label | None = None
    unread: frozenset[WhyNot] = frozenset()


@dataclass(frozen=True, slots=True)
class Exempt:
    """To what a rule does not apply: whose it is (groups and email addresses), which apps, and what goes outside to
    these domains alone.
    """

    people: frozenset[str] = frozenset()
    apps: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """A sharing rule: by these channels, content that meets one of `when`, and what is done then.

    `people` (groups and email addresses) and `apps`: only theirs; () for everybody's and every app's. `outside`: only
    what goes to others than the company. `unhealthy`: only from devices that are not known to be healthy. `why` is what
    somebody who is stopped reads, `ask` whom they may ask.
    """

    id: str
    title: str
    channels: frozenset[Channel]
    when: tuple[Condition, ...]
    then: Step
    people: frozenset[str] = frozenset()
    apps: frozenset[str] = frozenset()
    outside: bool = False
    unhealthy: bool = False
    exempt: Exempt = Exempt()
    why: str = ""
    ask: str = ""


@dataclass(frozen=True, slots=True)
class LabelRule:
    """What a label means: which content has it by itself, and the controls that what bears it needs at least.

    `strength` of sign-in 0 to 3; `healthy`: from a healthy device; `session_ms`: signed in so long ago at most (0: any
    time); `inside`: it is not shared with others than the company; `encrypted`: where it is stored; `kept_ms`: it is
    deleted after so long (0: nothing is said). `microsoft` are the ids of labels of Microsoft 365 that mean this one.
    `lowered_by`: groups and email addresses that may lower it themselves.
    """

    label: Label
    when: tuple[Condition, ...] = ()
    strength: int = 0
    healthy: bool = False
    session_ms: Milliseconds = 0
    inside: bool = False
    encrypted: bool = False
    kept_ms: Milliseconds = 0
    microsoft: frozenset[str] = frozenset()
    lowered_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OwnDetector:
    """A detector of the company's. `check` names a check of `own_detectors.CHECKS`; "": there is none."""

    id: str
    name: str
    expression: str
    longest: int
    words: tuple[str, ...] = ()
    check: str = ""
    alone: Confidence | None = Confidence.MEDIUM
    beside_words: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Words and terms of the company's; each is a find of this confidence."""

    id: str
    name: str
    words: tuple[str, ...]
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class ExactSet:
    """Rows of a table whose digests are kept, and never the table. A row is found where `needs` of its `fields` stand
    within `within` bytes of each other.
    """

    id: str
    name: str
    fields: tuple[str, ...]
    needs: int = 2
    within: int = 300


@dataclass(frozen=True, slots=True)
class FingerprintSet:
    """Documents whose fingerprints are kept. One is found where `share` per cent of it, or about `passage` words of it,
    stand in a text.
    """

    id: str
    name: str
    share: int = 20
    passage: int = 150


@dataclass(frozen=True, slots=True)
class Expected:
    """A test beside the rules: this text, passing so, must be treated so, by this rule where one is named.

    `line` is where it stands in its file.
    """

    title: str
    then: Step
    text: str = ""
    channel: Channel = Channel.UPLOAD
    groups: frozenset[str] = frozenset()
    app: str = ""
    outside: frozenset[str] = frozenset()
    healthy: bool | None = None
    label: Label | None = None
    unread: frozenset[WhyNot] = frozenset()
    rule: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DataRules:
    """All that `data.yaml` says. `use` and `off` are ids and kinds of Limen's detectors; `use` () is all of them."""

    labels: tuple[LabelRule, ...] = ()
    use: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    own: tuple[OwnDetector, ...] = ()
    dictionaries: tuple[Dictionary, ...] = ()
    exact: tuple[ExactSet, ...] = ()
    fingerprints: tuple[FingerprintSet, ...] = ()
    rules: tuple[Rule, ...] = ()
    expected: tuple[Expected, ...] = ()
    stores: tuple[Store, ...] = ()

    @property
    def sought(self) -> list[Detector]:
        """Limen's detectors that are in use."""
        from limen.data.detectors.every import DETECTORS  # noqa: PLC0415 -- heavy; every command imports this file

        return [
            one
            for one in DETECTORS.values()
            if (not self.use or {one.id, str(one.kind)} & self.use) and not {one.id, str(one.kind)} & self.off
        ]

    @property
    def all_sought(self) -> list[Detector]:
        """Limen's detectors that are in use, and the company's own with its dictionaries."""
        from limen.data.rules.looked_for import detectors_of  # noqa: PLC0415 -- heavy, as above

        return list(detectors_of(self))

    @property
    def sought_ids(self) -> frozenset[str]:
        """Everything that is looked for, by its id."""
        return frozenset({*(one.id for one in self.sought), *(name for name, _ in self.own_names)})

    @property
    def microsoft(self) -> dict[str, Label]:
        """What labels of Microsoft 365 mean here, by their ids; of one that is named twice the higher."""
        return {one: rule.label for rule in sorted(self.labels, key=lambda it: it.label) for one in rule.microsoft}

    @property
    def lists(self) -> tuple[ExactSet | FingerprintSet, ...]:
        """What is looked for by lists that are kept beside the file."""
        return (*self.exact, *self.fingerprints)

    @property
    def names(self) -> dict[str, str]:
        """By the id of whatever is looked for, what people read for it."""
        from limen.data.detectors.every import DETECTORS  # noqa: PLC0415 -- as above

        return {**{one.id: one.name for one in DETECTORS.values()}, **dict(self.own_names)}

    @property
    def own_names(self) -> Iterator[tuple[str, str]]:
        """What the company declares itself: each id, and what people read for it."""
        for some in (self.own, self.dictionaries, self.exact, self.fingerprints):
            yield from ((one.id, one.name) for one in some)


NO_RULES = DataRules()
