from __future__ import annotations

from tests.web.console.conftest import Console

from limen.clock import MINUTE


async def test_a_young_proof_passes_an_old_one_proves_again_and_then_passes(console: Console) -> None:
    assert (await console.ada.get("/console/people/invite")).status_code == 200
    console.house.clock.forward(11 * MINUTE)
    assert (await console.ada.get("/console/people/invite")).status_code == 303
    done = await console.ada.step_up("limen", "/console/people/invite")
    assert done.json() == {"location": "/console/people/invite"}
    assert (await console.ada.get("/console/people/invite")).status_code == 200
