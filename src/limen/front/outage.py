"""The page that is shown while Limen is down: in English and German, whom to call, and nothing of the inside."""

from __future__ import annotations

from html import escape
from typing import Final

from limen.enforcement.plain_page import STYLE, STYLE_SOURCE

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
    company = escape(name)
    english = f"If it lasts, call: <strong>{escape(contact)}</strong>" if contact else "If it lasts, call your IT."
    german = f"Dauert es an: <strong>{escape(contact)}</strong>" if contact else "Dauert es an, rufen Sie Ihre IT an."
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{company}: not available / nicht erreichbar</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<section>
<h1>The way to {company}’s apps is closed for a moment</h1>
<p>Limen, which checks every request, is down or restarting. You did nothing wrong, and your work is safe
in its app.</p>
<p>Wait a minute, then load this page again. {english}</p>
</section>
<section lang="de">
<h1>Der Weg zu den Apps von {company} ist gerade geschlossen</h1>
<p>Limen, das jede Anfrage prüft, ist ausgefallen oder startet neu. Sie haben nichts falsch gemacht, und Ihre Arbeit
ist in ihrer App sicher.</p>
<p>Warten Sie eine Minute und laden Sie diese Seite neu. {german}</p>
</section>
</main>
</body>
</html>
"""
