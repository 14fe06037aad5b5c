"""What pages share on which somebody types the code that a device shows (`limen.user_codes`)."""

from __future__ import annotations

from typing import Final

from limen.admission import network_of
from limen.messages import gettext_noop
from limen.user_codes import Waiting
from limen.web.visit import Visit

UNKNOWN_CODE: Final = (
    gettext_noop("No device waits with this code"),
    gettext_noop("look at the device again: a code counts ten minutes, and a few wrong ones make you wait"),
)


def is_near(waiting: Waiting, visit: Visit) -> bool:
    """Whether it waits in the network that the visitor is in, too: else somebody else may have sent them its code."""
    return network_of(waiting.address) == network_of(visit.visitor.address)
