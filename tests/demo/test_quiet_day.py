"""A usual day at Harbor raises few alerts: what Limen journals of it meets Limen's rules and stays below the budget."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import from_iso
from limen.company.places import journal_folder
from limen.demo.day import DATE, Day
from limen.demo.harbor import copy_to, read_day
from limen.demo.running_company import DayClock, settled_company
from limen.monitor.detections.own_rules import QUIET, own_rules, shown_rules
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.monitor.normal_form.reading import read
from limen.monitor.process.journal_tail import JournalTail, Place
from limen.storage.journal.reader import writer_folders

MOST_A_DAY = 5


@pytest.mark.slow
async def test_a_day_at_harbor_is_quiet(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    clock = DayClock(from_iso(f"{DATE}T07:30:00Z"))
    async with settled_company(tmp_path, clock) as company:
        day = Day(company, clock)
        for step in read_day(tmp_path):
            clock.forward_to(from_iso(f"{DATE}T{step.at}:00+01:00"))
            await day.go_through(step)
        journal = journal_folder(tmp_path, company.limen.settings)
    tail = JournalTail(journal, {folder.name: Place() for folder in writer_folders(journal)})
    events = tail.read(most=100_000)
    assert len(events) > 50
    detector = SigmaDetector(own_rules())
    frame = Frame(source=LIMEN, kind=LIMEN, received_at=clock.now(), data=b"\n".join(events))
    hits = [hit for event in read(frame) for hit in detector.feed(event)]
    by_id = {rule.id: rule.about.file for rule in shown_rules(own_rules())}
    loud = [by_id[hit.rule] for hit in hits if hit.level not in QUIET]
    assert loud == ["limen/new-administrator.yml"]  # Ada invites the second one
    assert len(hits) <= MOST_A_DAY
