"""Runs of probes as evidence has them."""

from __future__ import annotations

from limen.clock import Instant
from limen.probes.model import Run, Try, longest, outcome_of


def run_of(probe: str, ended_at: Instant, *tries: Try) -> dict[str, Run]:
    """One run that is over, by its probe."""
    outcome, why = outcome_of(tries)
    took = longest(tries)
    run = Run("pb_1", probe, ended_at - 2, "", ended_at - 1, ended_at, outcome, took, why, tries)
    return {probe: run}
