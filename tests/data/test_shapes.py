"""How `data.yaml` is written: its words are those of the nouns behind them."""

from __future__ import annotations

from typing import get_args

from limen.data import shapes
from limen.data.documents import WhyNot
from limen.data.model import Confidence
from limen.data.rules.model import Channel, Step
from limen.facts import Label


def test_words_are_those_of_the_nouns() -> None:
    assert get_args(shapes.LabelWord) == tuple(one.word for one in Label)
    assert get_args(shapes.ChannelWord) == tuple(map(str, Channel))
    assert get_args(shapes.WhyNotWord) == tuple(map(str, WhyNot))
    assert get_args(shapes.SureWord) == tuple(one.name.lower() for one in Confidence)
    assert get_args(shapes.StepWord) == tuple(shapes.STEPS) == tuple(one.name.lower() for one in Step)
    assert get_args(shapes.RuleStepWord) == get_args(shapes.StepWord)[1:]


def test_each_key_says_what_it_means() -> None:
    for shape in (one for one in vars(shapes).values() if isinstance(one, type) and issubclass(one, shapes.Shape)):
        for name, field in shape.model_fields.items():
            assert field.description, f"{shape.__name__}.{name}"
