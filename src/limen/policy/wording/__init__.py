"""Reasons and remedies as people speak, in two languages, for three audiences. Pure, and read off the policies' trees.

    said = say(engine, decision, Audience.HELPDESK, Words(Language.ENGLISH, zone), Names("Mia Vogel", "Payroll"))
    said.because[0].sentence   # "Mia Vogel proved who they are 9 hours ago; Payroll asks for at most 4 hours."
    said.remedies              # ("Use a passkey.",)

Who is told what: `docs/decisions/0051-what-a-refusal-says.md`.
"""

from __future__ import annotations

from limen.policy.wording.hours import Hours
from limen.policy.wording.remedy_sentences import Audience, Names, kind_sentence, remedy_sentence, whom
from limen.policy.wording.sentences import Because, Said, because, factors_said, say
from limen.policy.wording.unmet_conditions import UnmetCondition, unmet_conditions_of
from limen.policy.wording.why import kind_of, kinds_read, why_not

__all__ = [
    "Audience",
    "Because",
    "Hours",
    "Names",
    "Said",
    "UnmetCondition",
    "because",
    "factors_said",
    "kind_of",
    "kind_sentence",
    "kinds_read",
    "remedy_sentence",
    "say",
    "unmet_conditions_of",
    "whom",
    "why_not",
]
