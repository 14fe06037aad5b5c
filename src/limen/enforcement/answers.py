"""How a refusal is answered: with a status, with JSON for programs, and with the page a browser goes on to.

401 is a challenge (the browser can turn it at once), 403 a deny, 503 that Limen can't decide at this moment. Somebody
who has not signed in learns nothing but that; the reasons are on the page that the decision's id opens, for whoever may
see them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

import msgspec

from limen.enforcement.decision_point import Answer
from limen.enforcement.paths import to_local_target
from limen.enforcement.plain_page import STYLE_SOURCE, plain_page
from limen.enforcement.reasons import TOKEN_WORDS
from limen.facts import LIMEN
from limen.messages import Language, catalogue, gettext_noop
from limen.policy.access import MILDEST, is_withheld
from limen.policy.decision import UNAVAILABLE, Effect, Named

PLAIN_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
PAGE_HEADERS = (
    *PLAIN_HEADERS,
    (b"content-type", b"text/html; charset=utf-8"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src %s; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        % STYLE_SOURCE.encode(),
    ),
)
RETRY_AFTER_SECONDS: Final = 10
"""When to ask again while Limen can't decide (RFC 9110 section 10.2.3): a lease is won back within seconds."""
_OF_THE_REQUEST = UNAVAILABLE | {Named.CROSS_SITE}
"""What was refused for another reason than what is open to this person."""


class Refusal(msgspec.Struct, frozen=True):
    """What is answered to a request that is refused. `location` is where a navigation goes on to ("": nowhere).

    `withheld` is the action of this request where the app may be looked at all the same ("": it may not). `again` is
    what was asked for, where it may be asked again in `RETRY_AFTER_SECONDS` ("": it may not, or no browser could).
    """

    status: int
    challenge: str
    body: bytes
    location: str
    withheld: str = ""
    again: str = ""


class _Said(msgspec.Struct, omit_defaults=True):
    error: str
    error_description: str
    decision: str = ""
    remedies: tuple[str, ...] = ()
    url: str = ""
    withheld: str = ""
    permitted: tuple[str, ...] = ()


def status_of(answer: Answer) -> int:
    """200, 401, 403 or 503."""
    if answer.effect is Effect.PERMIT:
        return 200
    if answer.word in UNAVAILABLE:
        return 503
    return 401 if answer.effect is Effect.CHALLENGE else 403


def refusal(answer: Answer, target: bytes, public_url: str, *, is_program: bool = False) -> Refusal:
    """How a refused request for `target` is answered. `public_url` is the sign-in host's origin.

    `is_program`: no browser, so it may be asked for a token (RFC 7617): git and WebDAV clients send one only then.
    """
    withheld = _withheld(answer)
    location = _location(answer, target, public_url, withheld)
    remedies = tuple(r.kind for r in answer.decision.at_once) if answer.decision and answer.session else ()
    status = status_of(answer)
    said = _Said(
        error=_ERRORS[status],
        error_description=_description(answer, withheld),
        decision=answer.id,
        remedies=remedies,
        url=_absolute(location, answer, public_url),
        withheld=withheld,
        permitted=(MILDEST,) if withheld else (),
    )
    challenge = ""
    if is_program and answer.needs_sign_in and answer.app is not None:
        challenge = f'Basic realm="{_realm(answer.app.name)}", charset="UTF-8"'
    elif answer.effect is Effect.CHALLENGE:
        challenge = f'Bearer error="{said.error}", error_description="{said.error_description}"'
        strength = max((r.strength for r in answer.decision.at_once), default=0) if answer.decision else 0
        if strength:
            challenge += f', acr_values="urn:limen:strength:{strength}"'
    again = to_local_target(target) if status == 503 else ""
    return Refusal(status, challenge, msgspec.json.encode(said), location, withheld, again)


_ERRORS: Final = {
    401: "insufficient_user_authentication",  # RFC 9470 section 3
    403: "access_denied",  # RFC 6749 section 4.1.2.1, as the next one
    503: "temporarily_unavailable",
}


def _realm(name: str) -> str:
    """The app's name as a quoted string may hold it (RFC 9110 section 5.6.4)."""
    return "".join(char for char in name if char.isascii() and char.isprintable() and char not in '"\\') or "Limen"


