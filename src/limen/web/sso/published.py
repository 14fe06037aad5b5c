"""What apps read of the keys that Limen signs with: told by a worker that holds its lease, and by no other."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from limen.enforcement.answers import RETRY_AFTER_SECONDS
from limen.web.site import Site


def published(site: Site, say: Callable[[], Response]) -> Response:
    """What is said, or 503: a worker without a lease may have keys that were discarded since."""
    if site.ports.clock.monotonic() < site.known.lease_until:
        return say()
    return Response(status_code=503, headers={"cache-control": "no-store", "retry-after": str(RETRY_AFTER_SECONDS)})
