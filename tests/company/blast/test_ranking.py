from __future__ import annotations

from tests.company.blast.small import surroundings

from limen.company.blast.ranking import largest
from limen.company.blast.taken import TAKEN_OF, Kind


def test_the_largest_come_first_with_what_each_reaches() -> None:
    around, told = surroundings(), list[tuple[int, int]]()
    found = largest(around, lambda done, whole: told.append((done, whole)))
    assert (found[0].holder.id, found[0].apps, found[0].places) == ("p_ana", 4, 7)
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    assert len(found) == sum(one.kind is not Kind.DEVICE for one in around.holders)
    assert told[-1] == (len(found), len(found))
    for one in found:
        blast = around.blast(one.holder, TAKEN_OF[one.holder.kind][0])
        assert (one.weight, one.apps + one.places) == (blast.weight, blast.size)
