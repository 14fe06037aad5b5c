"""The page that is shown while Limen is down: in every language, whom to call, and nothing of the inside."""

from __future__ import annotations

from html import escape
from typing import Final

from limen.enforcement.plain_page import STYLE_SOURCE, document
from limen.messages import Language, catalogue, gettext_noop

RETRY_AFTER_SECONDS: Final = 20

POLICY: Final = f"default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; form-action 'none'"
"""The page's content security policy, which it also carries itself: a front need not be told."""

FIELDS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Retry-After": str(RETRY_AFTER_SECONDS),
    "X-Content-Type-Options": "nosniff",
}
"""What goes with the page, and with the line that programs get instead."""

FOR_PROGRAMS: Final = '{"error":"temporarily_unavailable","error_description":"Limen is down or restarting; try again"}'


def outage_page(name: str, contact: str) -> str:
    """The page of the company `name`; `contact` says whom to call, "" for nobody in particular."""
    company, called = escape(name), f"<strong>{escape(contact)}</strong>"
    titles = " / ".join(catalogue(language).gettext(_NOT_AVAILABLE) for language in Language)
    sections = [_section(language, company, called if contact else "") for language in Language]
    policy = f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    return document(f"{company}: {titles}", sections, policy)


_NOT_AVAILABLE: Final = gettext_noop("not available")


def _section(language: Language, company: str, called: str) -> str:
    """What is said in one language. What it is given is HTML already."""
    words = catalogue(language)
    closed = words.gettext("{company}’s apps can't be reached right now", company=company)
    why = words.gettext(
        "Limen, which checks every request, is down or restarting. You did nothing wrong, and your work in the "
        "apps is safe."
    )
    wait = words.gettext("Wait a minute, then load this page again.")
    call = words.gettext("If this continues, call {contact}", contact=called)
    if not called:
        call = words.gettext("If this continues, call your IT department.")
    return f'<section lang="{language}">\n<h1>{closed}</h1>\n<p>{why}</p>\n<p>{wait} {call}</p>\n</section>\n'
