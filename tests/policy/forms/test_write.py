from __future__ import annotations

import pytest

from limen.clock import HOUR, MINUTE, from_iso
from limen.policy import Phase, State
from limen.policy.forms import Exemption, Form, Hours, Needs, read, write
from limen.policy.forms.write import policy_of

NOON = from_iso("2026-12-01T12:00:00Z")


def conditions(form: Form) -> str:
    return write(form).split("\n", 2)[2]


def forbid(*needs: Needs) -> Form:
    return Form("a", "forbid", needs=needs)


def test_a_form_is_written_as_the_baseline_is() -> None:
    form = Form(
        "finance-payroll",
        "permit",
        title='The "payroll"',
        reason="Finance handles salaries.",
        reason_de="Die Finanzabteilung kümmert sich um die Gehälter.",
        phase=Phase.IDENTITY,
        state=State.REPORT_ONLY,
        groups=frozenset({"finance"}),
        apps=frozenset({"payroll"}),
        actions=frozenset({"edit", "view"}),
        needs=(Needs({"auth.strength": 3}, hours=Hours(frozenset(range(1, 6)), 360, 1200)),),
    )
    assert write(form) == (
        '@id("finance-payroll")\n'
        '@title("The \\"payroll\\"")\n'
        '@reason("Finance handles salaries.")\n'
        '@reason_de("Die Finanzabteilung kümmert sich um die Gehälter.")\n'
        '@phase("identity")\n'
        '@state("report-only")\n'
        'permit (principal in Group::"finance", action in [Action::"view", Action::"edit"], '
        'resource == App::"payroll")\n'
        "when {\n"
        "  context.auth.strength >= 3 &&\n"
        "  context.time.weekday <= 5 &&\n"
        "  context.time.minute >= 360 &&\n"
        "  context.time.minute < 1200\n"
        "};"
    )


def test_several_groups_and_apps_are_a_condition() -> None:
    form = Form("a", "permit", groups=frozenset({"b", "a"}), apps=frozenset({"d", "c"}), sensitivity=1)
    assert write(form).split("\n")[1:] == [
        "permit (principal, action, resource)",
        (
            'when { principal in [Group::"a", Group::"b"] && resource in [App::"c", App::"d"]'
            " && resource.sensitivity <= 1 };"
        ),
    ]


def test_every_way_past_a_forbid_is_a_condition_of_its_own() -> None:
    form = Form(
        "a",
        "forbid",
        spares_limen=True,
        except_groups=frozenset({"break-glass"}),
        sensitivity=2,
        exemptions=(Exemption("p_1", NOON, "Her laptop is being mended"),),
        needs=(Needs({"device.known": True}), Needs({"place.network": frozenset({"office"})})),
    )
    assert write(form).split("\n")[1:] == [
        '@exceptions("p_1: Her laptop is being mended")',
        "forbid (principal, action, resource)",
        "when { resource.sensitivity >= 2 }",
        'unless { principal in Group::"break-glass" }',
        'unless { resource == App::"limen" }',
        'unless { principal == Person::"p_1" && context.now < datetime("2026-12-01T12:00:00Z") }',
        "unless { context.device.known }",
        'unless { context.place.network == "office" };',
    ]


@pytest.mark.parametrize(
    ("needs", "text"),
    [
        (Needs({"auth.at": 90 * MINUTE}), 'context.now.durationSince(context.auth.at) <= duration("1h30m")'),
        (Needs({"session.started": 8 * HOUR}), 'context.now.durationSince(context.session.started) <= duration("8h")'),
        (Needs({"place.country": frozenset({"DE", "AT"})}), '["AT", "DE"].contains(context.place.country)'),
        (Needs(country_known=True), 'context.place.country != ""'),
        (Needs(country_known=True, not_countries=frozenset({"KP"})), '!["", "KP"].contains(context.place.country)'),
        (Needs({"place.anonymiser": True}), "!context.place.anonymiser"),
        (Needs(hours=Hours(frozenset({6, 7}))), "[6, 7].contains(context.time.weekday)"),
        (Needs(hours=Hours(start=1320, end=360)), "context.time.minute >= 1320 || context.time.minute < 360"),
        (Needs(hours=Hours(end=720)), "context.time.minute < 720"),
        (Needs(until=NOON), 'context.now < datetime("2026-12-01T12:00:00Z")'),
        (Needs({"grant.active": True}), "context.grant.active"),
        (Needs({"auth.interactive": True}), "context.auth.interactive"),
        (Needs({"device.binding": 2, "device.managed": True}), "context.device.managed && context.device.binding >= 2"),
    ],
)
def test_each_need_is_what_must_be_true(needs: Needs, text: str) -> None:
    assert conditions(forbid(needs)) == f"unless {{ {text} }};"


def test_a_night_among_other_needs_is_in_brackets() -> None:
    needs = Needs(
        {"auth.strength": 3, "place.network": frozenset({"a", "b"})}, hours=Hours(frozenset(range(1, 6)), 1320, 360)
    )
    assert "  (context.time.minute >= 1320 || context.time.minute < 360)\n};" in write(forbid(needs))


def test_a_permit_may_leave_limen_itself_out() -> None:
    form = Form("granted", "permit", is_for_apps_only=True, spares_limen=True, needs=(Needs({"auth.strength": 3}),))
    assert write(form).endswith('unless { resource == App::"limen" };')
    assert read(policy_of(form)) == form
