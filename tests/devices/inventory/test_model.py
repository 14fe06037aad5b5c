"""The inventory from its parts: who is counted, once, in which tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.devices.seen import NOW, reported

from limen.clock import DAY, HOUR
from limen.devices.inventory.model import COUNTS_FOR, Known, SeenBrowser, SeenDevice, Tier, inventory
from limen.devices.model import EnrolledDevice, Held, KeyStorage, Platform, Said, State
from limen.devices.sources.matching import Word
from limen.devices.sources.record import Form, Kept, Record
from limen.facts import Person
from limen.facts.device_rules import DeviceRules, DeviceSource, SourceKind

IDA = Person(id="p_ida", name="Ida", email="ida@harbor.example", active=True)
RULES = DeviceRules(sources={"mdm": DeviceSource(SourceKind.PUSH), "intune": DeviceSource(SourceKind.INTUNE)})
WREN = EnrolledDevice("d_1", IDA.id, "wren", Platform.LINUX, KeyStorage.FILE, is_managed=False, enrolled_at=NOW)


def kept(source: str, name: str, *, seen_at: int = NOW, **more: object) -> Kept:
    return Kept(source, Record(name, seen_at, name=name, **more), IDA.id, NOW)  # type: ignore[arg-type]


def browser(
    name: str, system: str = "linux", device_id: str = "", last_at: int = NOW, person: str = IDA.id
) -> SeenBrowser:
    return SeenBrowser(name, person, "Firefox", system, last_at, last_at, device_id)


def seen(
    held: tuple[Held, ...] = (),
    records: tuple[Kept, ...] = (),
    browsers: tuple[SeenBrowser, ...] = (),
    matches: Mapping[tuple[str, str], Mapping[str, Word]] | None = None,
    rules: DeviceRules = RULES,
) -> tuple[SeenDevice, ...]:
    return inventory(Known(held, records, matches or {}, browsers, {IDA.id: IDA}), rules, NOW + HOUR // 60).devices


def test_a_device_with_an_agent_is_private_until_somebody_vouches_for_it() -> None:
    (one,) = seen((Held(WREN, reported(), {}),))
    assert (one.tier, one.form, one.compliance, one.device_id) == (Tier.PRIVATE, Form.COMPUTER, "compliant", "d_1")
    (one,) = seen((Held(replace(WREN, is_managed=True), reported(), {}),))
    assert one.tier is Tier.MANAGED
    told = replace(reported(), said=(Said("mdm", NOW, is_managed=True, vouches=True),))
    assert seen((Held(WREN, told, {}),))[0].tier is Tier.PRIVATE
    trusting = replace(RULES, sources={"mdm": DeviceSource(SourceKind.PUSH, manages=True)})
    assert seen((Held(WREN, told, {}),), rules=trusting)[0].tier is Tier.MANAGED


def test_a_record_that_is_matched_is_no_second_device() -> None:
    records = (kept("mdm", "lark", seen_at=NOW + 5),)
    (one,) = seen((Held(WREN, reported(), {}),), records, matches={("mdm", "lark"): {"d_1": Word.MATCHED}})
    assert (one.sources, one.seen_at) == (("agent", "mdm"), NOW + 5)
    two = seen((Held(WREN, reported(), {}),), records, matches={("mdm", "lark"): {"d_1": Word.OF_ANOTHER}})
    assert [device.device_id for device in two] == ["", "d_1"]


def test_the_same_serial_number_in_two_sources_is_one_device() -> None:
    phone = kept("intune", "Ida's phone", serial="f2lx0001", form=Form.PHONE, is_managed=True, platform="ios")
    (one,) = seen(records=(phone, kept("mdm", "phone", serial="f2lx0001")))
    assert (one.tier, one.form, one.sources, one.owner) == (Tier.MANAGED, Form.PHONE, ("intune", "mdm"), IDA.id)
    assert len(seen(records=(kept("mdm", "a"), kept("mdm", "b")))) == 2
    assert seen(records=(kept("gone", "a"),)) == ()


def test_browsers_count_until_they_prove_where_they_sit() -> None:
    held = (Held(WREN, reported(), {}),)
    (one,) = seen(held, browsers=(browser("a", device_id="d_1"),))
    assert one.device_id == "d_1"
    phone, laptop, wren = seen(held, browsers=(browser("a"), browser("b"), browser("c", "iphone", last_at=NOW + 9)))
    assert (phone.tier, phone.form, phone.platform) == (Tier.UNMANAGED, Form.PHONE, "ios")
    assert (laptop.tier, laptop.browsers, laptop.owner, wren.tier) == (Tier.UNMANAGED, 2, IDA.id, Tier.PRIVATE)


def test_who_is_gone_or_was_long_unseen_is_not_counted() -> None:
    assert seen(browsers=(browser("a", person="p_gone"), browser("b", last_at=NOW - COUNTS_FOR))) == ()
    lost = Held(replace(WREN, state=State.LOST), reported(), {})
    (one,) = seen((lost,), browsers=(browser("a", device_id="d_1"),))
    assert (one.tier, one.browsers) == (Tier.UNMANAGED, 1)


def test_health_is_unknown_where_the_report_is_old() -> None:
    found = inventory(Known((Held(WREN, reported(), {}),), (), {}, (), {IDA.id: IDA}), RULES, NOW + DAY)
    assert [one.compliance for one in found.devices] == ["unknown"]
    assert (found.counts[Tier.PRIVATE], found.phones[Tier.MANAGED]) == (1, 0)
