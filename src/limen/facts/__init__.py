"""The nouns, frozen; and what is known now, in memory. Pure: no clock, no IO.

A fact is something known now, with the instant at which it was learned (never an age). Facts form an order with
*unknown* at the bottom: each noun's default value is the worst it could be, and says `known=False`.
"""

from __future__ import annotations

from limen.facts.addresses import network_of
from limen.facts.app import (
    ACTIONS,
    LIMEN,
    MOST_ONBOARDED,
    SEALED_FILES,
    ActionRule,
    App,
    Cors,
    Label,
    PublicRoute,
    Upstream,
)
from limen.facts.brokered_account import BrokeredAccount, SignsIn
from limen.facts.checks import CHECKS
from limen.facts.document import Document
from limen.facts.fact_store import FactStore
from limen.facts.facts import Facts, Plain
from limen.facts.issuer import Issuer, SamlIssuer, StrengthRule, Vouched
from limen.facts.nouns import (
    ANYBODY,
    ISSUER_FACTORS,
    NOWHERE,
    PHISHING_RESISTANT,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    UNPROVED,
    Auth,
    Device,
    Factor,
    Grant,
    Group,
    Person,
    Place,
    Risk,
    Session,
    strength_of,
)
from limen.facts.required_factors import (
    EVERYONE,
    NO_FACTORS,
    NOTHING_REQUIRED,
    Due,
    EnrolledFactors,
    Needed,
    RequiredFactor,
    RequiredFactors,
)
from limen.facts.session_state import SessionState
from limen.facts.tables import COMPANY, EVERYBODY, Subject
from limen.facts.tokens import STRONGEST_TOKEN, auth_of_token
