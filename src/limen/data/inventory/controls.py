"""Controls in proportion: what a label needs at least, which store lacks which of it, and the shortest way to mend it.

Who could reach a store how weakly comes from the policies (`reach.py`); how it is encrypted from what it proves, and
else from what is stated; what is shared outside and what is kept for too long from its inventory. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.configuration.lengths import length_text
from limen.data.inventory.kept_stores import StoreState
from limen.data.inventory.model import LACKS, Evidence, Store, StoreKind
from limen.data.inventory.reach import Reach, Way, WeakReach
from limen.data.rules.stated import DataRules
from limen.facts import Label


@dataclass(frozen=True, slots=True)
class Minimum:
    """What a label needs at least. `session_ms`, `kept_ms`: 0 asks for nothing."""

    strength: int = 0
    healthy: bool = False
    session_ms: Milliseconds = 0
    inside: bool = False
    encrypted: bool = False
    kept_ms: Milliseconds = 0

    def beside(self, other: Minimum) -> Minimum:
        """The stricter of both in each: what is more sensitive needs no less."""
        return Minimum(
            strength=max(self.strength, other.strength),
            healthy=self.healthy or other.healthy,
            session_ms=_shorter(self.session_ms, other.session_ms),
            inside=self.inside or other.inside,
            encrypted=self.encrypted or other.encrypted,
            kept_ms=_shorter(self.kept_ms, other.kept_ms),
        )


class Control(StrEnum):
    """What a store can lack."""

    STRENGTH = "strength"
    DEVICE = "device"
    SESSION = "session"
    REACH = "reach"
    """It is known who reaches it."""
    NEED = "need"
    """Only those reach it who need it."""
    SHARING = "sharing"
    ENCRYPTION = "encryption"
    RETENTION = "retention"
    INVENTORY = "inventory"
    """It was gone through, lately."""

    @property
    def called(self) -> str:
        """What people read."""
        return _TITLES[self]


_TITLES: Final = {
    Control.STRENGTH: "Sign-in strength",
    Control.DEVICE: "Healthy device",
    Control.SESSION: "Recent sign-in",
    Control.REACH: "Known reach",
    Control.NEED: "Need to know",
    Control.SHARING: "Sharing inside",
    Control.ENCRYPTION: "Encryption",
    Control.RETENTION: "Retention",
    Control.INVENTORY: "Inventory",
}


@dataclass(frozen=True, slots=True)
class Lack:
    """A control that a store lacks. `what` says it, `mend` the shortest way to have it; both are sentences.

    `is_proven`: Limen saw it by itself, or the policies let it happen; else nothing shows that it is there. `people`
    are ids of those whom it is about, "" anybody; `number`: of documents.
    """

    store: str
    control: Control
    label: Label
    what: str
    mend: str
    is_proven: bool = True
    app: str = ""
    people: frozenset[str] = frozenset()
    number: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A store with all that is known of it. `outside`: documents shared with others than the company; `expired`: those
    older than the label lets them be.
    """

    store: Store
    label: Label
    reach: Reach
    state: StoreState | None
    outside: int = 0
    expired: int = 0


_CONTROL_OF: Final = {Way.WEAKLY: Control.STRENGTH, Way.UNHEALTHY: Control.DEVICE, Way.LONG_AGO: Control.SESSION}
_ENCRYPTING: Final = {
    StoreKind.FOLDER: "Move it to an encrypted volume (LUKS), which Limen then sees by itself",
    StoreKind.SMB: "Encrypt the volume on the file server, and state `encrypted: true`",
    StoreKind.S3: "Turn on default encryption of the bucket",
    StoreKind.POSTGRESQL: "Put the database's files on an encrypted volume, and state `encrypted: true`",
    StoreKind.MICROSOFT365: "Microsoft says that it encrypts: state `encrypted: true` if that is enough for you",
    StoreKind.GOOGLE_DRIVE: "Google says that it encrypts: state `encrypted: true` if that is enough for you",
}


def lacks(held: Held, minimum: Minimum, now: Instant) -> list[Lack]:
    """What this store lacks of what its label needs."""
    found = [
        *_about_reach(held, minimum),
        *_about_encryption(held, minimum),
        *_about_items(held, minimum),
        *_about_inventory(held, now),
    ]
    return sorted(found, key=lambda one: (not one.is_proven, list(Control).index(one.control)))


def minimum_of(label: Label, by_label: Iterable[tuple[Label, Minimum]]) -> Minimum:
    """What a label needs, with all that less sensitive ones do."""
    needed = Minimum()
    for one, minimum in by_label:
        if one <= label:
            needed = needed.beside(minimum)
    return needed


