from __future__ import annotations

from limen.identity.sources.scim.resources import CONFIG, PROVIDER, Manager


def test_what_is_announced_is_what_is_served() -> None:
    assert [one.endpoint for one in PROVIDER.resource_types] == ["/Users", "/Groups"]
    assert {str(one.id).rpartition(":")[0].rpartition(":")[2] for one in PROVIDER.schemas} == {"2.0"}
    assert CONFIG.bulk is not None
    assert (CONFIG.bulk.max_operations, CONFIG.bulk.max_payload_size) == (100, 1024 * 1024)


def test_a_manager_may_be_a_bare_id() -> None:
    assert Manager.model_validate("s_1") == Manager.model_validate({"value": "s_1"})
