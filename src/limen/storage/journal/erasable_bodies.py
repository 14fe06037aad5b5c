"""Which of the journal's bodies are one person's own, so that they go when the person is erased.

A person's own are the exact facts about them, their requests to apps, and what happened between them and Limen alone:
signing in, sessions, factors, links, mails. What somebody did to others or to Limen itself, and what others did to
them, stays: it is those others' record as well, and tells of nobody by name (see decision 0089).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import msgspec

from limen.events import KINDS, Event, Owner, from_ocsf
from limen.facts import LIMEN

VISITS: Final = frozenset({"view", "sign_in"})
"""The actions on Limen that people do for themselves; any other is administration, and its record stays."""


def is_erasable(event: Event, person_ids: Collection[str]) -> bool:
    """Whether this event belongs to one of `person_ids` alone, and goes when they are erased.

    Of a kind that nobody declares (its part is gone) it is taken to be: nothing is left of whoever is erased.
    """
    involved = {event.actor, event.subject} - {""}
    if len(involved) != 1 or not involved <= set(person_ids):
        return False
    if event.decision is not None:
        return event.decision.app != LIMEN or event.decision.action in VISITS
    kind = KINDS.get(event.kind)
    return kind is None or kind.topic.owner is Owner.PERSON


def is_erasable_body(body: bytes, person_ids: Collection[str]) -> bool:
    """Whether the body of a line belongs to one of them alone. A body that can't be read belongs to nobody."""
    try:
        written: Any = msgspec.json.decode(body)
        if not isinstance(written, dict):
            return False
        if "class_uid" in written:
            return is_erasable(from_ocsf(written), person_ids)
        return "value" in written and written["value"]["person"]["id"] in person_ids
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError):
        return False
