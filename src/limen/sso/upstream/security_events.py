"""Security event tokens of other services, verified by the keys that these publish: for whoever takes their signals.

The addresses are the company's own, from its folder; what is fetched from them is bounded and kept as an issuer's is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from limen.pillar import Core, KeysAwayError, SignedByIssuers, SignOn
from limen.sso.upstream import tokens
from limen.sso.upstream.fetching import Fetching, IssuerError
from limen.sso.upstream.issuer_client import keys_in
from limen.sso.upstream.kept_documents import Document, KeptDocuments


@dataclass(frozen=True, slots=True)
class _Keys:
    """What one service publishes."""

    fetching: Fetching
    documents: KeptDocuments
    document: Document = field(default_factory=Document)


class SecurityEvents:
    """Verifies tokens. One for each address of keys, as many as the company's folder names."""

    def __init__(self, core: Core, sign_on: SignOn) -> None:
        self._core = core
        self._sign_on = sign_on
        self._of: dict[str, _Keys] = {}
        self.offered = SignedByIssuers(self.claims)

    async def claims(self, keys: str, token: str) -> Mapping[str, Any]:
        """See `SignedByIssuers`."""
        kept = self._of.get(keys)
        if kept is None:
            kept = self._of[keys] = _Keys(Fetching(keys, self._sign_on.resolver), KeptDocuments(self._core.clock))

        async def read() -> tokens.Keys:
            return keys_in(await kept.fetching.get(keys))

        async def published() -> tokens.Keys:
            found: tokens.Keys = await kept.documents.get(kept.document, read)
            return found

        try:
            return await kept.documents.verified(
                kept.document, published, lambda known: tokens.security_event(token, known), tokens.UnknownKeyError
            )
        except IssuerError:
            raise KeysAwayError("the keys can't be read now", "look at the address in devices.yaml") from None

    async def close(self) -> None:
        for one in self._of.values():
            await one.fetching.close()
