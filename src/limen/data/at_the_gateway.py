"""What data protection gives to the gateway, in the nouns that both know."""

from __future__ import annotations

from limen.data.documents import Inspected, WhyNot
from limen.data.findings.service import Findings
from limen.data.protection import DataProtection
from limen.pillar.data_checks import DataChecks


def checks(protection: DataProtection, findings: Findings) -> DataChecks:
    """The questions that the gateway asks, answered by these."""
    return DataChecks(
        asks=protection.asks,
        inspect=protection.inspect,
        not_inspected=lambda why: Inspected("", why_not=frozenset({WhyNot(why)})),
        judge=protection.judge,
        note=protection.note,
        dialogue=findings,
    )
