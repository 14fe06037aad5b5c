"""A program that is somebody's browser at several sites: it keeps the cookies of each host, whatever their `Secure` is,
follows nothing by itself, and sends forms to other sites without cookies (SameSite=Lax).
"""

from __future__ import annotations

import re
import time
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests
from tests.journeys.conftest import Harbor

from limen.facts import SessionState

_LOOKS, _BETWEEN_SECONDS = 60, 0.05


class BrowserOfSites:
    def __init__(self, cookies: dict[str, dict[str, str]] | None = None) -> None:
        self.cookies = cookies or {}

    def ask(self, url: str, form: dict[str, str] | None = None, *, crossing: bool = False) -> requests.Response:
        """The answer of this address, to which a page of its own, or another site's (`crossing`), sends the form."""
        held = {} if crossing else self.cookies.setdefault(urlsplit(url).netloc, {})
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in held.items()), "accept": "text/html"}
        if form is not None:
            own = "{0.scheme}://{0.netloc}".format(urlsplit(url))
            sent |= {"origin": "null", "sec-fetch-site": "cross-site"} if crossing else _ours(own)
        method = "GET" if form is None else "POST"
        answered = requests.request(method, url, data=form, headers=sent, allow_redirects=False, timeout=60)
        held.update({cookie.name: cookie.value or "" for cookie in answered.cookies})
        return answered

    def send(self, page: requests.Response, **typed: str) -> requests.Response:
        """The page's first form, with what is typed into it."""
        action, fields = form_of(page)
        crosses = urlsplit(action).netloc != urlsplit(page.url).netloc
        return self.ask(action, fields | typed, crossing=crosses)


def form_of(page: requests.Response) -> tuple[str, dict[str, str]]:
    """Where a page's first form goes, and what is in it."""
    form = re.search(r"<form\b([^>]*)>(.*?)</form>", page.text, re.DOTALL)
    assert form, (page.url, page.status_code, page.text)
    action = re.search(r'action="([^"]*)"', form[1])
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", form[2]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            fields[name[1]] = unescape(value[1]) if value else ""
    return urljoin(page.url, unescape(action[1]) if action and action[1] != "#" else page.url), fields


def ends(harbor: Harbor, session_id: str) -> bool:
    """Whether this session is revoked within three seconds."""
    known = harbor.limen.known
    session = known.sessions.get(session_id)
    assert session is not None
    for _ in range(_LOOKS):
        if known.session_state(session, "", session.started_at) is SessionState.REVOKED:
            return True
        time.sleep(_BETWEEN_SECONDS)
    return False


def _ours(origin: str) -> dict[str, str]:
    return {"origin": origin, "sec-fetch-site": "same-origin"}
