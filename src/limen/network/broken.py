"""What must never be, and is possible by the flows of the same file: told at the flow that makes it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from limen.network.compiling import compiled
from limen.network.model import Network
from limen.network.packets.regions import Regions
from limen.network.proof.nevers import Verdict, verdicts
from limen.network.proof.steps import Step
from limen.network.services import packet_text

BEFORE_ANY_DAY: Final = ""
"""In place of today: every flow counts, also one that expired. Whether a file is right must not hang on the day."""


def broken_nevers(network: Network) -> Iterator[tuple[str, str, str]]:
    """The id of the flow, or of the statement where no flow makes it possible; what is wrong, and what to do.

    What is possible only while zones are on trial is not wrong: proofs say it, and it ends.
    """
    network = network.without_trials
    regions = Regions(compiled(network, BEFORE_ANY_DAY))
    for verdict in verdicts(network, regions):
        if not verdict.holds:
            yield _told(verdict)


def _told(verdict: Verdict) -> tuple[str, str, str]:
    never = verdict.never
    if not verdict.is_decided:
        return (
            never.id,
            f"whether {never.id} holds can't be proved: too many rules overlap",
            "name fewer and wider zones",
        )
    flow = next((step.rule_id for step in verdict.path if step.rule_id), never.id)
    first, last = verdict.path[0], verdict.path[-1]
    what = f"{first.source.name} reaches {last.destination.name}{path_text(verdict.path)}"
    here = f", or say below `without` why {never.id} does not hold here" if never.is_built_in else ""
    return flow, f"{what}; that must never be ({never.id}): {never.why}", f"change the flow{here}"


def path_text(path: Iterable[Step]) -> str:
    """` by orders (tcp 10.50.0.4 → 10.20.0.13:9443), then within servers`"""
    steps = [f"by {one.rule_id} ({packet_text(one.packet)})" if one.packet else _within(one) for one in path]
    return f" {', then '.join(steps)}" if steps else ""


def _within(step: Step) -> str:
    return f"within {step.source.zone} ({step.source.name} to {step.destination.name})"
