from __future__ import annotations

from tests.monitor.normal_form.frames import only


def test_whom_and_which_app_it_is_about_is_said_by_the_targets_type() -> None:
    record = (
        '{"eventType":"application.user_membership.add","actor":{"alternateId":"a@x"},"published":"2026-11-27T09:15:30Z",'
        '"target":[{"type":"AppInstance","displayName":"CRM"},{"type":"User","alternateId":"tom@harbor.example"}]}'
    )
    found = only("okta", record)
    assert (found.user, found.target_user, found.app) == ("a@x", "tom@harbor.example", "CRM")
