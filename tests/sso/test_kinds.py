"""Events of single sign-on."""

from __future__ import annotations

from limen.events.kind import Owner
from limen.sso.kinds import KINDS


def test_what_concerns_people_is_theirs_and_what_strangers_cause_is_bounded() -> None:
    assert {kind.name for kind in KINDS if kind.topic.owner is Owner.PERSON} == {
        "sso.acted_for",
        "sso.client_refused",
        "sso.consented",
        "sso.device_code_wrong",
        "sso.device_let_in",
        "sso.device_refused",
        "sso.second_factor_stated",
        "sso.sign_in_ended",
        "sso.sign_out_told",
        "sso.signed_in",
        "sso.token_repeated",
        "sso.token_reused",
        "sso.upstream_failed",
        "sso.upstream_refused",
    }
    by_strangers = {kind.name for kind in KINDS if kind.by_strangers}
    assert by_strangers == {"sso.client_refused", "sso.upstream_failed", "sso.upstream_refused"}
