"""What goes to a vendor's site and comes back from it, for one person: its cookies stay here. Pure, but for the jar.

The site hears nothing of who asks: no assertion, no address, no cookie of the browser's. The browser gets no cookie of
the site's, and so never holds anything by which the account could be used past Limen.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from limen.enforcement import headers, paths
from limen.enforcement.headers import Fields
from limen.facts import App
from limen.facts.brokered_account import SignsIn

if TYPE_CHECKING:
    from aiohttp import ClientResponse, CookieJar

MOST_COOKIES: Final = 100
LONGEST_COOKIES: Final = 16 * 1024
_KEPT_BACK: Final = frozenset({b"cookie", b"authorization", b"origin", b"referer", b"host"})
_NOT_FOR_BROWSERS: Final = frozenset(
    {b"set-cookie", b"set-cookie2", b"www-authenticate", b"clear-site-data", b"strict-transport-security", b"alt-svc"}
)


class AtVendor:
    """One person's session at the site of one app."""

    def __init__(self, app: App) -> None:
        from aiohttp import CookieJar, DummyCookieJar  # noqa: F401, PLC0415 -- heavy, and only who has such an app

        self.origin = app.upstream.url.rstrip("/")
        self._jar: CookieJar = CookieJar(unsafe=True)
        self.is_signed_in = False
        self._form = ""

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    def fields(self, app: App, target: str, sent: Fields, secret: str, own_origin: str) -> Fields:
        """The fields of a request of the browser's, as the site gets them. `own_origin` is the app's, at Limen."""
        kept = [one for one in headers.upstream_request(sent, ()) if one[0] not in _KEPT_BACK]
        said = [(b"host", self.host.encode())]
        if headers.first(sent, b"origin"):
            said.append((b"origin", self.origin.encode()))
        referer = headers.first(sent, b"referer").decode("latin-1")
        if referer.startswith(f"{own_origin}/"):
            said.append((b"referer", (self.origin + referer[len(own_origin) :]).encode("latin-1")))
        return [*kept, *said, *self.proof(app, target, secret)]

    def proof(self, app: App, target: str, secret: str) -> Fields:
        """What tells the site whose request it is."""
        found: Fields = []
        if cookies := self._cookies(target):
            found.append((b"cookie", cookies))
        if app.account is not None and app.account.signs_in is SignsIn.BASIC:
            user = f"{app.account.user}:{secret}".encode()
            found.append((b"authorization", b"Basic " + base64.b64encode(user)))
        return found

    def learn(self, target: str, response: ClientResponse) -> None:
        """Keep the cookies that the site sets. Raises ValueError where it sets more than anybody needs."""
        from yarl import URL  # noqa: PLC0415 -- heavy

        if not response.cookies:
            return
        self._jar.update_cookies(response.cookies, URL(self.origin + target, encoded=True))
        if len(self._jar) > MOST_COOKIES or sum(len(one.key) + len(one.value) for one in self._jar) > LONGEST_COOKIES:
            self._jar.clear()
            self.is_signed_in = False
            raise ValueError("the site sets too many cookies")

    def posts_form_to(self, target: str) -> None:
        """The form that signs in is posted there, as its page says."""
        self._form = target

    def may_sign_in(self, method: str, target: str) -> bool:
        """Whether this request could try a password: it is no mere look, and goes where the form is posted to."""
        return bool(self._form) and method not in {"GET", "HEAD"} and bool(_read(target) & _read(self._form))

    def forget(self) -> None:
        self._jar.clear()
        self.is_signed_in = False

    def _cookies(self, target: str) -> bytes:
        from yarl import URL  # noqa: PLC0415 -- heavy

        found = self._jar.filter_cookies(URL(self.origin + target, encoded=True))
        return "; ".join(f"{one.key}={one.coded_value}" for one in found.values()).encode("latin-1", "replace")


def _read(target: str) -> set[tuple[str, ...]]:
    """The segments of each path that a site could take this target for, in any case of its letters."""
    try:
        read = paths.read(target.encode("ascii", "replace"), opts_in_encoded=True).paths
    except paths.PathRefusedError:
        read = (target.partition("?")[0],)
    return {tuple(part.partition(";")[0].casefold() for part in one.split("/") if part) for one in read}


def is_signed_out(app: App, target: str, status: int, fields: Fields) -> bool:
    """Whether the site asks to sign in: it sends to the page for that, or refuses what proves it."""
    account = app.account
    if account is None:
        return False
    if account.signs_in is SignsIn.BASIC:
        return status == 401
    if status not in {301, 302, 303, 307, 308}:
        return status == 401
    location = headers.first(fields, b"location").decode("latin-1")
    there = urlsplit(urljoin(f"{app.upstream.url.rstrip('/')}{target}", location))
    return there.path.rstrip("/") == account.sign_in.partition("?")[0].rstrip("/")


def for_browser(app: App, fields: Fields, own_origin: str) -> Fields:
    """The fields of a response, as the browser gets them: without what signs in, and leading on by the app's host."""
    site = app.upstream.url.rstrip("/").encode()
    found: Fields = []
    for name, value in fields:
        if name in _NOT_FOR_BROWSERS:
            continue
        leads_there = name in {b"location", b"content-location"} and (value == site or value.startswith(site + b"/"))
        if name == b"access-control-allow-origin" and value == site:
            leads_there = True
        found.append((name, own_origin.encode() + value[len(site) :] if leads_there else value))
    return found
