"""What data protection gives to the gateway, in the nouns that both know."""

from __future__ import annotations

from limen.data.documents import Inspected, WhyNot
from limen.data.doors.judging import together
from limen.data.findings.service import Findings
from limen.data.protection import DataProtection
from limen.pillar.data_checks import DataChecks, RuleWords


def checks(protection: DataProtection, findings: Findings) -> DataChecks:
    """The questions that the gateway asks, answered by these."""

    def words(rule_id: str) -> RuleWords | None:
        found = next((one for one in protection.rules.rules if one.id == rule_id), None)
        return RuleWords(found.title, found.why, found.ask) if found is not None else None

    return DataChecks(
        asks=protection.asks,
        inspect=protection.inspect,
        not_inspected=lambda why: Inspected("", why_not=frozenset({WhyNot(why)})),
        judge=protection.judge,
        note=protection.note,
        words=words,
        dialogue=findings,
        stops=protection.stops,
        together=lambda several: together(list(several)),
    )
