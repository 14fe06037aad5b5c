from __future__ import annotations

from limen.sso.shared_signals.configuration import configuration, poll_endpoint


def test_each_endpoint_is_on_the_issuers_own_host() -> None:
    said = configuration("https://id.example")
    assert all(
        url.startswith("https://id.example/") for name, url in said.items() if name.endswith(("_endpoint", "_uri"))
    )
    assert (said["spec_version"], said["issuer"]) == ("1_0", "https://id.example")
    assert said["delivery_methods_supported"] == ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"]
    assert poll_endpoint("https://id.example", "sg_1") == "https://id.example/ssf/poll/sg_1"
