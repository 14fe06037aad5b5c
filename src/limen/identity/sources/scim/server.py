"""The SCIM server: one request of a source, in one transaction, answered when every worker knows what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from limen.clock import MINUTE
from limen.errors import LimenError
from limen.events import Event
from limen.identity.events import Details
from limen.identity.ports import Ports
from limen.identity.sources import token_store
from limen.identity.sources.applying import WithRoles
from limen.identity.sources.model import PeopleSources, Source, SourceKind
from limen.identity.sources.people_sources import SourcesOfPeople
from limen.identity.sources.token_store import TOKENS
from limen.storage.database import Snapshot, Transaction
from limen.storage.service_tokens import ServiceToken

if TYPE_CHECKING:
    from scim2_server.requests import ScimRequest
    from scim2_server.responses import ScimResponse
    from scim2_server.service import ScimService

    from limen.identity.sources.scim.storage import SourceStorage

BASE: Final = "/scim/v2"
ASKED: Final = "people_source.asked"


class NotASourceError(LimenError):
    """Whoever asks brought no good token of a source that is declared."""

    def __init__(self, word: str) -> None:
        super().__init__("this needs a token of a source of people", "make one: `limen people-source token`")
        self.word = word


class ScimServer:
    """All sources of kind scim."""

    def __init__(self, ports: Ports, sources: SourcesOfPeople) -> None:
        self._ports = ports
        self._sources = sources
        self._service: ScimService | None = None

    async def source_of(self, token: str) -> tuple[Source, ServiceToken]:
        """Whose token this is. Raises NotASourceError."""
        now = self._ports.now()
        held = await self._ports.read(lambda snapshot: TOKENS.holder(snapshot.connection, token, now))
        if held is None:
            raise NotASourceError("token-unknown-or-over" if token else "token-missing")
        source = next((one for one in self._sources.declared if one.id == held.service), None)
        if source is None or source.kind is not SourceKind.SCIM:
            raise NotASourceError("source-not-declared")
        return source, held

    async def answer(self, source: Source, token: ServiceToken, request: ScimRequest, address: str) -> ScimResponse:
        """What this source is answered, when every worker knows what it changed.

        Whatever is wrong with the request is an answer, too. Raises StorageError where there is no database.
        """
        service = self._scim()
        if request.method.upper() in {"GET", "HEAD"} or request.path.rstrip("/").endswith("/.search"):
            response = await self._ports.read(lambda snapshot: self._read(service, snapshot, source, request))
        else:
            response, is_due = await self._sources.written(
                lambda transaction, with_roles: self._write(service, transaction, with_roles, source, request)
            )
            if is_due:
                await self._sources.settle_due(source.id)
        self._say(source, token, request, response, address)
        await self._note_use(token)
        return response

    async def end_tokens_of_others(self) -> None:
        """Tokens of sources that `people.yaml` declares no more open nothing from now on, whatever is declared by that
        name later. One that was made a moment ago may be of a source that is not known here yet.
        """
        file, now = self._ports.known.rules_of(PeopleSources), self._ports.now()
        if file is None:
            return
        declared = {one.id for one in file.sources if one.kind is SourceKind.SCIM}

        def over(snapshot: Snapshot) -> list[str]:
            return token_store.of_others(snapshot, declared, now - MINUTE)

        def end(transaction: Transaction) -> None:
            for one in over(transaction):
                token_store.end(transaction, one, now, "")

        if await self._ports.read(over):
            await self._ports.write(end)

    def _read(self, service: ScimService, snapshot: Snapshot, source: Source, request: ScimRequest) -> ScimResponse:
        from limen.identity.sources.scim.storage import SourceStorage  # noqa: PLC0415 -- see `_scim`

        storage = SourceStorage(snapshot.connection, source.id, self._ports.now(), None)
        return _handled(service, storage, request)

    def _write(
        self,
        service: ScimService,
        transaction: Transaction,
        with_roles: WithRoles,
        source: Source,
        request: ScimRequest,
    ) -> tuple[ScimResponse, bool]:
        """The answer, and whether more is to be applied. Raises what stopped the source's word (see `Applying`)."""
        from limen.identity.sources.scim.storage import SourceStorage  # noqa: PLC0415 -- see `_scim`

        applying = self._sources.applying(transaction, source, with_roles=with_roles)
        storage = SourceStorage(transaction.connection, source.id, self._ports.now(), applying)
        response = _handled(service, storage, request)
        if applying.stopped_by is not None:
            raise applying.stopped_by
        if applying.counts:
            self._sources.count_today(transaction, source, applying.counts)
        return response, storage.has_said_later

    def _say(
        self, source: Source, token: ServiceToken, request: ScimRequest, response: ScimResponse, address: str
    ) -> None:
        """Who asked for what is journaled, without what a path or query holds of people."""
        about = request.path.strip("/").partition("/")[0]
        details: Details = {
            "source": source.id,
            "token": token.id,
            "method": request.method[:8],
            "about": about if about in _SECTIONS else "other",
            "status": int(response.status),
        }
        self._ports.say(Event(at=self._ports.now(), kind=ASKED, address=address[:64], details=dict(details)))

    async def _note_use(self, token: ServiceToken) -> None:
        now = self._ports.now()
        if token.is_use_to_note(now):
            await self._ports.write(lambda transaction: TOKENS.note_use(transaction.connection, token, now))

    def _scim(self) -> ScimService:
        """The library is heavy: it is imported with the first request."""
        if self._service is None:
            from scim2_server.service import ScimService  # noqa: PLC0415

            from limen.identity.sources.scim.resources import PROVIDER  # noqa: PLC0415

            self._service = ScimService(PROVIDER)
        return self._service


_SECTIONS: Final = frozenset(
    {"Users", "Groups", "Bulk", "Schemas", "ResourceTypes", "ServiceProviderConfig", ".search"}
)


def _handled(service: ScimService, storage: SourceStorage, request: ScimRequest) -> ScimResponse:
    """The answer, also to what is wrong with the request; whatever else goes wrong is raised."""
    from scim2_models import SCIMException  # noqa: PLC0415 -- see `_scim`

    from limen.identity.sources.scim.handler import SourceHandler  # noqa: PLC0415

    is_lean = not {"attributes", "excludedAttributes"} & request.query.keys()
    try:
        return SourceHandler(service, storage, is_lean=is_lean).handle(request)
    except SCIMException as wrong:
        return service.error_response(wrong)
