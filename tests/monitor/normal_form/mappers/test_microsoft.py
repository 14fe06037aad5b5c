from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only

from limen.clock import from_iso

SIGN_IN = '{"id":"1","createdDateTime":"2026-11-27T09:15:30Z","appDisplayName":"x","status":{"errorCode":%d}}'


@pytest.mark.parametrize(("code", "status"), [(0, 1), (50126, 2), (50074, 2)])
def test_a_sign_ins_outcome(code: int, status: int) -> None:
    assert only("m365", SIGN_IN % code).status_id == status


def test_times_without_a_zone_are_utc_wherever_the_company_is() -> None:
    record = '{"CreationTime":"2026-11-27T09:15:30","Operation":"UserLoggedIn","Workload":"AzureActiveDirectory"}'
    assert only("m365", record, zone="Asia/Tokyo").at == from_iso("2026-11-27T09:15:30Z")


@pytest.mark.parametrize(
    ("workload", "service"),
    [("Exchange", "exchange"), ("SecurityComplianceCenter", "threat_management"), ("X", "audit")],
)
def test_sigmas_service(workload: str, service: str) -> None:
    record = f'{{"CreationTime":"2026-11-27T09:15:30","Operation":"Set-Mailbox","Workload":"{workload}"}}'
    assert only("m365", record).service == service


def test_both_values_of_a_property_stay() -> None:
    changed = '{"displayName":"IsEnabled","oldValue":"true","newValue":"false"}'
    record = (
        f'{{"activityDisplayName":"x","initiatedBy":{{}},"targetResources":[{{"modifiedProperties":[{changed}]}}]}}'
    )
    fields = only("m365", record).fields
    assert fields["targetResources.0.modifiedProperties.IsEnabled"] == "false"
    assert fields["targetResources.0.modifiedProperties.IsEnabled.oldValue"] == "true"
