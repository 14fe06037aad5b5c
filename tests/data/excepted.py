"""In a real Limen: a document, a value and a file that may pass although rules say otherwise."""

from __future__ import annotations

import hashlib
import json

from tests.data.findings.noted import findings_of, note
from tests.data.planted import KEY
from tests.web.conftest import House

from limen.clock import DAY
from limen.data.allowed.allowing import allow
from limen.data.exceptions import Exceptions
from limen.data.rules.stated import DataRules

DIGEST = b"d" * 16
VALUE = b"4111 1111 1111 1111"
CONTENT = b"secret"
_RULES = DataRules(use=frozenset({"payment-card"}))


def exceptions_of(house: House) -> Exceptions:
    return house.limen.core.offers.take(Exceptions)


async def except_three(house: House, person: str) -> str:
    """The value ends first, then the document of this person, then the file on the share `sales`; the finding of these
    two.
    """
    now = house.clock.now()
    event = note(house, person)
    await findings_of(house).not_sensitive(person, "wiki", {DIGEST: event})
    await house.limen.core.write(
        lambda t: allow(t, KEY, _RULES, "payment-card", [VALUE], "order numbers", now + DAY, now, by="ada")
    )
    kept = house.limen.core.root / house.limen.settings.storage.data / "quarantine"
    kept.mkdir(parents=True)
    released = ["sales", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), now + 365 * DAY, event]
    (kept / "released.json").write_text(json.dumps([released]))
    return event
