"""The journal's events in the normal form."""

from __future__ import annotations

import msgspec
from tests.monitor.normal_form.frames import RECEIVED, events, only

from limen.events import DecisionRecord, Event, Outcome, to_ocsf
from limen.monitor.normal_form.frame import LIMEN
from limen.monitor.normal_form.reading import is_unreadable

REFUSED = Event(
    id="000001a2-1-1",
    at=RECEIVED,
    kind="decision",
    outcome=Outcome.FAILURE,
    actor="p_jane",
    session="s_1",
    device="d_wren",
    address="203.0.113.9",
    decision=DecisionRecord(
        effect="deny",
        reasons=("limen-risk",),
        revision="r1",
        facts="f1",
        now=RECEIVED,
        app="wiki",
        action="view",
        method="GET",
        route="/a/*",
        host="wiki.harbor",
    ),
)


def test_a_decision() -> None:
    found = only("limen", msgspec.json.encode(to_ocsf(REFUSED)), LIMEN)
    assert (found.uid, found.source, found.product, found.kind, found.status_id) == (
        REFUSED.id,
        "limen",
        "limen",
        "decision",
        2,
    )
    assert (found.person_id, found.session, found.device_id, found.src_ip) == ("p_jane", "s_1", "d_wren", "203.0.113.9")
    assert (found.app, found.operation, found.object, found.reason) == ("wiki", "view", "/a/*", "limen-risk")
    assert (found.fields["effect"], found.fields["reasons"]) == ("deny", ["limen-risk"])


def test_a_subject_is_a_person_or_a_thing() -> None:
    about = Event(
        id="1", at=RECEIVED, kind="factor.removed", actor="p_boss", subject="p_jane", details={"factor": "code"}
    )
    found = only("limen", msgspec.json.encode(to_ocsf(about)), LIMEN)
    assert (found.person_id, found.target_person_id, found.fields["factor"]) == ("p_boss", "p_jane", "code")
    thing = msgspec.structs.replace(about, subject="w_backup")
    assert only("limen", msgspec.json.encode(to_ocsf(thing)), LIMEN).object == "w_backup"


def test_what_happens_to_somebody_by_nobody_known_is_theirs() -> None:
    failed = Event(id="1", at=RECEIVED, kind="sign_in.failed", outcome=Outcome.FAILURE, subject="p_jane")
    found = only("limen", msgspec.json.encode(to_ocsf(failed)), LIMEN)
    assert (found.person_id, found.target_person_id) == ("p_jane", "p_jane")
    by_server = msgspec.structs.replace(failed, actor="server")
    assert only("limen", msgspec.json.encode(to_ocsf(by_server)), LIMEN).person_id == ""


def test_lines_that_are_no_events_are_kept() -> None:
    line = msgspec.json.encode(to_ocsf(REFUSED))
    found = events("limen", b"\n".join([b"{}", line, b"{\xff", b'{"unmapped":7}', b"[[" * 9_000]), LIMEN)
    assert [is_unreadable(one) for one in found] == [True, False, True, True, True]
