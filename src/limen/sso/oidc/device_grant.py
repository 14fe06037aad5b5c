"""Authlib's device grant (RFC 8628 section 3.4), fitted to the devices that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authlib.oauth2.rfc8628 import DeviceCodeGrant

from limen.facts import Person
from limen.sso.oidc import store
from limen.sso.oidc.devices import Device
from limen.sso.oidc.protocol import CLIENT_METHODS

if TYPE_CHECKING:
    from limen.sso.oidc.clients import Call


class _Waiting:
    """A device as Authlib asks about it."""

    def __init__(self, device: Device, call: Call) -> None:
        self.device, self._call = device, call

    def get_client_id(self) -> str:
        return self.device.app

    def get_scope(self) -> str:
        return self.device.scope

    def get_user_code(self) -> str:
        return self.device.user_code

    def is_expired(self) -> bool:
        return self.device.is_over(self._call.now)


class DeviceGrant(DeviceCodeGrant):  # type: ignore[misc]  # Authlib has no types
    """A device's turn. What its person agreed to is decided once more, at this moment, before anything is issued."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = list(CLIENT_METHODS)

    def query_device_credential(self, device_code: str) -> _Waiting | None:
        call: Call = self.server.call
        return None if call.device is None else _Waiting(call.device, call)

    def query_user_grant(self, user_code: str) -> tuple[Person | None, bool] | None:
        call: Call = self.server.call
        if call.device is None or (call.device.sign_in is None and not call.device.is_refused):
            return None
        return call.person, call.person is not None and not call.device.is_refused

    def should_slow_down(self, credential: _Waiting) -> bool:
        return credential.device.is_early

    def generate_token(self, **_asked: Any) -> dict[str, Any]:
        call: Call = self.server.call
        assert call.device is not None  # noqa: S101 -- validated before
        assert call.device.sign_in is not None  # noqa: S101 -- the same
        assert call.session is not None  # noqa: S101 -- the same
        store.add_sign_in(call.transaction.connection, call.device.sign_in)
        asked = store.IssuedFor(auth_at=call.session.auth.at, key=call.key, resource=call.device.resource)
        return dict(self.server.issue(call.device.sign_in, asked, self.request.client))
