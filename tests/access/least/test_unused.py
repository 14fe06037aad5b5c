from __future__ import annotations

from tests.policy.scene import app, engine_of

from limen.access.least.unused import ActionUse, Permitted, unused
from limen.facts import LIMEN, Label, Person
from limen.storage.journal.usage import Use

PAYROLL, WIKI, ITSELF = app(Label.RESTRICTED, "payroll"), app(), app(Label.RESTRICTED, LIMEN)
APPS = (PAYROLL, WIKI, ITSELF)
PEOPLE = {
    one.id: one
    for one in (
        Person("ana", "Ana", "", frozenset({"finance"}), active=True),
        Person("ben", "Ben", "", frozenset({"finance"}), active=True),
        Person("cem", "Cem", "", frozenset({"finance"})),
        Person("eva", "Eva", "", frozenset({"staff"}), active=True),
    )
}
FINANCE = """@id("finance") permit (principal in Group::"finance",
  action in [Action::"view", Action::"edit", Action::"download"], resource == App::"payroll");"""


def use(actor: str, action: str = "view", app_id: str = "payroll", **other: object) -> Use:
    said = {"effect": "permit", "reasons": ("finance",), "revision": "r1", "count": 2, "newest": 7, **other}
    return Use(actor, app_id, action, **said)  # type: ignore[arg-type]


def of(text: str, *uses: Use) -> tuple[Permitted, ...]:
    return unused(engine_of(text), uses, PEOPLE, APPS)


def test_actions_that_nobody_used_and_people_who_used_none() -> None:
    (found,) = of(FINANCE, use("ana"), use("ana", "edit", newest=9), use("ana", "edit", count=1))
    assert (found.policy, found.groups, found.apps) == ("finance", ("finance",), ("payroll",))
    assert (found.never, found.kept) == (("download",), ("view", "edit"))
    assert (found.reached, found.idle) == (("ana", "ben"), ("ben",))
    assert found.uses == (
        ActionUse("view", 1, 2, 7),
        ActionUse("download", 0, 0, 0),
        ActionUse("edit", 1, 3, 9),
    )


def test_a_permit_that_nobody_used_keeps_nothing() -> None:
    (found,) = of(FINANCE)
    assert (found.never, found.kept) == (("view", "download", "edit"), ())


def test_what_another_permit_opened_is_no_use_of_this_one() -> None:
    (found,) = of(FINANCE, use("eva", reasons=("other",)))
    assert "view" in found.never


def test_what_older_rules_decided_counts_whoever_asked() -> None:
    (found,) = of(FINANCE, use("eva", "download", reasons=("other",), revision="r0"))
    assert found.kept == ("download",)
    (elsewhere,) = of(FINANCE, use("eva", "download", "wiki", reasons=("other",), revision="r0"))
    assert elsewhere.kept == ()


def test_what_was_refused_counts_too_for_it_may_be_permitted_after_a_proof() -> None:
    (found,) = of(FINANCE, use("ana", "download", effect="challenge", reasons=("strong",)))
    assert found.kept == ("download",)
    assert found.idle == ("ana", "ben")


def test_apps_that_are_gone_count_for_nothing() -> None:
    everything = '@id("finance") permit (principal, action == Action::"view", resource) when { principal.active };'
    (found,) = of(everything.replace("resource)", "resource is App)").replace("principal,", "principal,"), use("ana"))
    assert found.kept == ("view",)
    (gone,) = of(FINANCE, use("ana", "edit", "nowhere"))
    assert gone.kept == ()


def test_what_opens_limen_itself_is_never_called_unused() -> None:
    wide = '@id("wide") permit (principal in Group::"finance", action, resource);'
    (found,) = of(wide)
    assert found.never == ()
    assert {"sign_in", "administer", "view"} <= set(found.kept)
    bounded = wide.replace(";", " when { resource.sensitivity <= 1 };")
    (narrow,) = of(bounded)
    assert (narrow.kept, narrow.apps) == ((), ("wiki",))


def test_what_limen_needs_and_what_forbids_is_not_listed() -> None:
    others = """@id("sign-in") permit (principal, action == Action::"sign_in", resource == App::"limen");
      @id("granted") permit (principal, action, resource is App) when { context.grant.active };
      @id("no") forbid (principal, action, resource);
      @id("watched") @state("report-only") permit (principal, action, resource == App::"wiki");"""
    assert [one.policy for one in of(FINANCE + others)] == ["finance"]
