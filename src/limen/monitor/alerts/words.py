"""An alert in words: who, what, what is usual, and what to do next, as its rule says it.

What a log wrote is a value in these sentences, and never a sentence: pages escape it, and notices take none of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from limen.facts import FactStore
from limen.monitor.alerts.model import STORM_ENTITY, Alert
from limen.monitor.detections.built_in import BUILT_IN
from limen.monitor.detections.rule import About

_NAME: Final = re.compile(r"\{([A-Za-z0-9_.]{1,60})\}")
WHO: Final = "who"
USUAL: Final = ("usual", "usually")
NEXT_STEP: Final = (
    "Ask whom it is about by another way than email. If nobody can explain it, end their sessions, and close the alert "
    "with what it was."
)
NEXT_STEP_DE: Final = (
    "Fragen Sie die Person, um die es geht, auf anderem Weg als per E-Mail. Kann es niemand erklären, beenden Sie ihre "
    "Sitzungen, und schließen Sie die Warnung mit dem, was es war."
)


@dataclass(frozen=True, slots=True)
class Said:
    """What people read of an alert. `usual` is "" where its rule compares with nothing."""

    who: str
    what: str
    usual: str
    next_step: str


@lru_cache(4)
def texts_of(company: tuple[tuple[str, str], ...] = ()) -> Mapping[str, About]:
    """What each rule says of itself, by its id: Limen's, what is built in, and those of the company's files. Takes a
    second at first.
    """
    from limen.monitor.detections.own_rules import own_texts  # noqa: PLC0415 -- heavy, and no start waits for it
    from limen.monitor.detections.rule_file import read_rules  # noqa: PLC0415 -- as above

    found = {name: one.about for name, one in BUILT_IN.items()}
    for file, text in (*own_texts().items(), *company):
        read = read_rules(file, text)
        found |= {rule.id: rule.about for rule in read.rules} | {one.id: one.about for one in read.correlations}
    return found


@lru_cache(4)
def shown_texts(company: tuple[tuple[str, str], ...] = ()) -> Mapping[str, About]:
    """Those of them whose findings are said: all but what only a correlation counts."""
    from limen.monitor.detections.own_rules import own_texts  # noqa: PLC0415 -- as above
    from limen.monitor.detections.rule_file import read_rules  # noqa: PLC0415 -- as above

    read = [read_rules(file, text) for file, text in (*own_texts().items(), *company)]
    counted = {name for file in read for each in file.correlations if not each.is_shown for name in each.rules}
    texts = texts_of(company)
    return {id_: about for id_, about in texts.items() if not counted & {id_, about.name}}


def who(alert: Alert, known: FactStore) -> str:
    """Whom or what it is about, by the name people know; as the log has it where nobody knows it."""
    person = known.people.get(alert.person_id) or known.workloads.get(alert.person_id)
    if person is not None and person.name:
        return person.name
    kind, _, name = alert.entity.partition(":")
    if kind == "rule":
        return str(alert.says.get("rule", "")) or name  # its id tells nobody anything
    return "many at once" if alert.entity == STORM_ENTITY else name or alert.entity


def said(alert: Alert, about: About | None, known: FactStore, *, in_german: bool = False) -> Said:
    """In English or German; German where the rule has it."""
    values = {**{name: str(value) for name, value in alert.says.items()}, WHO: who(alert, known)}
    sentence = (about.sentence_de if in_german else "") or about.sentence if about is not None else ""
    step = (about.next_step_de if in_german else "") or about.next_step if about is not None else ""
    usual = next((values[name] for name in USUAL if values.get(name)), "")
    return Said(
        who=values[WHO],
        what=filled(sentence, values) or alert.title,
        usual=usual,
        next_step=filled(step, values) or (NEXT_STEP_DE if in_german else NEXT_STEP),
    )


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its names in braces filled once; what is not known is left out."""
    return _NAME.sub(lambda found: values.get(found[1], "") or "–", text)