def minimums(rules: DataRules) -> dict[Label, Minimum]:
    """What each label needs by the rules of data.yaml."""
    by_label = [
        (one.label, Minimum(one.strength, one.healthy, one.session_ms, one.inside, one.encrypted, one.kept_ms))
        for one in rules.labels
    ]
    return {label: minimum_of(label, by_label) for label in Label}


def _about_reach(held: Held, minimum: Minimum) -> Iterator[Lack]:
    reach, store = held.reach, held.store
    asks = minimum.strength or minimum.healthy or minimum.session_ms
    if asks and (not reach.is_known or reach.unknown):
        what = "Nobody knows by which apps people reach it, so nothing holds them to anything"
        mend = f"Name them as `reached_by` of {store.name} in data.yaml"
        yield Lack(store.name, Control.REACH, held.label, what, mend, is_proven=False)
    for weak in reach.weak:
        yield Lack(
            store.name,
            _CONTROL_OF[weak.way],
            held.label,
            _weakly(weak, minimum),
            _mended(weak, held.label, minimum),
            is_proven=weak.is_certain,
            app=weak.app,
            people=weak.people,
        )
    if reach.beyond:
        what = f"{len(reach.beyond)} more can reach it than need it"
        groups = ", ".join(store.needed_by)
        mend = f"Permit {', '.join(store.reached_by)} to {groups} only, or add to `needed_by` who else needs it"
        yield Lack(store.name, Control.NEED, held.label, what, mend, reach.is_exact, people=reach.beyond)


def _weakly(weak: WeakReach, minimum: Minimum) -> str:
    means = {
        Way.WEAKLY: f"with a sign-in weaker than strength {minimum.strength}",
        Way.UNHEALTHY: "on a device that is unknown or not healthy",
        Way.LONG_AGO: f"signed in longer than {length_text(minimum.session_ms)} ago",
    }
    return f"{weak.app} can be used {means[weak.way]}: {', '.join(weak.policies)}"


def _mended(weak: WeakReach, label: Label, minimum: Minimum) -> str:
    if weak.relabelled:
        return f"Label the app {weak.app} as {label.word} in apps.yaml: the policies in force then refuse it"
    condition = {
        Way.WEAKLY: f"context.auth.strength >= {minimum.strength}",
        Way.UNHEALTHY: 'context.device.compliance == "compliant"',
        Way.LONG_AGO: f'context.now.durationSince(context.auth.at) <= duration("{length_text(minimum.session_ms)}")',
    }[weak.way]
    policy = f'forbid (principal, action, resource == App::"{weak.app}") unless {{ {condition} }};'
    return f"Add a policy: {policy}"


def _about_encryption(held: Held, minimum: Minimum) -> Iterator[Lack]:
    if not minimum.encrypted:
        return
    evidence = held.state.evidence if held.state else Evidence()
    if evidence.is_encrypted or (evidence.is_encrypted is None and held.store.is_encrypted):
        return
    is_seen = evidence.is_encrypted is False or held.store.is_encrypted is False
    what = (
        "It is not encrypted where it is stored" if is_seen else "Nothing shows that it is encrypted where it is stored"
    )
    yield Lack(held.store.name, Control.ENCRYPTION, held.label, what, _ENCRYPTING[held.store.kind], is_seen)


def _about_items(held: Held, minimum: Minimum) -> Iterator[Lack]:
    name = held.store.name
    if minimum.inside and held.outside:
        what = f"Documents that are shared outside the company: {held.outside}"
        yield Lack(name, Control.SHARING, held.label, what, "End their sharing, or move them", number=held.outside)
    if minimum.kept_ms and held.expired:
        what = f"Documents that were not changed for more than {length_text(minimum.kept_ms)}: {held.expired}"
        yield Lack(name, Control.RETENTION, held.label, what, "Delete or archive them", number=held.expired)


def _about_inventory(held: Held, now: Instant) -> Iterator[Lack]:
    """What was never gone through, or not for three of its turns and a week, says nothing of today."""
    state, store = held.state, held.store
    whole_at = state.whole_at if state else 0
    if whole_at and whole_at > now - 3 * store.every_ms - 7 * DAY:
        return
    error, lacks = state.asked.error if state else "", LACKS.format(name=store.name)
    what = f"It was {'not gone through for too long' if whole_at else 'never gone through as a whole'}"
    what += f": {error}" if error and error != lacks else ""
    mend = f"Run `limen data {'connect' if error == lacks else 'inventory'} {store.name}`"
    yield Lack(store.name, Control.INVENTORY, held.label, what, mend, is_proven=False)


def _shorter(one: Milliseconds, other: Milliseconds) -> Milliseconds:
    return min(one, other) if one and other else one or other
