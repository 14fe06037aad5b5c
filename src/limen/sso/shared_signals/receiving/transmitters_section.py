"""`transmitters:` in `signals.yaml`: which services are believed, of whom, and what their word does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.differing import differing
from limen.configuration.named_sources import address_complaint
from limen.configuration.problem import Complaint, Problem, did_you_mean, shown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.messages import lists
from limen.printable import is_printable
from limen.sso.shared_signals.event_types import short_name
from limen.sso.shared_signals.receiving.transmitter import (
    BY_NAME,
    MEANINGS,
    May,
    SignalTransmitter,
    standard_events,
)
from limen.sso.upstream.addresses import identifier_complaint

Word = Literal["end_sessions", "mark_devices", "raise_risk", "disable_accounts"]
SECTION: Final = "transmitters"
MOST: Final = 20
_STAND_INS: Final = {"id": "stand-in", "issuer": "https://stand-in.example", "upstreams": ["stand-in"]}
_DOMAIN: Final = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_SAYS: Final = {
    May.END_SESSIONS: "ends sign-ins",
    May.MARK_DEVICES: "says which devices are healthy",
    May.RAISE_RISK: "raises the risk of people",
    May.DISABLE_ACCOUNTS: "disables accounts",
}


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class _MayDisable(_Shape):
    """From how many people a service may take the account in a day."""

    share: Annotated[int, Field(ge=1, le=100)] = 10
    """How many in a hundred of the people whom it speaks of."""
    people: Annotated[int, Field(ge=1, le=1000)] = 5
    """So many at least."""


class _Transmitter(_Shape):
    """A service that shares signals with Limen. `transmitters:` in `signals.yaml` is a list of these."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
    """Its short name, in addresses, commands and the journal."""
    issuer: Annotated[str, Field(max_length=248)]
    """Its issuer, exactly as its tokens and its SSF configuration say it."""
    name: Annotated[str, Field(max_length=60)] = ""
    """What pages call it; its `id` unless said otherwise."""
    delivery: Literal["push", "poll"] = "push"
    """`push`: it sends to Limen (RFC 8935). `poll`: Limen asks it (RFC 8936), which needs no way in from outside."""
    audience: Annotated[str, Field(max_length=500)] = ""
    """Only where somebody made the stream there by hand: whom its tokens are for. Else Limen makes the stream."""
    keys: Annotated[str, Field(max_length=500)] = ""
    """Only with `audience`: where it publishes its keys, if it has no SSF configuration that says so."""
    events: Annotated[list[str], Field(max_length=30)] | None = None
    """Which events it is believed; all that `may` gives a meaning unless something is written."""
    may: Annotated[list[Word], Field(max_length=4)] = ["end_sessions"]
    """What its word may do here: `end_sessions`, `mark_devices`, `raise_risk`, `disable_accounts`."""
    upstreams: Annotated[list[str], Field(max_length=20)] = []
    """Sign-in services, by their IDs in `sign-in.yaml`: it may speak of the people who are linked to them."""
    domains: Annotated[list[str], Field(max_length=100)] = []
    """Mail domains: it may speak of the people who have an address there."""
    sessions: Literal["made_there", "all"] = "made_there"
    """Which sign-ins end by its word: those that rest on one of `upstreams`, or all of the person's."""
    devices: Literal["of_its_people", "all"] = "of_its_people"
    """Which devices it may speak of."""
    when_high: Literal["end_sessions", "quarantine", "lost", "retire"] = "end_sessions"
    """What becomes of a device that it says is bad. What is signed in on it ends in any case."""
    may_disable: _MayDisable = _MayDisable()
    """From how many people it may take the account in a day; then it waits for an administrator."""


def read(written: Sequence[Any], tree: Tree, file: str) -> tuple[tuple[SignalTransmitter, ...], list[Problem]]:
    """The transmitters, and all that is wrong with them, each with its line."""
    found: list[SignalTransmitter] = []
    problems: list[Problem] = []
    for number, entry in enumerate(written):
        above = (SECTION, number)
        shape, wrong = shaped_in_part(_Transmitter, entry, tree, file, above, _STAND_INS)
        problems += wrong
        if shape is None:
            continue
        problems += [Problem(file, *tree.at(*above, *at), what, fix) for at, what, fix in _complaints(shape)]
        one = _transmitter(shape)
        for key, is_twice in (
            ("id", any(other.id == one.id for other in found)),
            ("issuer", any((other.issuer, other.audience) == (one.issuer, one.audience) for other in found)),
        ):
            if is_twice:
                what = f"{shown(str(getattr(one, key)))} stands here twice"
                problems.append(Problem(file, *tree.at(*above, key), what, "leave one of them"))
        found.append(one)
    return tuple(found), problems


