"""Whatever is given away is valid by OCSF 1.4, as far as its published requirements go."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, strategies as st
from tests.monitor.normal_form.frames import RECEIVED, frame
from tests.monitor.normal_form.published import CLASSES, wrong_with
from tests.monitor.normal_form.test_examples import FILES

from limen.clock import MINUTE
from limen.events.kinds import KINDS
from limen.monitor.normal_form import classes
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN
from limen.monitor.normal_form.ocsf import to_ocsf
from limen.monitor.normal_form.reading import read

WORDS = st.sampled_from(["", "jane", "C:\\x\\y.exe", "/a/b", "203.0.113.9"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_example_is_valid(path) -> None:  # type: ignore[no-untyped-def]
    kind = path.parent.name
    for event in read(frame(kind, path.read_bytes(), LIMEN if kind == LIMEN else "harbor")):
        written = to_ocsf(event)
        assert wrong_with(written) == []
        assert written["unmapped"] == event.fields
        assert msgspec.json.decode(msgspec.json.encode(written)) == written


@given(
    st.sampled_from(sorted(CLASSES)),
    *[WORDS] * 6,
    st.dictionaries(st.sampled_from(["ScriptBlockText", "PrivilegeList", "pid"]), st.just("x")),
)
def test_an_event_of_any_class_is_valid_however_little_it_says(
    class_uid: int, user: str, target: str, host: str, process: str, thing: str, address: str, fields: dict[str, str]
) -> None:
    event = NormalEvent(
        uid="u",
        at=RECEIVED,
        received_at=RECEIVED + MINUTE,
        source="harbor",
        class_uid=class_uid,
        activity_id=1 if class_uid else 0,
        user=user,
        target_user=target,
        host=host,
        process=process,
        object=thing,
        src_ip=address,
        fields=fields,
    )
    assert wrong_with(to_ocsf(event)) == []


def test_a_class_that_there_is_not_is_a_base_event() -> None:
    event = NormalEvent(uid="u", at=1, received_at=1, source="x", class_uid=7777, activity_id=3)
    assert (to_ocsf(event)["class_uid"], to_ocsf(event)["activity_id"]) == (0, 99)


def test_every_class_that_is_used_is_known() -> None:
    used = {
        value for name, value in vars(classes).items() if name.isupper() and isinstance(value, int) and value > 1000
    }
    assert used <= set(CLASSES)
    assert {kind.class_uid for kind in KINDS.values()} <= set(CLASSES)


def test_who_acts_and_on_whom() -> None:
    event = NormalEvent(
        uid="u", at=1, received_at=1, source="x", class_uid=3001, activity_id=1, user="a", target_user="b", mfa=1
    )
    written = to_ocsf(event)
    assert (written["actor"], written["user"], written["is_mfa"]) == ({"user": {"name": "a"}}, {"name": "b"}, False)
