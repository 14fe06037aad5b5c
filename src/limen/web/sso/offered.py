"""The upstream issuers that people are offered: as a way to sign in, to prove anew, to enrol, and to link."""

from __future__ import annotations

from limen.facts import Issuer
from limen.sso.upstream.flow import Upstreams
from limen.web.site import Site


def offered(site: Site) -> list[Issuer]:
    """Those to which Limen can prove itself; the others are shown to administrators, with what is to be done."""
    upstreams = site.ports.offers.find(Upstreams)
    return upstreams.offered() if upstreams is not None else []