def _transmitter(shape: _Transmitter) -> SignalTransmitter:
    may = frozenset(map(May, shape.may))
    named = frozenset(BY_NAME[one] for one in shape.events or () if one in BY_NAME)
    return SignalTransmitter(
        id=shape.id,
        issuer=shape.issuer,
        name=shape.name or shape.id,
        delivery=shape.delivery,
        audience=shape.audience,
        keys=shape.keys,
        events=standard_events(may) if shape.events is None else named,
        may=may,
        upstreams=tuple(shape.upstreams),
        domains=tuple(shape.domains),
        ends_all=shape.sessions == "all",
        of_all_devices=shape.devices == "all",
        when_high=shape.when_high,
        share=shape.may_disable.share,
        people=shape.may_disable.people,
    )


def _complaints(shape: _Transmitter) -> Iterator[Complaint]:
    """Everything about a transmitter that its shape does not tell."""
    if wrong := identifier_complaint(shape.issuer):
        yield ("issuer",), *wrong
    if not is_printable(shape.name):
        yield ("name",), f"{shown(shape.name)} contains characters that can't be displayed", "remove them"
    yield from _stream_complaints(shape)
    for place, domain in enumerate(shape.domains):
        if not _DOMAIN.fullmatch(domain):
            yield ("domains", place), f"{shown(domain)} is not a domain", "write it in lowercase, as harbor.example"
    may = frozenset(map(May, shape.may))
    for place, name in enumerate(shape.events or ()):
        if name not in BY_NAME:
            yield ("events", place), f"{shown(name)} means nothing here", did_you_mean(name, list(BY_NAME))
        elif not _meaning_of(name) & may:
            does = lists.joined(sorted(_meaning_of(name)), "or")
            yield ("events", place), f"{name} could do nothing by `may`", f"add {does}, or remove it"
    speaks_of_people = bool(shape.upstreams or shape.domains)
    if not speaks_of_people and not (may == {May.MARK_DEVICES} and shape.devices == "all"):
        what = "nothing says of whom it may speak"
        yield (), what, "name `upstreams` or `domains`; or, for devices alone, write `devices: all`"
    if May.END_SESSIONS in may and shape.sessions == "made_there" and not shape.upstreams and speaks_of_people:
        what = "no sign-in rests on it, so it could end none"
        yield ("domains",), what, "write `sessions: all`, or name the sign-in service in `upstreams`"


def _stream_complaints(shape: _Transmitter) -> Iterator[Complaint]:
    if shape.keys and not shape.audience:
        yield ("keys",), "its SSF configuration says where its keys are", "remove it"
    if shape.keys and (wrong := address_complaint(shape.keys, may_have_query=True)):
        what, fix = wrong
        yield ("keys",), f"`keys`: {what}", fix
    if shape.audience and shape.delivery == "poll":
        yield ("audience",), "a stream that is polled is made by Limen", "remove it, or write `delivery: push`"


def _meaning_of(name: str) -> frozenset[May]:
    return next(does for kind, does in MEANINGS.items() if short_name(kind.uri) == name)


def changes(before: Sequence[SignalTransmitter], after: Sequence[SignalTransmitter]) -> Iterator[str]:
    """One line for each transmitter that is other than before, and what that means."""
    was, will = ({one.id: one for one in each} for each in (before, after))
    for _, old, new in differing(was, will):
        if old is not None and new is None:
            yield f"{old.name} tells Limen nothing any more; what it did stays"
        elif new is not None and (old is None or old.issuer != new.issuer):
            yield f"{new.name} ({new.issuer}) tells Limen of {_of_whom(new)} now: it {_may(new)}"
        elif new is not None:
            yield f"What {new.name} tells counts differently: of {_of_whom(new)}, it {_may(new)}"


def _of_whom(one: SignalTransmitter) -> str:
    people = [f"people linked to {name}" for name in one.upstreams] + [f"people at {name}" for name in one.domains]
    return lists.joined([*people, *(["all devices"] if one.of_all_devices else [])])


def _may(one: SignalTransmitter) -> str:
    said = [_SAYS[each] for each in May if each in one.may]
    if May.DISABLE_ACCOUNTS in one.may:
        said[-1] += f" of up to {one.share} % in a day"
    if one.ends_all and May.END_SESSIONS in one.may:
        said[0] = "ends all sign-ins of a person"
    return lists.joined(said) or "does nothing"
