import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.errors import CallError
from tfcmp.evaluation.axes import Axis
from tfcmp.evaluation.requirements import parse_requirement


def test_requirements_are_read_with_their_comparison():
    requirement = parse_requirement(" accuracy >= 9e-1 ")
    assert requirement[1:] == ("accuracy", ">=", 0.9)
    assert requirement.holds(0.9)
    assert not parse_requirement("accuracy>0.9").holds(0.9)
    assert parse_requirement("ece<=0.1").holds(0.1)
    assert not parse_requirement("ece<0.1").holds(0.1)


@pytest.mark.parametrize(
    "text", ["", "accuracy", "accuracy=0.9", "accuracy>=good", "accuracy>=nan", ">=1", "a b<1"]
)
def test_what_is_no_requirement_is_refused(text):
    with pytest.raises(CallError, match="expected an axis, one of <=, >=, <, > and a number"):
        parse_requirement(text)


@given(st.text(max_size=20) | st.from_regex(r"[a-z]{1,3} ?[<>]=?.{0,4}"))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(CallError):
        assert parse_requirement(text, [Axis("a", higher_is_better=True)]).axis == "a"
