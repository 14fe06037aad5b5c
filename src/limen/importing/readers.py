"""The systems that can be moved from, by their words."""

from __future__ import annotations

from typing import Final

from limen.importing.authelia.reader import Authelia
from limen.importing.entra.reader import Entra
from limen.importing.keycloak.reader import Keycloak
from limen.importing.model import Reader

READERS: Final[dict[str, Reader]] = {one.name: one for one in (Authelia(), Keycloak(), Entra())}
