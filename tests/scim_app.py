"""An app with SCIM 2.0 on loopback: scim2-server, which we did not write, with faults that a test may put in front."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from scim2_models import ResourceType, ScimProvider, User
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.testserver.cli import ThreadingWSGIServer
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

from limen.connectors.scim.users import SentUser
from limen.connectors.vendor_client import VendorClient
from limen.enforcement.resolving import Resolver

TOKEN = "the app's token for Limen"


@dataclass
class Asked:
    """A request that came to the app."""

    method: str
    path: str
    body: bytes
    if_match: str


@dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """After so long."""


Fault = Callable[[Asked], "Answer | None"]
"""What is answered instead of the app's own answer; None: that."""


@dataclass
class ScimApp:
    """`faults` are asked in their order before the app is; `asked` is all that came."""

    url: str = ""
    kind_of_users: ResourceType = field(default_factory=lambda: load_default_resource_types()["User"])
    storage: InMemoryStorage = field(default_factory=InMemoryStorage)
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def users(self) -> dict[str, Any]:
        """The accounts by their user names."""
        return {one.user_name: one for one in self.storage.resources if type(one).__name__.startswith("User")}

    def add(self, user: SentUser, *, is_active: bool = True) -> str:
        """An account that somebody else made there; its ID."""
        made = User.model_validate({**user.as_json(is_active=is_active), "externalId": user.external_id or None})
        return str(self.storage.create(self.kind_of_users, made).id)

    def lines(self, *methods: str) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked if not methods or one.method in methods]

    def of_next(self, number: int, answer: Answer, *methods: str) -> None:
        """So many of the next requests are answered so."""
        left = [number]

        def fault(asked: Asked) -> Answer | None:
            if left[0] <= 0 or (methods and asked.method not in methods):
                return None
            left[0] -= 1
            return answer

        self.faults.append(fault)


def refusal(status: int, **headers: str) -> Answer:
    said = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": str(status)}
    return Answer(status, json.dumps(said).encode(), {name.replace("_", "-"): value for name, value in headers.items()})


def saying(told: object, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(told).encode(), {name.replace("_", "-"): value for name, value in headers.items()})


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None: ...


@cache
def _provider() -> ScimProvider:
    """Made once: the library makes classes of it, which takes a second."""
    return ScimProvider.from_discovery(
        load_default_schemas().values(),
        load_default_resource_types().values(),
        config=load_default_service_provider_config(),
    )


@contextmanager
def serving() -> Iterator[ScimApp]:
    app = ScimApp()
    real = BearerTokenApplication(app.storage, _provider(), bearer_tokens=[TOKEN])

    def in_front(environ: dict[str, Any], start: Any) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        query = environ.get("QUERY_STRING", "")
        path = environ["PATH_INFO"] + (f"?{query}" if query else "")
        asked = Asked(environ["REQUEST_METHOD"], path, body, environ.get("HTTP_IF_MATCH", ""))
        app.asked.append(asked)
        environ["wsgi.input"] = io.BytesIO(body)
        for fault in app.faults:
            if (answer := fault(asked)) is not None:
                time.sleep(answer.seconds)
                start(f"{answer.status} said", [("content-type", "application/scim+json"), *answer.headers.items()])
                return [answer.body]
        return real(environ, start)

    with make_server("127.0.0.1", 0, in_front, server_class=ThreadingWSGIServer, handler_class=_Silent) as server:
        app.url = f"http://127.0.0.1:{server.server_port}/v2"
        serves = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
        serves.start()
        try:
            yield app
        finally:
            server.shutdown()
            serves.join()


def asking(app: ScimApp) -> VendorClient:
    return VendorClient(app.url, Resolver, tries=1)