def may_lead_on(answer: Answer, method: bytes) -> bool:
    """Whether the browser may be led from this refusal to the page that explains it. A form that was sent to be kept is
    not lost that way; what another site sent was nobody's to keep.
    """
    return method == b"GET" or answer.word == Named.CROSS_SITE


def refusal_page(refused: Refusal, answer: Answer) -> bytes:
    """The refusal as a page that goes on by itself where there is somewhere to go on to."""
    app = answer.app.name if answer.app is not None else ""
    text = _unfilled(answer, refused.withheld)
    if refused.again:
        return plain_page(_LATER, text, app=app, link=refused.again, label=gettext_noop("Try again"))
    title, label = gettext_noop("Not yet"), gettext_noop("What would help")
    if answer.effect is Effect.CHALLENGE:
        title, label = gettext_noop("One more step"), gettext_noop("Continue")
    elif refused.withheld:
        title = gettext_noop("This is blocked")
    return plain_page(title, text, app=app, link=refused.location, label=label, refresh=True)


_LATER: Final = gettext_noop("Try again in a moment")
_SHUT: Final = gettext_noop("Limen can't check access at the moment, so everything is blocked. Try again shortly.")


def _withheld(answer: Answer) -> str:
    """The action that is refused to somebody who may look at the app."""
    decision = answer.decision
    if answer.session is None or decision is None or answer.word in _OF_THE_REQUEST or not is_withheld(decision):
        return ""
    return decision.request.action


def _location(answer: Answer, target: bytes, public_url: str, withheld: str) -> str:
    to = quote(to_local_target(target), safe="")
    if answer.app is None:
        return ""
    if answer.needs_sign_in:
        return f"/.limen/start?to={to}"
    if answer.word in TOKEN_WORDS and answer.session is None:
        return ""
    if answer.effect is Effect.CHALLENGE:
        return f"{public_url}/step-up?app={quote(answer.app.id, safe='')}&to={to}&decision={answer.id}"
    room = "withheld" if withheld else "not-yet"
    return f"{public_url}/{room}?decision={answer.id}" if answer.id else ""


def _absolute(location: str, answer: Answer, public_url: str) -> str:
    if not location.startswith("/") or answer.app is None:
        return location
    return app_origin(answer.app.host, public_url) + location


def app_origin(host: str, public_url: str) -> str:
    """The origin of an app's host: browsers reach it with the scheme and port of the sign-in host."""
    scheme, _, authority = public_url.partition("://")
    port = authority.rpartition(":")[2] if authority.rpartition(":")[2].isdigit() and ":" in authority else ""
    return f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"


_WITHHELD: Final = {
    "download": gettext_noop("You can view {app} from here, but downloading is blocked right now."),
    "edit": gettext_noop("You can view {app} from here, but editing is blocked right now."),
    "share": gettext_noop("You can view {app} from here, but sharing is blocked right now."),
    "administer": gettext_noop("You can view {app} from here, but administering is blocked right now."),
    "": gettext_noop("You can view {app} from here, but this is blocked right now."),
}
"""What is said where an action is refused and looking is not; "" for any other action."""


_OF_TOKENS: Final = {
    Named.TOKEN_UNKNOWN.value: "This token isn't valid here. Create one under Tokens, on the page with your apps.",
    Named.TOKEN_EXPIRED.value: "This token has expired. Create a new one under Tokens, on the page with your apps.",
    Named.TOKEN_REVOKED.value: "This token was revoked. Create a new one under Tokens, on the page with your apps.",
    Named.TOKEN_OUT_OF_SCOPE.value: "This token was created for a different app or different actions.",
    Named.TOKEN_AND_SESSION.value: "A token and a session were sent together. Send only one of them.",
}


_ANOTHER: Final = "The password sent is not a token. Create one under Tokens, on the page with your apps."


def _description(answer: Answer, withheld: str = "") -> str:
    app = answer.app.name if answer.app is not None else ""
    return catalogue(Language.ENGLISH).gettext(_unfilled(answer, withheld)).replace("{app}", app)


