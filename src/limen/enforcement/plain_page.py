"""A small whole page for where no room of the sign-in host can be shown: on an app's host, and while Limen is down.

It says everything in English and in German, since nobody has chosen yet, and names nothing of the inside.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from html import escape
from typing import Final

STYLE: Final = (
    ":root{color-scheme:light dark;font:1.05rem/1.6 system-ui,sans-serif}"
    "body{max-width:34rem;margin:12vh auto;padding:0 1.25rem}"
    "h1{font-size:1.5rem;line-height:1.25}"
    "section+section{margin-top:2.5rem;padding-top:1rem;border-top:1px solid GrayText}"
    "button{font:inherit;padding:.5rem 1.25rem}"
    "a,button{min-height:2.75rem}"
)
STYLE_SOURCE: Final = f"'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""What a content security policy names to let this style, and no other, count (CSP 3, section 6.7.3.3)."""

GERMAN: Final = {
    "One more step": "Noch ein Schritt",
    "Go on": "Weiter",
    "Not yet": "Noch nicht",
    "Not here": "Nicht hier",
    "This is withheld": "Das bleibt gerade zu",
    "What would help": "Was helfen würde",
    "Sign in": "Anmelden",
    "Sign out": "Abmelden",
    "Sign out?": "Abmelden?",
    "Open the app": "App öffnen",
    "Open {app} again": "{app} noch einmal öffnen",
    "That link leads elsewhere": "Dieser Link führt woandershin",
    "It was not followed.": "Ihm wurde nicht gefolgt.",
    "This sign-in did not start here": "Diese Anmeldung hat nicht hier begonnen",
    "It was started in another browser, was used before, or took too long. Nothing has happened.": (
        "Sie hat in einem anderen Browser begonnen, wurde schon benutzt oder hat zu lange gedauert. "
        "Es ist nichts geschehen."
    ),
    "You are signed out": "Sie sind abgemeldet",
    "Nobody is signed in here.": "Hier ist niemand angemeldet.",
    "On this and every other app.": "Hier und in jeder anderen App.",
    "This ends your sign-in on {app} and on every other app.": (
        "Das beendet Ihre Anmeldung bei {app} und bei jeder anderen App."
    ),
    "Sign in to go on.": "Melden Sie sich an, um fortzufahren.",
    "Prove once more who you are to go on.": "Weisen Sie noch einmal nach, wer Sie sind, um fortzufahren.",
    "The request can't be passed on.": "Diese Anfrage kann nicht weitergegeben werden.",
    "This is not open to you.": "Das ist für Sie nicht offen.",
    "This is not open to you as things are now.": "Das ist für Sie im Augenblick nicht offen.",
    "Limen can't decide at the moment, so nothing is let through. Try again shortly.": (
        "Limen kann im Augenblick nicht entscheiden und lässt deshalb nichts durch. "
        "Versuchen Sie es gleich noch einmal."
    ),
    "That is too large": "Das ist zu groß",
    "{app} does not take that much at once.": "{app} nimmt so viel auf einmal nicht an.",
    "{app} can't be reached: Limen let you in, but the app behind it does not answer": (
        "{app} ist nicht erreichbar: Limen hat Sie eingelassen, aber die App dahinter antwortet nicht"
    ),
    "{app} takes too long to answer": "{app} braucht zu lange für eine Antwort",
    "try again in a minute; if it stays like this, tell whoever looks after the app": (
        "Versuchen Sie es in einer Minute noch einmal. Bleibt es so, sagen Sie denen Bescheid, die sich um die "
        "App kümmern."
    ),
    "{app} can't be reached safely: its certificate is not the one Limen was told to expect": (
        "{app} ist nicht sicher erreichbar: Ihr Zertifikat ist nicht das, das Limen erwarten soll"
    ),
    "{app} can't be reached: the address Limen was told for it is none at which an app can be": (
        "{app} ist nicht erreichbar: Unter der Adresse, die Limen für sie kennt, kann keine App sein"
    ),
    "tell whoever looks after the app; nothing was sent to it": (
        "Sagen Sie denen Bescheid, die sich um die App kümmern; es wurde nichts an sie gesendet."
    ),
    "Not any more": "Nicht mehr",
    "What let you in has changed.": "Was Sie eingelassen hat, hat sich geändert.",
    **{
        f"You can view {{app}} from here. {english} is withheld at present.": (
            f"{{app}} können Sie von hier aus ansehen. {german} bleibt im Augenblick zu."
        )
        for english, german in (
            ("Downloading", "Das Herunterladen"),
            ("Changing things", "Das Ändern"),
            ("Sharing", "Das Teilen"),
            ("Administering", "Das Verwalten"),
        )
    },
}
"""What these pages say, in German; `{app}` is the name of an app."""


def plain_page(
    title: str, text: str, *, app: str = "", link: str = "", label: str = "", refresh: bool = False, form: str = ""
) -> bytes:
    """The page. `title`, `text` and `label` may hold `{app}`.

    `refresh` goes on to `link` at once; `form` is a path on this host that a button posts to.
    """
    head = [
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="robots" content="noindex">',
    ]
    if refresh and link:
        head.append(f'<meta http-equiv="refresh" content="0;url={escape(link)}">')
    head += [f"<title>{escape(title.replace('{app}', app))}</title>", f"<style>{STYLE}</style>"]
    sections = [_section("en", (title, text, label), app, link, form)]
    german = tuple(GERMAN.get(each, "") for each in (title, text, label))
    if german[0] and german[1] and (german[2] or not label):
        sections.append(_section("de", german, app, link, form))
    return f'<!doctype html>\n<html lang="en">\n{"".join(head)}\n<main>\n{"".join(sections)}</main>\n</html>\n'.encode()


def _section(language: str, words: tuple[str, ...], app: str, link: str, form: str) -> str:
    title, text, label = (escape(each.replace("{app}", app)) for each in words)
    if form:
        onward = f'<form method="post" action="{escape(form)}"><button>{label}</button></form>'
    elif link:
        onward = f'<p><a href="{escape(link)}">{label}</a></p>'
    else:
        onward = ""
    return f'<section lang="{language}"><h1>{title}</h1><p>{text}</p>{onward}</section>\n'
