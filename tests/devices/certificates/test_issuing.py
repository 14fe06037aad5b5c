"""Client certificates of a day: who is given one, what it says, and when it counts no more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey
from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.devices.test_examples import EXAMPLES
from tests.web.conftest import House

from limen.clock import HOUR, MINUTE
from limen.devices.certificates.issuing import MOST_OF_A_DEVICE
from limen.devices.model import State
from limen.ties import Ties

DOMAIN = "device.harbor.localhost"


@pytest.fixture(autouse=True)
def issuing(harbor: House) -> None:
    """This Limen issues certificates."""
    core = devices_of(harbor).certificates._core
    listen = core.settings.listen.model_copy(update={"certificate_domain": DOMAIN})
    devices_of(harbor).certificates._core = replace(core, settings=core.settings.model_copy(update={"listen": listen}))


def public(key: ECKey) -> dict[str, Any]:
    return {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}


async def ask(agent: SoftwareAgent, key: ECKey | None = None, **more: Any) -> Any:
    named = public(key or ECKey.generate_key("P-256"))
    return await agent.post("/agent/certificate", agent.signed("certificate", {"key": named, **more}))


def certificate_of(answer: Any) -> x509.Certificate:
    return x509.load_pem_x509_certificate(answer.json()["certificate"].encode())


def ties_of(harbor: House) -> Ties:
    return harbor.limen.doors.tied.ties


def sent(certificate: x509.Certificate) -> bytes:
    """As nginx sends it."""
    return quote(certificate.public_bytes(Encoding.PEM).decode()).encode()


async def test_it_is_known_by_its_hash_until_it_ends(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    made = certificate_of(await ask(laptop))
    now = harbor.clock.now()
    found = ties_of(harbor).certified(sent(made), now)
    assert found is not None
    assert (found.device_id, found.owner_id) == (laptop.device, ida.id)
    assert ties_of(harbor).certified(sent(made), now + 24 * HOUR) is None


async def test_it_is_asked_for_and_answered_as_the_examples_show(laptop: SoftwareAgent) -> None:
    key = EXAMPLES["certificate"]["claims"]["key"]
    answer = await laptop.post("/agent/certificate", laptop.signed("certificate", {"key": key}))
    assert set(answer.json()) == set(EXAMPLES["certificate-answered"]["body"])


async def test_a_report_says_where_certificates_are_asked_for(laptop: SoftwareAgent) -> None:
    assert (await laptop.report()).json()["certificates"] == DOMAIN


@pytest.mark.parametrize("state", [State.QUARANTINED, State.LOST, State.RETIRED])
async def test_it_ends_at_once_with_its_device(harbor: House, laptop: SoftwareAgent, state: State) -> None:
    made = certificate_of(await ask(laptop))
    await devices_of(harbor).change(laptop.device, state, by="server")
    assert ties_of(harbor).certified(sent(made), harbor.clock.now()) is None
    assert (await ask(laptop)).status_code in {401, 403}
    if state is State.QUARANTINED:  # what was issued before may be in other hands: it does not come back
        await devices_of(harbor).change(laptop.device, State.ACTIVE, by="server")
        assert ties_of(harbor).certified(sent(made), harbor.clock.now()) is None


async def test_it_ends_with_its_owners_leave(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    made = certificate_of(await ask(laptop))
    await harbor.limen.identity.people.deactivate(ida.id, by="")
    assert ties_of(harbor).certified(sent(made), harbor.clock.now()) is None


async def test_a_device_has_few_and_the_oldest_goes_first(harbor: House, laptop: SoftwareAgent) -> None:
    made = []
    for _ in range(MOST_OF_A_DEVICE + 1):
        made.append(certificate_of(await ask(laptop)))
        harbor.clock.forward(MINUTE)
    counts = [ties_of(harbor).certified(sent(one), harbor.clock.now()) is not None for one in made]
    assert counts == [False, *[True] * MOST_OF_A_DEVICE]


@pytest.mark.parametrize(
    "key",
    [None, "key", {}, {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}, {"kty": "RSA", "n": "A", "e": "A"}],
)
async def test_what_is_no_key_is_refused_by_name(laptop: SoftwareAgent, key: Any) -> None:
    answer = await laptop.post("/agent/certificate", laptop.signed("certificate", {"key": key}))
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


async def test_nobody_else_is_given_one_in_its_name(laptop: SoftwareAgent) -> None:
    signed = laptop.signed("certificate", {"key": public(ECKey.generate_key("P-256"))}, ECKey.generate_key("P-256"))
    assert (await laptop.post("/agent/certificate", signed)).status_code == 401
    stale = laptop.signed("certificate", {"key": public(laptop.key), "nonce": "A" * 75})
    assert (await laptop.post("/agent/certificate", stale)).json()["error"] == "stale_nonce"


async def test_where_none_are_issued_the_agent_is_told(harbor: House, laptop: SoftwareAgent) -> None:
    core = devices_of(harbor).certificates._core
    devices_of(harbor).certificates._core = harbor.limen.core
    answer = await ask(laptop)
    devices_of(harbor).certificates._core = core
    assert (answer.status_code, answer.json()["error"]) == (403, "refused")
    assert "certificates" in (await laptop.report()).json()
