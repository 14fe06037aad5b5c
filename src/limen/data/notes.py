"""What is sound in a `data.yaml` and perhaps not meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from limen.data.rules.model import Step
from limen.data.rules.stated import DataRules
from limen.messages import lists


def notes(rules: DataRules, _today: date) -> Iterator[tuple[str, str]]:
    """What, and what to do about it."""
    strict = [one.id for one in rules.rules if one.then > Step.WATCH]
    tested = {one.rule for one in rules.expected}
    if untested := [one for one in strict if one not in tested]:
        yield (
            f"no test names {lists.joined(untested)}, so nobody notices where it stops what it should not",
            "add one below `expect` with `because`",
        )
    if rules.labels and not any(one.when for one in rules.labels):
        yield "no content has a label by itself", "say `when` of one below `labels`"
