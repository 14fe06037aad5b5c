from __future__ import annotations

from limen.monitor.detections.erased_people import MOST_GONE, Forgetting


def test_whoever_is_nobody_any_more_is_forgotten_for_good_and_written_down_no_more() -> None:
    forgetting, memory = Forgetting(), {"p_ida": 1, "p_eve": 2}
    forgetting.limit(memory, {"p_ida"})
    assert (memory, forgetting.is_gone("p_eve"), forgetting.is_gone("p_new")) == ({"p_ida": 1}, True, False)
    memory["p_eve"] = 3  # of what was on its way
    assert forgetting.kept(memory) == {"p_ida": 1}


def test_a_memory_that_comes_back_is_held_against_the_people_of_now() -> None:
    forgetting, memory = Forgetting(), {"p_eve": 2}
    forgetting.limit_again(memory)
    assert memory == {"p_eve": 2}  # nobody has said yet who there is
    forgetting.limit({}, {"p_ida"})
    forgetting.limit_again(memory)
    assert memory == {}


def test_so_many_who_are_gone_are_remembered_as_gone() -> None:
    forgetting = Forgetting()
    forgetting.limit({f"p_{number}": 0 for number in range(MOST_GONE + 1)}, ())
    assert (forgetting.is_gone("p_0"), forgetting.is_gone(f"p_{MOST_GONE}")) == (False, True)
