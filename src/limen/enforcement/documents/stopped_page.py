"""What somebody is told whose upload or download was stopped: what kind of thing was found and where, and what to do.

It never says what was found itself. Programs get the same as JSON (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Final

import msgspec

from limen.enforcement.answers import PAGE_HEADERS, PLAIN_HEADERS, Reply
from limen.enforcement.documents.stops import Stopped, StoppedDocument
from limen.enforcement.plain_page import document
from limen.messages import Language, catalogue, gettext_noop
from limen.messages.places import place_said
from limen.printable import visible

PATH: Final = "/.limen/stopped"
LABEL_PATH: Final = "/data/label"
"""On the sign-in host: where somebody sees which label a document has, and gives it another."""
LONGEST_WHY: Final = 500
PROBLEM: Final = "urn:limen:problem:document-stopped"

_UPLOAD: Final = gettext_noop("This upload was stopped")
_DOWNLOAD: Final = gettext_noop("This download was stopped")
_FOUND: Final = gettext_noop("Your company's rules protect what was found in it. It did not reach {app}.")
_FOUND_COMING: Final = gettext_noop("Your company's rules protect what was found in it. It stayed in {app}.")
_UNREAD: Final = gettext_noop("It can't be looked into")
_MAY_SAY: Final = gettext_noop("If it has to be sent all the same, say why. Your reason is recorded with your name.")
_UNSURE: Final = gettext_noop("If you are not sure, ask {owner}.")
_MAY_NOT: Final = gettext_noop("It can't be sent. If that is wrong, ask {owner}.")
_HEALTHY: Final = gettext_noop("On a managed, healthy device it may be allowed.")
_WHY: Final = gettext_noop("Why may it pass?")
_PASS: Final = gettext_noop("Let it pass once")
_NOT_SENSITIVE: Final = gettext_noop("This is not sensitive")
_AGAIN: Final = gettext_noop("Now send it again")
_GIVEN: Final = gettext_noop(
    "The same document may pass once within the next ten minutes. Go back to the page that you sent it from, and send "
    "it again."
)
_GIVEN_COMING: Final = gettext_noop("The same document may pass once within the next ten minutes.")
_LASTING: Final = gettext_noop(
    "The same document passes for you from now on. My data actions says until when, and lets you end it. Go back to "
    "the page that you sent it from, and send it again."
)
_LASTING_COMING: Final = gettext_noop(
    "The same document passes for you from now on. My data actions says until when, and lets you end it."
)
_BACK: Final = gettext_noop("Go back")
_DOWNLOAD_NOW: Final = gettext_noop("Download it")
_LABEL: Final = gettext_noop("See which label the document has, or give it another")
_GONE: Final = gettext_noop("This has expired")
_GONE_TEXT: Final = gettext_noop("It was stopped more than ten minutes ago or in another session. Send it again.")
_EMPTY: Final = gettext_noop("Say why it may pass, in a few words.")
_IS_SENSITIVE: Final = gettext_noop(
    "Your company has decided that this is sensitive. Say why it may pass, in a few words."
)


class _Found(msgspec.Struct, omit_defaults=True):
    kinds: tuple[str, ...]
    name: str = ""
    field: str = ""
    where: tuple[str, ...] = ()


class _Problem(msgspec.Struct, omit_defaults=True):
    type: str
    title: str
    status: int
    detail: str
    found: list[_Found]
    rules: tuple[str, ...]
    event: str = ""
    justify: str = ""


def stopped_reply(
    stopped: Stopped, app: str, owner: str, *, is_navigation: bool, origin: str, public_url: str
) -> Reply:
    """The answer to what was stopped: a page where somebody looks, JSON for programs. `origin` is the app's,
    `public_url` that of the sign-in host.
    """
    if is_navigation:
        return page(stopped, app, owner, status=403, public_url=public_url)
    words = catalogue(Language.ENGLISH)
    problem = _Problem(
        type=PROBLEM,
        title=words.gettext(_UPLOAD if stopped.is_upload else _DOWNLOAD),
        status=403,
        detail=words.gettext(_FOUND if stopped.is_upload else _FOUND_COMING).replace("{app}", app),
        found=[_Found(one.kinds, one.name, one.field, one.where) for one in stopped.documents],
        rules=stopped.rules,
        event=stopped.event,
        justify=f"{origin}{PATH}?id={stopped.id}" if stopped.may_justify else "",
    )
    return _reply(403, (*PLAIN_HEADERS, (b"content-type", b"application/problem+json")), msgspec.json.encode(problem))


def page(
    stopped: Stopped,
    app: str,
    owner: str,
    *,
    public_url: str,
    status: int = 200,
    says_nothing: bool = False,
    is_sensitive: bool = False,
) -> Reply:
    """What was stopped, and where the rules allow it the form that says why it may pass."""
    title = _UPLOAD if stopped.is_upload else _DOWNLOAD

    def section(language: Language) -> Iterator[str]:
        said = catalogue(language).gettext

        def text(words: str) -> str:
            return escape(said(words).replace("{app}", app).replace("{owner}", owner))

        yield f"<h1>{text(title)}</h1><p>{text(_FOUND if stopped.is_upload else _FOUND_COMING)}</p>"
        yield "<ul>" + "".join(_item(one, said) for one in stopped.documents) + "</ul>"
        for one in stopped.words:
            why = f": {escape(one.why)}" if one.why else ""
            yield f"<p><strong>{escape(one.title)}</strong>{why}</p>"
        if stopped.is_upload:
            yield f'<p><a href="{escape(public_url)}{LABEL_PATH}">{text(_LABEL)}</a></p>'
        if not stopped.may_justify:
            healthy = "" if stopped.is_upload else f"<p>{text(_HEALTHY)}</p>"
            yield f"<p>{text(_MAY_NOT)}</p>{healthy}"
            return
        alert = _EMPTY if says_nothing else _IS_SENSITIVE if is_sensitive else ""
        wrong = f'<p role="alert">{text(alert)}</p>' if alert else ""
        field = f"why-{language.value}"
        yield (
            f'<p>{text(_MAY_SAY)} {text(_UNSURE)}</p>{wrong}<form method="post" action="{PATH}">'
            f'<input type="hidden" name="id" value="{stopped.id}">'
            f'<p><label for="{field}">{text(_WHY)}</label><br>'
            f'<input id="{field}" name="why" maxlength="{LONGEST_WHY}" size="40"></p>'
            f'<p><button name="choice" value="justify">{text(_PASS)}</button> '
            f'<button name="choice" value="not-sensitive">{text(_NOT_SENSITIVE)}</button></p></form>'
        )

    return _page(status, title, section)


def justified_page(stopped: Stopped, *, is_not_sensitive: bool = False) -> Reply:
    """That it may pass now, once, or as what is not sensitive for longer; and the way back."""
    once, lasting = (_GIVEN, _LASTING) if stopped.is_upload else (_GIVEN_COMING, _LASTING_COMING)

    def section(language: Language) -> Iterator[str]:
        said = catalogue(language).gettext
        yield f"<h1>{escape(said(_AGAIN))}</h1>"
        yield f"<p>{escape(said(lasting if is_not_sensitive else once))}</p>"
        to, label = (stopped.about.back, _BACK) if stopped.is_upload else (stopped.about.target, _DOWNLOAD_NOW)
        yield f'<p><a href="{escape(to)}">{escape(said(label))}</a></p>'

    return _page(200, _AGAIN, section)


def gone_page() -> Reply:
    """That nothing is known of it, or of it no more."""

    def section(language: Language) -> Iterator[str]:
        said = catalogue(language).gettext
        yield f"<h1>{escape(said(_GONE))}</h1><p>{escape(said(_GONE_TEXT))}</p>"

    return _page(404, _GONE, section)


def _item(one: StoppedDocument, said: Callable[[str], str]) -> str:
    called = escape(visible(one.name or one.field))
    kinds = escape(", ".join(said(kind) for kind in one.kinds) or said(_UNREAD))
    where = escape(visible(", ".join(place_said(place, said) for place in one.where)))
    return f"<li>{f'<strong>{called}</strong>: ' if called else ''}{kinds}{f' ({where})' if where else ''}</li>"


def _page(status: int, title: str, section: Callable[[Language], Iterator[str]]) -> Reply:
    sections: Iterable[str] = (
        f'<section lang="{language}">{"".join(section(language))}</section>\n' for language in Language
    )
    return _reply(status, PAGE_HEADERS, document(escape(title), sections).encode())


def _reply(status: int, fields: Iterable[tuple[bytes, bytes]], body: bytes) -> Reply:
    return Reply(status, (*fields, (b"content-length", b"%d" % len(body))), body)
