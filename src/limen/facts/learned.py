"""What was learned of a person, a device, a session or a place, and has no field of its own among the nouns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.facts.facts import Plain
from limen.facts.tables import Changed, Subject

LONGEST_TEXT: Final = 256
MOST_IN_A_SET: Final = 64
MOST_LEARNED: Final = 64
"""How many attributes without a field one subject may have; more of them stay unknown."""
_LONG: Final = 1 << 63


class Learned:
    """Attributes that have no field of their own: what was learned of a person, a device, a session or a place.

    A part that learns something adds no more than a line: `learned.put(("device", id), "device.encrypted", True)`. The
    path begins with the subject's kind; of a person, a record of a part's own can be learned as well
    (`learned.put(("person", id), "training.known", True)`). What can't be held (another type, too long, too many) is
    not known: it reads as the worst it could be, like all that nobody has learned.
    """

    __slots__ = ("_changed", "_of")

    def __init__(self, changed: Changed) -> None:
        self._changed = changed
        self._of: dict[Subject, dict[str, Plain]] = {}

    def __bool__(self) -> bool:
        return bool(self._of)

    def of(self, subject: Subject) -> Mapping[str, Plain]:
        """What is known of `subject`, by path."""
        return self._of.get(subject, {})

    def put(self, subject: Subject, path: str, value: Plain) -> None:
        known = self._of.get(subject, {})
        is_held = subject[1] != "" and _is_path(subject, path) and is_plain(value)
        if not is_held or (path not in known and len(known) >= MOST_LEARNED):
            self.drop(subject, path)
            return
        before = known.get(path)
        if type(before) is not type(value) or before != value:
            self._of.setdefault(subject, {})[path] = value
            self._changed(subject)

    def drop(self, subject: Subject, path: str) -> None:
        known = self._of.get(subject, {})
        if path in known:
            del known[path]
            if not known:
                del self._of[subject]
            self._changed(subject)

    def forget(self, subject: Subject) -> None:
        """Everything that was learned of `subject`; says nothing: whoever drops the subject itself does."""
        self._of.pop(subject, None)


def _is_path(subject: Subject, path: str) -> bool:
    noun, _, name = path.partition(".")
    is_of_subject = noun == subject[0] or (subject[0] == "person" and noun not in {"device", "session", "place"})
    return name != "" and is_of_subject and len(path) <= LONGEST_TEXT


def is_plain(value: object) -> bool:
    """Whether `value` is what an attribute without a field may hold (see `Plain`), and of a size that is bounded."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -_LONG <= value < _LONG
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    return (
        isinstance(value, tuple)
        and len(value) <= MOST_IN_A_SET
        and all(isinstance(each, str) and len(each) <= LONGEST_TEXT for each in value)
        and list(value) == sorted(set(value))
    )
