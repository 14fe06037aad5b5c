"""Confidential apps that the gateway would speak to without encryption: none is published unless it says why."""

from __future__ import annotations

from limen.company.company import Company
from limen.company.folder import APPS
from limen.company.onboarding import line_of
from limen.configuration.problem import Problem
from limen.enforcement.addresses import is_plain_http
from limen.facts import App, Label

FROM: Label = Label.CONFIDENTIAL


def is_in_the_clear(app: App) -> bool:
    """Whether what a confidential app is sent could be read on the way, and nobody said why that is right."""
    upstream = app.upstream
    return app.label >= FROM and is_plain_http(upstream.url) and not upstream.plain_text_why


def in_the_clear(company: Company) -> tuple[Problem, ...]:
    """A problem for each such app. Loopback is fine: nobody else is on that way."""
    return tuple(
        Problem(
            APPS,
            line_of(company.files.get(APPS, ""), app.id),
            1,
            f"{app.id} is {app.label.word}, and what the gateway sends to {app.upstream.url} is not encrypted",
            "turn on https there and write https:// (`ca_file` trusts its own certificate), or say in `plain_text` "
            "under its upstream why nobody can read it on the way",
        )
        for app in company.apps
        if is_in_the_clear(app)
    )
