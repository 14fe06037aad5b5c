from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from tests.dial import size
from tests.laws.form_cases import forms
from tests.policy.declaring import ENCRYPTED, LEVEL, PATCHED, SAMPLE, declared

from limen.clock import HOUR, MINUTE, from_iso
from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.forms import EVERY_DAY, Form, FormError, Hours, Needs
from limen.web.console.rule_fields import MOST_WAYS, FieldError, blank, form_in, local_instant, local_text
from limen.web.console.rule_typed import typed

BERLIN = ZoneInfo("Europe/Berlin")


def sent(form: Form) -> dict[str, list[str]]:
    """What a browser sends back of a page that shows this form, nobody having touched it."""
    return {**{name: list(values) for name, values in typed(form, BERLIN).fields.items()}, "x99_person": [""]}


def _line(text: str) -> bool:
    return text == " ".join(text.split())


def _whole_seconds(form: Form) -> bool:
    instants = [one.until for one in (*form.needs, *form.exemptions) if one.until is not None]
    return all(at % 1000 == 0 and at < from_iso("9998-01-01T00:00:00Z") for at in instants)


@settings(max_examples=size(400))
@given(forms())
def test_a_page_that_nobody_touched_sends_the_form_it_showed(form: Form) -> None:
    words = (form.title, form.reason, form.allow_unknown, *(one.reason for one in form.exemptions))
    if not all(map(_line, words)) or not _whole_seconds(form) or len(form.needs) > MOST_WAYS:
        return
    if any(not _survives_summer_time(one.until) for one in (*form.needs, *form.exemptions)):
        return
    assert form_in(sent(form), form.id, form.effect, BERLIN) == form


def _survives_summer_time(at: int | None) -> bool:
    """The hour that comes twice in October can't be told in local time."""
    return at is None or local_instant(local_text(at, BERLIN), BERLIN) == at


SAID = {"groups": ["finance"], "w0_auth_strength": ["3"]}


@pytest.mark.parametrize(
    ("fields", "field", "what"),
    [
        ({"w0_auth_at": ["soon"]}, "w0_auth_at", "not a valid duration"),
        ({"w0_auth_at": ["4 hours ago"]}, "w0_auth_at", "not a valid duration"),
        ({"w0_session_started": ["400 days"]}, "w0_session_started", "a second and a year"),
        ({"w0_auth_strength": ["many"]}, "w0_auth_strength", "not a number"),
        ({"w0_place_country": ["Germany"]}, "w0_place_country", "not a country code"),
        ({"w0_not_countries": ["RUS"]}, "w0_not_countries", "not a country code"),
        ({"w1_auth_strength": ["0"], "w1_not_countries": ["Р У"]}, "w1_not_countries", "not a country code"),
        ({"w0_start": ["25:00"]}, "w0_start", "not a valid time"),
        ({"w0_until": ["on Friday"]}, "w0_until", "not a valid date"),
        ({"w0_risk_score": ["101"]}, "w0_risk_score", "0 to 100"),
        ({"w0_risk_may_be_unknown": ["1"]}, "w0_risk_score", "no risk limit is set"),
        ({"w0_not_countries": ["KP"]}, "allow_unknown", "unknown would be accepted"),
        ({"except_groups": ["finance"]}, "except_groups", "both included and excluded"),
        ({"title": ["x" * 501]}, "title", "at most 500"),
        ({"actions": ["fly"]}, "", "no such action"),
        ({"sensitivity": ["٣"]}, "sensitivity", "not a number"),
    ],
)
def test_what_can_not_be_taken_is_said_at_its_field_with_what_to_do(
    fields: dict[str, list[str]], field: str, what: str
) -> None:
    with pytest.raises(FieldError, match=what) as refused:
        form_in({**SAID, **fields}, "a", "permit", BERLIN)
    assert refused.value.fix
    assert refused.value.field == field


@pytest.mark.parametrize("effect", ["permit", "forbid"])
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"w0_auth_strength": ["3"]}, "groups"),
        ({"w0_auth_strength": ["3"], "who": ["anybody"]}, "groups"),
        ({**SAID, "who": ["everybody"]}, "groups"),
        ({"groups": ["finance"], "w0_auth_strength": ["0"]}, "w0_auth_strength"),
        ({"groups": ["finance"]}, "w0_auth_strength"),
        ({**SAID, "asks_nothing": ["1"]}, "asks_nothing"),
    ],
)
def test_everybody_and_nothing_are_never_meant_by_leaving_fields_empty(
    effect: str, fields: dict[str, list[str]], field: str
) -> None:
    with pytest.raises(FieldError) as refused:
        form_in(fields, "a", effect, BERLIN)
    assert refused.value.field == field


