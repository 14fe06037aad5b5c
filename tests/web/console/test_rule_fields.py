from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from tests.laws.form_cases import forms

from limen.clock import HOUR, from_iso
from limen.policy.forms import EVERY_DAY, Form, FormError, Hours, Needs
from limen.web.console.rule_fields import MOST_WAYS, blank, form_in, local_instant, local_text, ways_of

BERLIN = ZoneInfo("Europe/Berlin")


def sent(form: Form) -> dict[str, list[str]]:
    """What a browser sends back of a page that shows this form, nobody having touched it."""
    fields: dict[str, list[str]] = {
        "title": [form.title],
        "reason": [form.reason],
        "phase": [form.phase or ""],
        "state": [form.state],
        "sensitivity": ["" if form.sensitivity is None else str(form.sensitivity)],
        "allow_unknown": [form.allow_unknown],
    }
    for name in ("groups", "except_groups", "apps", "actions"):
        fields[name] = sorted(getattr(form, name))
    for name, is_on in (
        ("workloads", form.is_for_workloads),
        ("apps_only", form.is_for_apps_only),
        ("spares_limen", form.spares_limen),
    ):
        fields |= {name: ["1"]} if is_on else {}
    for way in ways_of(form, BERLIN):
        fields |= _way(way)
    for number, one in enumerate(form.exemptions):
        fields |= {
            f"x{number}_person": [one.person],
            f"x{number}_reason": [one.reason],
            f"x{number}_until": [local_text(one.until, BERLIN)],
        }
    fields["x99_person"] = [""]
    return fields


def _way(way) -> dict[str, list[str]]:  # type: ignore[no-untyped-def]
    needs, at = way.needs, f"w{way.number}_"
    fields = {
        "strength": [str(needs.strength)],
        "binding": [str(needs.binding)],
        "proved_within": [way.proved_within],
        "signed_in_within": [way.signed_in_within],
        "countries": [way.countries],
        "not_countries": [way.not_countries],
        "risk_below": ["" if needs.risk_below is None else str(needs.risk_below)],
        "networks": sorted(needs.networks),
        "days": [str(day) for day in sorted(way.days)],
        "start": [way.start],
        "end": [way.end],
        "until": [way.until],
    }
    for name in ("active", "device_known", "device_managed", "device_healthy", "country_known"):
        fields |= {name: ["1"]} if getattr(needs, name) else {}
    for name in ("no_anonymiser", "risk_may_be_unknown", "granted"):
        fields |= {name: ["1"]} if getattr(needs, name) else {}
    return {at + name: values for name, values in fields.items()}


def _line(text: str) -> bool:
    return text == " ".join(text.split())


def _whole_seconds(form: Form) -> bool:
    instants = [one.until for one in (*form.needs, *form.exemptions) if one.until is not None]
    return all(at % 1000 == 0 and at < from_iso("9998-01-01T00:00:00Z") for at in instants)


@settings(max_examples=400, deadline=None)
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


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"w0_strength": ["0"], "w0_proved_within": ["soon"]}, "no length of time"),
        ({"w0_strength": ["many"]}, "a strength is a number"),
        ({"w0_strength": ["0"], "w0_countries": ["Germany"]}, "no country"),
        ({"w0_strength": ["0"], "w0_start": ["25:00"]}, "no time of day"),
        ({"w0_strength": ["0"], "w0_until": ["on Friday"]}, "no date"),
        ({"w0_strength": ["0"], "w0_not_countries": ["KP"]}, "not known would pass"),
        ({"actions": ["fly"]}, "no such action"),
        ({"sensitivity": ["٣"]}, "a label is a number"),
    ],
)
def test_what_can_not_be_taken_is_said_with_what_to_do(fields: dict[str, list[str]], what: str) -> None:
    with pytest.raises(FormError, match=what) as refused:
        form_in(fields, "a", "permit", BERLIN)
    assert refused.value.fix


def test_an_exception_without_an_end_is_none() -> None:
    with pytest.raises(FormError, match="needs an end"):
        form_in({"x0_person": ["p_1"]}, "a", "forbid", BERLIN)
    assert form_in({"x0_person": ["p_1"], "x0_remove": ["1"]}, "a", "forbid", BERLIN).exemptions == ()


def test_what_people_write_is_understood() -> None:
    form = form_in(
        {
            "w0_strength": ["3"],
            "w0_proved_within": ["4 h"],
            "w0_countries": ["de at, CH"],
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
        strength=3,
        proved_within=4 * HOUR,
        countries=frozenset({"AT", "CH", "DE"}),
        hours=Hours(frozenset({1, 2}), 22 * 60, 24 * 60),
        until=from_iso("2026-11-27T22:59:00Z"),
    )


def test_all_days_and_no_times_are_no_hours() -> None:
    days = [str(day) for day in EVERY_DAY]
    form = form_in({"w0_strength": ["1"], "w0_days": days}, "a", "permit", BERLIN)
    assert form.needs == (Needs(strength=1),)


def test_a_new_rule_starts_from_something_sensible() -> None:
    assert blank("permit", "crm").needs == (Needs(strength=3),)
    assert blank("forbid", "crm").apps == {"crm"}
