"""Something that passes an entry point: by which channel, who passes it where to, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from limen.facts.app import Label


class Channel(StrEnum):
    """By which way data leaves, comes or is moved."""

    UPLOAD = "upload"
    """To an app, through the gateway."""
    DOWNLOAD = "download"
    """From an app, through the gateway."""
    WEB = "web"
    """To a site of somebody else's, through a proxy that asks by ICAP."""
    MAIL = "mail"
    SHARE = "share"
    """Written to a file share."""
    LINK = "link"
    """A link by which a cloud drive gives a document to others."""


class Step(IntEnum):
    """What is done, from the mildest to the strictest; of several rules the strictest counts."""

    ALLOW = 0
    WATCH = 1
    """It passes and is noted."""
    WARN = 2
    """It is held until the person says why it may pass."""
    BLOCK = 3
    QUARANTINE = 4
    """It is held, and kept for whoever decides about it."""


@dataclass(frozen=True, slots=True)
class Passing:
    """Something that passes. What is not known is empty or None.

    `person`: their id. `app`: the app's id, or the host of a site, or the share's name. `name`: what the file is
    called, as its sender says; a hint and never a proof. `outside`: those it goes to who are not of the company, as
    addresses or domains. `label`: of the app, share or mailbox that it comes from. `has_healthy_device`: whether the
    person's device is managed and compliant. `stays_inside`: it goes to a site that is known to be the company's own.
    """

    channel: Channel
    person: str = ""
    app: str = ""
    name: str = ""
    outside: frozenset[str] = frozenset()
    label: Label | None = None
    has_healthy_device: bool | None = None
    stays_inside: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What is done about something that passes, by which rules (their ids), and the label that it has by its content.

    `kinds` are the names of what was found, as people read them. `may_justify`: the person may say why it passes.
    `in_force` is the label that it counts as, by its content and by what it says of itself.
    """

    step: Step
    rules: tuple[str, ...] = ()
    label: Label | None = None
    kinds: tuple[str, ...] = ()
    may_justify: bool = False
    in_force: Label | None = None


FAILED: Final = frozenset({"failed", "timed-out", "too-large"})
"""Words of `data.documents.WhyNot` for a look that did not come to its end."""


def stops_unseen(label: Label | None, failed: frozenset[str], could_stop: Callable[[], bool]) -> bool:
    """Whether what an app of this label is sent, or sends, is stopped because nobody could see what is in it (`failed`
    says why), whatever rules say of that: at a restricted app always; elsewhere where a rule `could_stop` it, and it is
    not merely too large.
    """
    if label is Label.RESTRICTED:
        return bool(failed)
    return bool(failed - {"too-large"}) and could_stop()
