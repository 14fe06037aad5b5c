from __future__ import annotations

from tests.web.console.conftest import Console


async def test_retention_and_both_notices_are_shown_from_what_is_in_force(console: Console) -> None:
    page = (await console.ada.get("/console/privacy")).text
    days = console.house.limen.settings.storage.journal_days
    assert f"{days} days" in page
    assert "90 days, then erased" in page
    assert "What is recorded" in page
    assert "(1 person)" in page
    german = (await console.ada.get("/console/privacy?for=works-council&language=de")).text
    assert 'lang="de"' in german
    assert "Alle Arten von Ereignissen" in german
    odd = await console.ada.get("/console/privacy?for=%3Cscript%3E&language=xx")
    assert odd.status_code == 200
    assert "<script>" not in odd.text