def test_everybody_and_nothing_can_be_said() -> None:
    form = form_in({"who": ["everybody"], "w0_auth_strength": ["0"], "asks_nothing": ["1"]}, "a", "forbid", BERLIN)
    assert (form.groups, form.needs) == (frozenset(), ())


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("4h", 240),
        ("4 hours", 240),
        ("90 minutes", 90),
        ("4 Std", 240),
        ("4 Std.", 240),
        ("1h30m", 90),
        ("1 hour and 30 minutes", 90),
        ("1 Stunde 30 Minuten", 90),
        (" 2 Tage ", 2880),
        ("1 week", 10080),
    ],
)
def test_a_length_of_time_is_read_as_people_write_it(text: str, minutes: int) -> None:
    (needs,) = form_in({**SAID, "w0_auth_at": [text]}, "a", "permit", BERLIN).needs
    assert needs.asks["auth.at"] == minutes * MINUTE


def test_an_exception_without_an_end_is_none() -> None:
    with pytest.raises(FieldError, match="needs an end") as refused:
        form_in({**SAID, "x0_person": ["p_1"]}, "a", "forbid", BERLIN)
    assert refused.value.field == "x0_until"
    assert form_in({**SAID, "x0_person": ["p_1"], "x0_remove": ["1"]}, "a", "forbid", BERLIN).exemptions == ()


def test_what_people_write_is_understood() -> None:
    form = form_in(
        {
            "who": ["everybody"],
            "w0_auth_strength": ["3"],
            "w0_auth_at": ["4 h"],
            "w0_place_country": ["de at, CH"],
            "w0_days": ["1", "2"],
            "w0_start": ["22:00"],
            "w0_end": ["00:00"],
            "w0_until": ["2026-11-27"],
        },
        "a",
        "permit",
        BERLIN,
    )
    (needs,) = form.needs
    assert needs == Needs(
        {"auth.strength": 3, "auth.at": 4 * HOUR, "place.country": frozenset({"AT", "CH", "DE"})},
        hours=Hours(frozenset({1, 2}), 22 * 60, 24 * 60),
        until=from_iso("2026-11-27T22:59:00Z"),
    )


def test_all_days_and_no_times_are_no_hours() -> None:
    days = [str(day) for day in EVERY_DAY]
    form = form_in({"who": ["everybody"], "w0_auth_strength": ["1"], "w0_days": days}, "a", "permit", BERLIN)
    assert form.needs == (Needs({"auth.strength": 1}),)


def test_a_new_rule_starts_from_something_sensible() -> None:
    assert blank("permit", "crm").needs == (Needs({"auth.strength": 3}),)
    assert blank("forbid", "crm").apps == {"crm"}
    everywhere = blank("forbid", "")
    assert (everywhere.apps, everywhere.spares_limen) == (frozenset(), True)


def test_what_a_part_declares_can_be_ticked() -> None:
    with declared(ENCRYPTED):
        fields = {"who": ["everybody"], "w0_auth_strength": ["0"], "w0_device_encrypted": ["1"], "title": ["A disk"]}
        form = form_in(fields, "disk", "forbid", BERLIN)
        assert form.needs == (Needs({"device.encrypted": True}),)
        assert typed(form, BERLIN).has("w0_device_encrypted")
    with pytest.raises(FormError):
        Needs({"device.encrypted": True})


def test_what_a_part_declares_has_a_field_of_its_kind() -> None:
    level, patched = replace(LEVEL, form="Level"), replace(PATCHED, form="Patched")
    maker = Attribute("sample.maker", Kind.TEXT, Better.KNOWN, "", form="made by")
    with declared(SAMPLE, level, patched, maker):
        fields = {
            "who": ["everybody"],
            "w0_auth_strength": ["0"],
            "w0_sample_level": ["3"],
            "w0_device_patched": ["2 days"],
            "w0_sample_maker": ["Acme, Bolt & Co"],
        }
        form = form_in(fields, "a", "forbid", BERLIN)
        assert form.needs[0].asks == {
            "sample.level": 3,
            "device.patched": 48 * HOUR,
            "sample.maker": frozenset({"Acme", "Bolt & Co"}),
        }
        assert form_in(sent(form), "a", "forbid", BERLIN) == form
        for wrong in ("6", "many"):
            with pytest.raises(FieldError) as refused:
                form_in({**fields, "w0_sample_level": [wrong]}, "a", "forbid", BERLIN)
            assert refused.value.field == "w0_sample_level"
