"""`signals.yaml`: which services are told security events (OpenID Shared Signals), of whom, and how; and which tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.differing import differing
from limen.configuration.problem import DECLARE_GROUP, Complaint, Problem, did_you_mean, shown, unknown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import FactStore
from limen.facts.required_factors import EVERYONE
from limen.messages import lists
from limen.pillar import Around, FolderFile
from limen.printable import is_printable
from limen.sso.shared_signals.receivers import SENT, SignalReceiver, SignalsFile, SubjectFormat
from limen.sso.shared_signals.receiving import transmitters_section
from limen.sso.shared_signals.receiving.transmitter import Transmitters
from limen.ssrf_guard import is_forbidden

FILE: Final = "signals.yaml"
MOST_RECEIVERS: Final = 50
_AUDIENCE: Final = r"^[!-~]{1,250}$"
_HOST: Final = re.compile(r"(?=.{3,253}(:|$))([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}(:[1-9]\d{0,4})?")


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class _Receiver(_Shape):
    """A service that is told security events. `receivers:` in `signals.yaml` is a list of these."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """Its short name, in commands and in the journal."""
    name: Annotated[str, Field(min_length=1, max_length=60)] = ""
    """What pages call it; its `id` unless said otherwise."""
    audience: Annotated[str, Field(pattern=_AUDIENCE)]
    """What the tokens that it gets say in `aud`, as its maker documents it."""
    events: Annotated[list[str], Field(min_length=1, max_length=20)]
    """Which events it is told, such as `session-revoked` and `account-disabled`."""
    about: Annotated[list[str], Field(max_length=100)] = []
    """The groups of the people whom it is told about, `everyone` for all; none: whoever has an account at its `app`."""
    app: str = ""
    """The app in `apps.yaml` that it is, if it is one."""
    subject: Literal["email", "iss_sub"] = "email"
    """Whether it is told addresses, or names people as the ID tokens of its `app` do."""
    push: Annotated[str, Field(max_length=260)] = ""
    """The one host to which events may be pushed by https, with its port where that is not 443; none: it polls."""
    poll: bool = True
    """Whether it may fetch its events."""


class _File(_Shape):
    receivers: Annotated[list[Any] | None, Field(max_length=MOST_RECEIVERS)] = []
    """Services that are told security events."""
    transmitters: Annotated[list[Any] | None, Field(max_length=transmitters_section.MOST)] = []
    """Services that tell Limen what they see of people and devices."""


# Reading


def read(tree: Tree, around: Around) -> tuple[SignalsFile | None, list[Problem]]:
    """The services, and all that is wrong with them, each with its line."""
    file, problems = shaped_in_part(_File, tree.plain() or {}, tree, FILE, (), {})
    if file is None:
        return None, problems
    receivers: list[SignalReceiver] = []
    for number, entry in enumerate(file.receivers or ()):
        above = ("receivers", number)
        stand_ins = {"id": "stand-in", "audience": "stand-in", "events": ["session-revoked"]}
        shape, found = shaped_in_part(_Receiver, entry, tree, FILE, above, stand_ins)
        problems += found
        if shape is not None:
            problems += [
                Problem(FILE, *tree.at(*above, *at), what, fix) for at, what, fix in _complaints(shape, around)
            ]
            problems += [
                Problem(FILE, *tree.at(*above, key), f"{shown(word)} stands here twice", "leave one of them")
                for key, word in (("id", shape.id), ("audience", shape.audience))
                if any(getattr(one, key) == word for one in receivers)
            ]
            receivers += [_receiver(shape)] if set(shape.events) <= SENT.keys() else []
    transmitters, found = transmitters_section.read(file.transmitters or (), tree, FILE)
    problems += found
    return (None if problems else SignalsFile(tuple(receivers), transmitters)), problems


def _receiver(shape: _Receiver) -> SignalReceiver:
    return SignalReceiver(
        id=shape.id,
        name=shape.name or shape.id,
        audience=shape.audience,
        events=tuple(dict.fromkeys(shape.events)),
        about=tuple(shape.about),
        app=shape.app,
        subject=SubjectFormat(shape.subject),
        push_to=shape.push.removesuffix(":443"),
        may_poll=shape.poll,
    )


def _complaints(shape: _Receiver, around: Around) -> Iterator[Complaint]:
    """Everything about a receiver that its shape does not tell."""
    if not is_printable(shape.name):
        yield ("name",), f"{shown(shape.name)} contains characters that can't be displayed", "remove them"
    for place, event in enumerate(shape.events):
        if event not in SENT:
            fix = did_you_mean(event, SENT, f"Limen tells {lists.joined(list(SENT))}")
            yield ("events", place), f"{shown(event)} is no event that Limen tells", fix
    for place, group in enumerate(shape.about):
        if group != EVERYONE and around.groups is not None and group not in around.groups:
            yield ("about", place), *unknown("group", group, around.groups, DECLARE_GROUP)
    if shape.app and around.apps is not None and shape.app not in around.apps:
        yield ("app",), *unknown("app", shape.app, around.apps, "add it to apps.yaml")
    if not shape.about and not shape.app:
        fix = "write `about: [everyone]`, name groups, or name its `app`"
        yield ("about",), "nothing says whom it is told about", fix
    if shape.subject == "iss_sub" and not shape.app:
        fix = "name its `app`, or write `subject: email`"
        yield ("subject",), "only an app has ID tokens whose names of people it could be told", fix
    if shape.push and not _is_host(shape.push):
        fix = "write the host alone, as signals.harbor.example, with `:port` where that is not 443"
        yield ("push",), f"{shown(shape.push)} is no host that events can be pushed to", fix
    if not shape.push and not shape.poll:
        yield ("poll",), "it can neither be pushed to nor poll", "name the host in `push`, or write `poll: true`"


def _is_host(text: str) -> bool:
    host, _, port = text.partition(":")
    return bool(_HOST.fullmatch(text)) and int(port or 443) < 1 << 16 and not is_forbidden(host)


# What changes with it


def changes(before: SignalsFile | None, after: SignalsFile | None) -> Iterator[str]:
    """One line for each service that is other than before, and what it is told, or tells."""
    was, now = ({one.id: one for one in file.receivers} if file is not None else {} for file in (before, after))
    for _, old, new in differing(was, now):
        if new is None and old is not None:
            yield f"{old.name} is told nothing any more; its streams end"
        elif new is not None and old is None:
            yield f"{new.name} may be told security events now: {_told(new)}"
        elif new is not None:
            yield f"{new.name} is told by other rules: {_told(new)}"
    told, tells = ((one or SignalsFile()).transmitters for one in (before, after))
    yield from transmitters_section.changes(told, tells)


def _told(receiver: SignalReceiver) -> str:
    about = f"whoever has an account at {receiver.app}"
    if receiver.about:
        about = "everyone" if EVERYONE in receiver.about else lists.joined(receiver.about)
    ways = [
        *([f"pushed to {receiver.push_to}"] if receiver.push_to else []),
        *(["polled"] if receiver.may_poll else []),
    ]
    return f"{lists.joined(receiver.events)} of {about}, {lists.joined(ways)}"


def in_force(known: FactStore, file: SignalsFile | None) -> None:
    known.set_rules(SignalsFile, file or SignalsFile())
    known.set_rules(Transmitters, Transmitters((file or SignalsFile()).transmitters))


SIGNALS_FILE: Final = FolderFile(name=FILE, kind=SignalsFile, read=read, changes=changes, in_force=in_force)
