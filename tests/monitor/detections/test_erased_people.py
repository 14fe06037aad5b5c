from __future__ import annotations

from limen.monitor.detections.erased_people import MOST_GONE, ErasedPeople


def test_whoever_is_nobody_any_more_is_forgotten_for_good_and_written_down_no_more() -> None:
    erased, memory = ErasedPeople(), {"p_ida": 1, "p_eve": 2}
    erased.limit(memory, {"p_ida"})
    assert (memory, erased.is_gone("p_eve"), erased.is_gone("p_new")) == ({"p_ida": 1}, True, False)
    memory["p_eve"] = 3  # of what was on its way
    assert erased.kept(memory) == {"p_ida": 1}


def test_a_memory_that_comes_back_is_held_against_the_people_of_now() -> None:
    erased, memory = ErasedPeople(), {"p_eve": 2}
    erased.limit_again(memory)
    assert memory == {"p_eve": 2}  # nobody has said yet who there is
    erased.limit({}, {"p_ida"})
    erased.limit_again(memory)
    assert memory == {}


def test_so_many_who_are_gone_are_remembered_as_gone() -> None:
    erased = ErasedPeople()
    erased.limit({f"p_{number}": 0 for number in range(MOST_GONE + 1)}, ())
    assert (erased.is_gone("p_0"), erased.is_gone(f"p_{MOST_GONE}")) == (False, True)
