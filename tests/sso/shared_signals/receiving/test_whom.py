"""Whom a subject means, of those whom its transmitter may speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from limen.facts import FactStore, Issuer, Person
from limen.pillar import SignalledDevices, SignalledPeople
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.sso.shared_signals.receiving.whom import Finder, Whom
from limen.sso.shared_signals.subjects import read

OKTA = "https://okta.example"
MIA, TOM, EVE = "p_mia", "p_tom", "p_eve"
ADDRESSES = {"mia@harbor.example": MIA, "tom@harbor.example": TOM, "eve@elsewhere.example": EVE}
LINKED = {(OKTA, "mia"): MIA, ("https://google.example", "tom"): TOM}
DEVICES: Mapping[str, list[tuple[str, str]]] = {
    "d_1": [("d_1", MIA)],
    "wren": [("d_1", MIA), ("d_2", TOM)],
    "eves": [("d_9", EVE)],
    "theirs": [("d_1", MIA), ("d_9", EVE)],
}


def finder(**more: Any) -> Finder:
    facts = FactStore()
    facts.issuers = {"okta": Issuer("okta", "Okta", OKTA, "limen")}
    for address, person_id in ADDRESSES.items():
        facts.people.put(Person(person_id, email=address, active=True))
    people = SignalledPeople(
        linked=lambda _, issuer, subject: LINKED.get((issuer, subject), ""),
        with_address=lambda _, address: ADDRESSES.get(address.casefold(), ""),
        linked_to=lambda _, issuer: frozenset(who for (url, _), who in LINKED.items() if url == issuer),
        end_sign_ins=cast("Any", None),
        end_under_way=cast("Any", None),
        weaken=cast("Any", None),
        is_guarded=lambda _: False,
        suspend=cast("Any", None),
        can_suspend=cast("Any", None),
        is_out=cast("Any", None),
        read_again=cast("Any", None),
    )
    devices = SignalledDevices(
        meant=lambda name, _: DEVICES.get(name, []), tell=cast("Any", None), end=cast("Any", None)
    )
    transmitter = SignalTransmitter("okta", OKTA, upstreams=("okta", "gone"), domains=("harbor.example",), **more)
    return Finder(transmitter, facts, people, devices, 0)


def found(subject: dict[str, Any] | None, **more: Any) -> Whom:
    return finder(**more).find(cast("Any", None), None if subject is None else read(subject))


def email(address: str) -> dict[str, Any]:
    return {"format": "email", "email": address}


def account(subject: str, issuer: str = OKTA) -> dict[str, Any]:
    return {"format": "iss_sub", "iss": issuer, "sub": subject}


def opaque(name: str) -> dict[str, Any]:
    return {"format": "opaque", "id": name}


def together(**parts: Any) -> dict[str, Any]:
    return {"format": "complex", **parts}


def aliases(*several: dict[str, Any]) -> dict[str, Any]:
    return {"format": "aliases", "identifiers": list(several)}


@pytest.mark.parametrize(
    ("subject", "whom"),
    [
        (account("mia"), Whom(MIA)),
        (account("x"), Whom(word="nobody")),
        (account("tom", "https://google.example"), Whom(word="not-its-own")),
        (email("Mia@harbor.example"), Whom(MIA)),
        ({"format": "account", "uri": "acct:tom@harbor.example"}, Whom(TOM)),
        ({"format": "account", "uri": "tom@harbor.example"}, Whom(word="format")),
        (email("eve@elsewhere.example"), Whom(word="not-its-own")),
        (email("no address"), Whom(word="not-its-own")),
        (opaque(MIA), Whom(word="format")),
        ({"format": "phone_number", "phone_number": "+49301"}, Whom(word="format")),
        (None, Whom(word="no-subject")),
        (aliases(account("mia"), email("mia@harbor.example")), Whom(MIA)),
        (aliases(account("mia"), email("tom@harbor.example")), Whom(word="several")),
        (aliases(email("eve@elsewhere.example"), email("tom@harbor.example")), Whom(TOM)),
        (aliases(email("eve@elsewhere.example"), opaque("x")), Whom(word="not-its-own")),
        (together(user=email("mia@harbor.example")), Whom(MIA)),
        (together(user=email("mia@harbor.example"), tenant=opaque("t")), Whom(MIA)),
        (together(user=account("mia"), session=opaque("s1")), Whom(MIA, "s1")),
        (together(session=opaque("s1")), Whom(sid="s1")),
        (together(session=account("s1")), Whom(word="no-subject")),
        (together(user=account("mia"), application=opaque("a")), Whom(word="narrower")),
        (together(user=account("mia"), group=opaque("a")), Whom(word="narrower")),
        (together(tenant=opaque("t")), Whom(word="no-subject")),
    ],
)
def test_whom_it_means(subject: dict[str, Any] | None, whom: Whom) -> None:
    assert found(subject) == whom


@pytest.mark.parametrize(
    ("subject", "more", "devices", "word"),
    [
        (opaque("d_1"), {}, (("d_1", MIA),), ""),
        (opaque("wren"), {}, (("d_1", MIA), ("d_2", TOM)), ""),
        (account("d_1", "https://mdm.example"), {}, (("d_1", MIA),), ""),
        (opaque("eves"), {}, (), "not-its-own"),
        (opaque("eves"), {"of_all_devices": True}, (("d_9", EVE),), ""),
        (opaque("nobodys"), {}, (), "nobody"),
        (email("mia@harbor.example"), {}, (), "format"),
        (aliases(opaque("d_1"), opaque("eves")), {"of_all_devices": True}, (), "several"),
        (aliases(opaque("d_1"), opaque("nobodys")), {}, (("d_1", MIA),), ""),
    ],
)
def test_which_device_it_means(
    subject: dict[str, Any], more: dict[str, Any], devices: tuple[tuple[str, str], ...], word: str
) -> None:
    whom = found(together(device=subject), **more)
    assert (whom.devices, whom.word, whom.has_device) == (devices, word, True)


def test_a_device_is_meant_alone_only_where_the_name_fits_no_other_of_whomever() -> None:
    """Also none that the transmitter may not speak of: agents say themselves what a device is called."""
    found_alone = {name: found(together(device=opaque(name))).is_sure for name in ("d_1", "wren", "theirs", "nobodys")}
    assert found_alone == {"d_1": True, "wren": False, "theirs": False, "nobodys": False}


def test_a_person_is_remembered_beside_a_device_that_is_unknown() -> None:
    whom = found(together(device=opaque("nobodys"), user=account("mia")))
    assert (whom.person_id, whom.word, whom.has_device) == (MIA, "nobody", True)


def test_where_devices_are_no_part_of_limen_none_is_known() -> None:
    one = replace(finder(), devices=None)
    assert one.find(cast("Any", None), read(together(device=opaque("d_1")))).word == "nobody"
