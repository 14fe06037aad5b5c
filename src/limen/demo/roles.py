"""Whom a visitor of the demo can be, and what each of them asks for: real people of Harbor at real doors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.facts import LIMEN


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask for. `says` is its button; `hint` what to look at when the answer comes."""

    id: str
    says: str
    app: str
    action: str
    method: str = "GET"
    path: str = "/"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """One of the three. `who` is the id in `employees.yaml`; the first question is asked once somebody is them."""

    id: str
    says: str
    who: str
    about: str
    questions: tuple[Question, ...]


_WIKI = Question("wiki", "View the plans in the wiki", "wiki", "view", path="/plans/winter")
_EXPENSES = Question(
    "expenses",
    "Sign in to Expenses",
    "expenses",
    "view",
    path="/login",
    hint=(
        "This app signs people in itself, by OpenID Connect. Sign in with a password alone: Limen asks for more before "
        "the app is told anything."
    ),
)
_PAYROLL = Question("payroll", "Open payroll", "payroll", "view", path="/run/2026-11")

ROLES: Final = (
    Role(
        "employee",
        "Be an employee",
        "ewa",
        "Shift lead in the warehouse. Has the everyday tools, but not salaries.",
        (
            Question(
                "warehouse",
                "See what is at dock 3",
                "warehouse",
                "view",
                path="/dock/3",
                hint=(
                    "Sign in with a password alone, once in the warehouse hall and once elsewhere: the "
                    "location decides."
                ),
            ),
            _WIKI,
            _EXPENSES,
            Question(
                "payroll",
                "Try payroll",
                "payroll",
                "view",
                path="/run/2026-11",
                hint="No policy permits it, and the answer says whom to ask.",
            ),
        ),
    ),
    Role(
        "finance",
        "Be the finance lead",
        "maren",
        "Head of finance. Handles salaries, during the day and with a recently used passkey.",
        (
            Question(
                "payroll",
                _PAYROLL.says,
                "payroll",
                "view",
                path=_PAYROLL.path,
                hint="Let five hours pass: the sign-in is then too old, and using her passkey restores access.",
            ),
            Question(
                "approve",
                "Approve the salaries",
                "payroll",
                "edit",
                "POST",
                "/run/2026-11/approve",
                hint="At 21:00 it is refused, and the answer says when it opens.",
            ),
            Question(
                "export",
                "Download the salaries",
                "payroll",
                "download",
                path="/export/2026-11.csv",
                hint="Requires a healthy device: sit at her laptop below, then at the one with updates waiting.",
            ),
            Question("crm", "Look up a customer", "crm", "view", path="/customers/418"),
            Question(
                "accounting",
                "Sign in to Accounting",
                "accounting",
                "view",
                path="/login",
                hint=(
                    "This app signs people in itself, by SAML. Sign in with password and code: it is confidential, so "
                    "Limen asks for the passkey. End all sessions below, and it is told."
                ),
            ),
        ),
    ),
    Role(
        "administrator",
        "Be the administrator",
        "ada",
        "IT lead. Runs Limen with a passkey used within the hour, and has no access to salaries.",
        (
            Question(
                "console",
                "Open Limen's console",
                LIMEN,
                "audit",
                path="/console",
                hint="Let two hours pass: changing rules requires a recently used passkey.",
            ),
            Question("settings", "Change the wiki's settings", "wiki", "administer", path="/settings/theme"),
            _PAYROLL,
        ),
    ),
)


def role_of(role_id: str) -> Role | None:
    return next((role for role in ROLES if role.id == role_id), None)


def question_of(role: Role, question_id: str) -> Question | None:
    return next((question for question in role.questions if question.id == question_id), None)
