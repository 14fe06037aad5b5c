from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only
from tests.monitor.normal_form.test_examples import FILES, of

PRODUCTS = ("windows", "suricata", "journald", "aws", "okta", "github", "m365", "google_workspace")


@pytest.mark.parametrize("product", PRODUCTS)
def test_one_collector_can_send_those_of_many(product: str) -> None:
    for path in (path for path in FILES if path.parent.name == product):
        own = of(path)
        assert own
        for event in own:
            if product != "google_workspace" and event.kind != "stats":
                found = only("json", event.raw)
                assert (found.product, found.kind, found.class_uid) == (event.product, event.kind, event.class_uid)


def test_limens_own_is_not_recognised() -> None:
    record = '{"metadata":{"product":{"name":"Limen"}},"unmapped":{"kind":"sign_in.failed","subject":"p_1"}}'
    found = only("json", record)
    assert (found.product, found.kind, found.target_person_id) == ("", "", "")
