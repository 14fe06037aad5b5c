"""An erased person leaves what watches as well: what is usual for them, where they were, and whose their names are."""

from __future__ import annotations

from functools import partial

import msgspec
from tests.monitor.houses import ada, harbor, send, sources_of, stored
from tests.waiting import until
from tests.web.conftest import Browser, House

from limen.monitor.knowing import Knowing
from limen.monitor.process.state import State
from limen.privacy.erase import erase_person

__all__ = ["ada", "harbor"]
SIGN_IN = (
    b'{"id": "%d", "class_uid": 3002, "activity_id": 1, "status": "success", "kind": "login", '
    b'"user": "ida@harbor.example", "src_ip": "203.0.113.%d", "app": "mail"}'
)
KEEPS = ("usual", "travel")


def remembered(house: House) -> dict[str, bytes]:
    """What detectors remember, as it lies on the disk."""
    path = house.limen.core.root / "data" / "monitor" / "detections.state"
    return msgspec.msgpack.decode(path.read_bytes(), type=State).snapshots if path.exists() else {}


async def test_nothing_of_theirs_is_remembered_and_what_they_did_since_is_nobodys(harbor: House, ada: Browser) -> None:
    ida = await harbor.member(harbor.browser(), "Ida", "staff")
    knowing = harbor.limen.core.offers.take(Knowing)
    await knowing.look_again()
    token = await sources_of(harbor).add_token("app", "wren", by="server")
    for number in range(50, 100):  # until the process knows whose name that is
        await send(harbor, token, SIGN_IN % (number, number))
        if any(one.get("person_id") == ida for one in stored(harbor)):
            break
    for number in range(3):
        await send(harbor, token, SIGN_IN % (number, number + 1))
    await until(lambda: all(ida.encode() in remembered(harbor).get(one, b"") for one in KEEPS), 60)
    erase = partial(erase_person, person_id=ida, now=harbor.clock.now(), by="server", why="left", may_deactivate=True)
    await harbor.limen.core.write(erase)
    await until(lambda: ida not in harbor.limen.known.people)
    await knowing.look_again()
    await until(lambda: not any(ida.encode() in remembered(harbor).get(one, b"") for one in KEEPS), 60)
    await send(harbor, token, SIGN_IN % (9, 9))
    by_address = {one["src_ip"]: one.get("person_id", "") for one in stored(harbor) if one.get("src_ip")}
    assert by_address["203.0.113.1"] == ida  # an id that leads nowhere now; the line is kept until it expires
    assert by_address["203.0.113.9"] == ""
