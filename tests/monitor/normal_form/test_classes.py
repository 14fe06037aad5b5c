from __future__ import annotations

from limen.monitor.normal_form.classes import ACCOUNT_CREATED, SIGN_IN_FAILED, what


def test_columns_of_a_sort() -> None:
    assert what(3002, 1, status_id=1) == {"class_uid": 3002, "activity_id": 1, "status_id": 1}
    assert (SIGN_IN_FAILED["status_id"], ACCOUNT_CREATED["class_uid"]) == (2, 3001)
