from __future__ import annotations

from tests.monitor.normal_form.frames import only


def test_it_is_known_by_its_documents_id() -> None:
    record = '{"action":"repo.destroy","actor":"tom","_document_id":"%s"}'
    assert only("github", record % "a").uid == only("github", (record % "a").replace("tom", "x")).uid
    assert only("github", record % "a").uid != only("github", record % "b").uid
    assert only("github", record % "a").activity_id == 4
