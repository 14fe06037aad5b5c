"""Who has the same authenticator app as somebody else, without anybody seeing a seed."""

from __future__ import annotations

import hmac
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256

from limen.identity.store import factors
from limen.storage import Keyring, Snapshot
from limen.storage.errors import SealBrokenError


@dataclass(frozen=True, slots=True)
class SharedSeeds:
    """Compares digests under a key that is made for one look and kept nowhere: what is compared opens nothing, and
    tells nothing afterwards. A seed that can't be opened is nobody else's.
    """

    keyring: Keyring = field(repr=False)

    def groups(self, snapshot: Snapshot) -> list[frozenset[str]]:
        """The IDs of people that one seed is enrolled for, where they are several."""
        key, found = secrets.token_bytes(32), defaultdict[bytes, set[str]](set)
        for person_id, sealed in factors.sealed_seeds(snapshot.connection):
            try:
                seed = self.keyring.open_sealed("codes", person_id, "seed", sealed)
            except SealBrokenError:
                continue
            found[hmac.digest(key, seed, sha256)].add(person_id)
        return sorted((frozenset(people) for people in found.values() if len(people) > 1), key=sorted)
