"""Reasons and remedies as people speak, in two languages, for three audiences. Pure, and read off the policies' trees.

    said = say(engine, decision, Audience.HELPDESK, Words(Language.ENGLISH, zone), Names("Mia Vogel", "Payroll"))
    said.because[0].sentence   # "Mia Vogel proved who they are 9 hours ago; Payroll asks for at most 4 hours."
    said.remedies              # ("Use a passkey.",)

Who is told what: `docs/decisions/0051-what-a-refusal-says.md`.
"""

from __future__ import annotations

from limen.policy.saying.helps import Audience, Names, kind_sentence, remedy_sentence, whom
from limen.policy.saying.hours import Hours
from limen.policy.saying.needs import Need, needs_of
from limen.policy.saying.sentences import Because, Said, because, factors_said, say
from limen.policy.saying.why import kind_of, kinds_read, why_not

__all__ = [
    "Audience",
    "Because",
    "Hours",
    "Names",
    "Need",
    "Said",
    "because",
    "factors_said",
    "kind_of",
    "kind_sentence",
    "kinds_read",
    "needs_of",
    "remedy_sentence",
    "say",
    "whom",
    "why_not",
]
