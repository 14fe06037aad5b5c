"""Which site a request comes from, as the browser says it: what a page of another site sends is not the person's word.

A session cookie goes along with whatever any page of the same site sends: each of the company's apps could act in each
other one as whoever looks at it. Browsers say where a request comes from in `Sec-Fetch-Site` (W3C Fetch Metadata,
section 2.4), and where they leave that out, over plain http, in `Origin` (Fetch standard, section 3.2). What sends
neither is no browser, and no page can make it send anything.
"""

from __future__ import annotations

from typing import Final

import msgspec

from limen.enforcement.answers import app_origin
from limen.facts import App

SAFE_METHODS: Final = frozenset({b"GET", b"HEAD", b"OPTIONS"})
"""What changes nothing (RFC 9110 section 9.2.1). A page of another site may always lead to the app by these."""
_OWN_SITES: Final = frozenset({b"same-origin", b"none"})
"""A page of the app itself, or the person: an address typed, a bookmark."""


class Sender(msgspec.Struct, frozen=True, gc=False):
    """`site` and `origin` are the two fields, b"" where they are missing. `may_onboard`: see `DecisionPoint`."""

    site: bytes
    origin: bytes
    public_url: str
    may_onboard: bool = True

    def is_foreign(self, app: App) -> bool:
        """Whether it is neither the app's own page nor one of a site that the app declares under `cors`."""
        if self.site in _OWN_SITES:
            return False
        origin = self.origin.decode("latin-1")
        if not origin and not self.site:
            return False
        if origin in app.cors.origins:
            return False
        return bool(self.site) or origin != app_origin(app.host, self.public_url)


def sender_of(method: bytes, site: bytes, origin: bytes, public_url: str) -> Sender | None:
    """Who sends a request that may change something; None where it can't, or where nobody says."""
    if method in SAFE_METHODS or not (site or origin):
        return None
    return Sender(site, origin, public_url)
