"""The whole way of a key in a TPM, with swtpm: the real agent enrols at the real Limen, and what is proved counts."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from agent.tests.swtpm import P384, Swtpm, python, tpms
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_pem_x509_certificate
from tests.devices.served import Served, served
from tests.devices.software_tpm import Authority, SoftwareTpm

from limen.clock import SystemClock
from limen.devices.binding import LEVELS
from limen.devices.model import EnrolledDevice, KeyStorage
from limen.devices.tpm.makers import Makers
from limen.devices.tpm.proof import Claim, judge
from limen.devices.tpm.structures import public
from limen.devices.wire import decoded, encoded

__all__ = ["python", "tpms"]

HERE = Path(__file__).parents[1]
AGENT = HERE.parents[1] / "agent" / "src"
RSA = "--create-ek-cert"
P256 = "--ecc"
MAKERS = "tpm-makers"
Tpms = Callable[[str], Swtpm]


@dataclass
class Machine:
    """A machine with a TPM, where the agent runs in an environment that has the library for TPMs."""

    python: str
    tpm: Swtpm
    folder: Path

    async def run(self, *words: str, say: str = "", tcti: str = "") -> tuple[int, str, str]:
        environ = {**os.environ, "PYTHONPATH": str(AGENT), "TSS2_LOG": "all+NONE"}
        environ["LIMEN_AGENT_TCTI"] = tcti or self.tpm.address
        process = await asyncio.create_subprocess_exec(self.python, *words, env=environ, stdin=-1, stdout=-1, stderr=-1)
        async with asyncio.timeout(60):
            out, err = await process.communicate(say.encode())
        return process.returncode or 0, out.decode(), err.decode()

    async def enrol(self, at: Served) -> tuple[EnrolledDevice, str]:
        """The device as Limen keeps it, and what the agent printed."""
        state = ("--state", str(self.folder / "state"))
        words = ("-m", "limen_agent", *state, "enrol", at.address, "--token-file", "-", "--key", "tpm")
        code, out, err = await self.run(*words, say=await at.token())
        assert code == 0, err
        (device,) = at.devices.of("p_ida")
        return device, out

    async def hostile(self, task: str, **said: str) -> dict[str, str]:
        """What `hostile_tpm.py` makes of this TPM."""
        code, out, err = await self.run(str(HERE / "hostile_tpm.py"), task, say=json.dumps(said))
        assert code == 0, err
        return dict(json.loads(out))


@pytest.fixture
def tpm(tpms: Tpms) -> Swtpm:
    return tpms(P384)


@pytest.fixture
def machine(python: str, tpm: Swtpm, tmp_path: Path) -> Machine:
    return Machine(python, tpm, tmp_path)


def trusting(*certificates: Path) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        (root / MAKERS).mkdir()
        for one in certificates:
            (root / MAKERS / one.name).write_bytes(one.read_bytes())

    return write


@pytest.fixture
async def limen(tpm: Swtpm, tmp_path: Path) -> AsyncIterator[Served]:
    """A Limen that trusts who made this TPM."""
    async with served(tmp_path / "harbor", trusting(tpm.issuer)) as here:
        yield here


@pytest.mark.parametrize("made", [P384, RSA], ids=["P-384", "RSA"])
async def test_a_key_in_a_tpm_is_proved_and_binds_more_firmly(python, tpms: Tpms, tmp_path: Path, made: str) -> None:
    tpm = tpms(made)
    machine = Machine(python, tpm, tmp_path)
    async with served(tmp_path / "harbor", trusting(tpm.issuer)) as limen:
        device, said = await machine.enrol(limen)
        assert device.key_storage is KeyStorage.TPM
        assert LEVELS[device.key_storage] > LEVELS[KeyStorage.FILE]
        assert (device.is_managed, "one in a file" in said) == (True, False)
        (enrolled,) = limen.house.events("device.enrolled")
        assert (enrolled.details["key_storage"], len(str(enrolled.details["tpm"]))) == ("tpm", 64)
        state = json.loads((tmp_path / "state" / "enrolment.json").read_text())
        assert (state["key_kind"], state["key_storage"]) == ("tpm", "tpm")


async def test_a_tpm_of_no_maker_that_is_trusted_counts_as_a_file_and_both_are_told(python, tpms, tmp_path) -> None:
    for number, (made, trusted) in enumerate([(P384, RSA), (P256, P384)]):  # another maker's, and no certificate
        folder = tmp_path / str(number)
        folder.mkdir()
        machine = Machine(python, tpms(made), folder)
        async with served(folder / "harbor", trusting(tpms(trusted).issuer)) as limen:
            device, said = await machine.enrol(limen)
            assert device.key_storage is KeyStorage.FILE
            why = limen.house.events("device.enrolled")[0].details["tpm"]
            assert why
            assert str(why) in said
            assert json.loads((folder / "state" / "enrolment.json").read_text())["key_storage"] == "file"


# What a TPM itself does not do, so that what Limen sealed is never opened


@dataclass
class Sealed:
    """What Limen made of what somebody said, as their TPM gets it."""

    claim: Claim
    said: dict[str, str]

    @property
    def told(self) -> dict[str, str]:
        return {"credential": encoded(self.claim.credential), "secret": encoded(self.claim.secret)}


def sealed_for(said: dict[str, str], jwk: dict[str, str], *makers: Swtpm) -> Sealed:
    trusted = Makers(tuple(load_pem_x509_certificate(one.issuer.read_bytes()) for one in makers))
    claim = judge(said, jwk, trusted, SystemClock().now())
    assert claim.maker  # nothing that is seen here tells it from an honest one
    return Sealed(claim, said)


def key_in(said: dict[str, str]) -> dict[str, str]:
    key = public(decoded(said["key_public"], 1_024)).key
    assert isinstance(key, ec.EllipticCurvePublicKey)
    x, y = (encoded(one.to_bytes(32, "big")) for one in (key.public_numbers().x, key.public_numbers().y))
    return {"x": x, "y": y}


async def attested(machine: Machine) -> dict[str, str]:
    return await machine.hostile("attest", folder=str(machine.folder / "key"))


async def activated(machine: Machine, sealed: Sealed) -> dict[str, str]:
    return await machine.hostile("activate", folder=str(machine.folder / "key"), **sealed.told)


async def opened(machine: Machine, sealed: Sealed, **more: str) -> dict[str, str]:
    return await machine.hostile("open", ak_public=sealed.said["ak_public"], **sealed.told, **more)


def is_refused(outcome: dict[str, str]) -> bool:
    """Whether the TPM said no, and not for want of room."""
    return set(outcome) == {"refused"} and "memory" not in outcome["refused"]


ENDORSED = ("ek_certificate", "ek_public")


async def test_an_honest_tpm_opens_what_is_sealed_for_it(machine: Machine) -> None:
    said = await attested(machine)
    sealed = sealed_for(said, key_in(said), machine.tpm)
    sealed.claim.judge_activated(decoded((await activated(machine, sealed))["opened"], 32))


async def test_a_certifying_key_of_another_tpm_is_not_opened_for(machine: Machine, tpms: Tpms, tmp_path: Path) -> None:
    """The keys are in a TPM that nobody certified, and the endorsement is that of one that somebody holds."""
    (tmp_path / "other").mkdir()
    other = Machine(machine.python, tpms(P256), tmp_path / "other")
    theirs, ours = await attested(other), await attested(machine)
    sealed = sealed_for({**theirs, **{name: ours[name] for name in ENDORSED}}, key_in(theirs), machine.tpm)
    assert is_refused(await activated(other, sealed))
    assert is_refused(await activated(machine, sealed))
    assert is_refused(await opened(machine, sealed))


async def test_a_certifying_key_of_software_is_not_opened_for(machine: Machine) -> None:
    software, ours = SoftwareTpm(Authority()), await attested(machine)
    said = {**software.said(), **{name: ours[name] for name in ENDORSED}}
    sealed = sealed_for(said, software.jwk, machine.tpm)
    assert is_refused(await opened(machine, sealed))
    private = f"{software.ak.private_numbers().private_value:x}"
    assert is_refused(await opened(machine, sealed, private=private))
    assert is_refused(await activated(machine, sealed))


async def test_a_certifying_key_of_another_name_is_not_opened_for(machine: Machine) -> None:
    """One bit of its attributes is another, which Limen does not look at: a name is made of all of them."""
    said = await attested(machine)
    changed = bytearray(decoded(said["ak_public"], 1_024))
    changed[6] ^= 4  # noDA
    sealed = sealed_for({**said, "ak_public": encoded(bytes(changed))}, key_in(said), machine.tpm)
    assert is_refused(await activated(machine, sealed))
