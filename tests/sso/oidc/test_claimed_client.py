"""Which client whoever asks says that they are."""

from __future__ import annotations

from base64 import b64encode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from limen.sso.oidc.claimed_client import claimed_client
from limen.sso.oidc.protocol import ProtocolRequest


def asked(authorization: str = "", **form: str) -> str:
    return claimed_client(
        ProtocolRequest("POST", "/oidc/token", form={k: [v] for k, v in form.items()}, authorization=authorization)
    )


def basic(text: bytes) -> str:
    return f"Basic {b64encode(text).decode()}"


def test_it_is_read_where_clients_name_themselves() -> None:
    assertion = jwt.encode({"alg": "ES256"}, {"sub": "ledger"}, ECKey.generate_key("P-256"), algorithms=["ES256"])
    assert asked(client_id="grafana", authorization=basic(b"wiki:s")) == "grafana"
    assert asked(basic(b"my%20app:secret")) == "my app"
    assert asked(client_assertion=assertion) == "ledger"


@pytest.mark.parametrize("field", ["", "Basic", "Basic !", "Bearer x", basic(b"\xff:x"), basic(b"x" * 900)])
def test_what_is_not_read_is_nobody(field: str) -> None:
    assert asked(field) == ""
    assert asked(client_assertion="a.b.c") == ""
