"""What clients find out by themselves is what is there."""

from __future__ import annotations

from limen.sso.oidc.metadata import configuration
from limen.web.sso import oidc, sign_out


def test_every_endpoint_that_is_named_is_answered() -> None:
    said = configuration("https://limen.example")
    named = {
        value.removeprefix("https://limen.example")
        for key, value in said.items()
        if key.endswith(("_endpoint", "_uri"))
    }
    assert named <= {route.path for route in (*oidc.PAGES, *sign_out.PAGES)}


def test_nothing_is_promised_that_is_refused() -> None:
    said = configuration("https://limen.example")
    assert said["issuer"] == "https://limen.example"
    assert not said["request_parameter_supported"]
    assert said["response_types_supported"] == ["code"]