def _unfilled(answer: Answer, withheld: str = "") -> str:
    """The refusal in a sentence of the catalogue, or its key, with `{app}` for the app's name.

    Why Limen can't decide is told to those who are signed in.
    """
    if answer.word in UNAVAILABLE:
        return _SHUT if answer.session is None else f"fails.{answer.word}"
    if answer.decision is None:
        return gettext_noop("This request can't be forwarded.")
    if answer.word in _OF_TOKENS:
        return _OF_TOKENS[answer.word]
    if answer.needs_sign_in:
        return gettext_noop("Sign in to continue.")
    if answer.word == Named.CROSS_SITE:
        return gettext_noop("Another site sent this to {app} on your behalf. Open {app} and do it there.")
    if answer.effect is Effect.CHALLENGE:
        return gettext_noop("Confirm it's you to continue.")
    if answer.app is not None and answer.app.id == LIMEN:
        return gettext_noop("You don't have access to this.")
    if withheld and answer.app is not None:
        return _WITHHELD.get(withheld, _WITHHELD[""])
    return gettext_noop("You don't have access to this right now.")


class Reply(msgspec.Struct, frozen=True):
    """A whole response that Limen gives itself."""

    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""


def go_on(location: str, fields: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    """See Other (RFC 9110 section 15.4.4): the browser goes on with a GET."""
    return Reply(303, (*PLAIN_HEADERS, (b"location", location.encode("ascii")), (b"content-length", b"0"), *fields))


def page_reply(
    status: int, title: str, text: str, *, app: str = "", link: str = "", label: str = "", form: str = ""
) -> Reply:
    """A page of Limen's own on an app's host; see `plain_page`."""
    return _reply(status, PAGE_HEADERS, plain_page(title, text, app=app, link=link, label=label, form=form))


def later_reply(link: str) -> Reply:
    """That Limen can't do this at the moment, for somebody who may try again at `link`."""
    return page_reply(503, _LATER, _SHUT, link=link, label=gettext_noop("Try again"))


def json_reply(
    status: int, said: object, *, challenge: str = "", cache: str = "no-store", encoded: bytes | None = None
) -> Reply:
    """`said` as JSON; `encoded` if it is JSON already."""
    body = msgspec.json.encode(said) if encoded is None else encoded
    fields = [(name, value) for name, value in PLAIN_HEADERS if name != b"cache-control"]
    fields += [(b"cache-control", cache.encode()), (b"content-type", b"application/json")]
    return _reply(status, fields, body, challenge)


def _reply(status: int, fields: Iterable[tuple[bytes, bytes]], body: bytes, challenge: str = "") -> Reply:
    asked = [(b"www-authenticate", challenge.encode())] if challenge else []
    if status == 503:
        asked.append((b"retry-after", b"%d" % RETRY_AFTER_SECONDS))
    return Reply(status, (*fields, *asked, (b"content-length", b"%d" % len(body))), body)


def refusal_reply(
    answer: Answer,
    target: bytes,
    public_url: str,
    *,
    is_navigation: bool,
    is_program: bool = False,
    shows_text: bool = False,
    sent_another: bool = False,
) -> Reply:
    """The refusal as the gateway gives it: navigations go on or see a page, everything else gets JSON.

    `shows_text`: to a program that shows its user nothing but plain text. `sent_another`: it sent a password that is no
    token.
    """
    refused = refusal(answer, target, public_url, is_program=is_program)
    status = refused.status
    if answer.decision is None and answer.word != Named.UNKNOWN_HOST:
        status = 400
    if shows_text:
        is_another = sent_another and answer.needs_sign_in and answer.word not in TOKEN_WORDS
        text = _ANOTHER if is_another else _description(answer, refused.withheld)
        fields = (*PLAIN_HEADERS, (b"content-type", b"text/plain; charset=utf-8"))
        return _reply(status, fields, f"{text}\n".encode(), refused.challenge)
    if not is_navigation:
        return json_reply(status, None, challenge=refused.challenge, encoded=refused.body)
    if refused.again:
        return _reply(status, PAGE_HEADERS, refusal_page(refused, answer))
    if refused.location:
        return go_on(refused.location)
    app = answer.app.name if answer.app is not None else ""
    return page_reply(status, gettext_noop("Not here"), _unfilled(answer, refused.withheld), app=app)
