"""Under which headings notices and timelines list Limen's own kinds of events, in this order; parts add theirs."""

from __future__ import annotations

from typing import Final

from limen.events.kind import Family, Filter

REQUESTS: Final = Family("Requests to apps")
SIGNING_IN: Final = Family("Sign-ins and sessions")
ACCOUNTS: Final = Family("Accounts and factors")
ADMINISTRATION: Final = Family("Administration")
RUNNING: Final = Family("Limen itself")
FAMILIES: Final = (REQUESTS, SIGNING_IN, ACCOUNTS, ADMINISTRATION, RUNNING)

SIGN_INS: Final = Filter("sign-ins", "Sign-ins")
SESSIONS: Final = Filter("sessions", "Sessions")
FACTORS: Final = Filter("factors", "Factors and links")
CHANGES: Final = Filter("changes", "Changes")
REFUSALS: Final = Filter("refusals", "Refusals", ("challenge", "deny"))
DECISIONS: Final = Filter("decisions", "Decisions")
OPENED: Final = Filter("opened", "Opened")
FAILURES: Final = Filter("failures", "Failures")
TOKENS: Final = Filter("tokens", "Tokens")
PERSON_FILTERS: Final = (SIGN_INS, SESSIONS, FACTORS, CHANGES, REFUSALS, DECISIONS)
APP_FILTERS: Final = (OPENED, REFUSALS, DECISIONS, FAILURES, TOKENS)
