from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.config.values import from_file, from_text, type_name

COLOUR = Literal["red", "blue"]


@given(st.integers())
def test_whole_numbers_are_read_as_they_are_written(number):
    assert from_text(str(number), int) == number


@given(st.floats(allow_nan=False))
def test_numbers_are_read_as_they_are_written(number):
    assert from_text(str(number), float) == number


@given(st.lists(st.integers(1, 10**6), min_size=1))
def test_lists_are_separated_by_commas(numbers):
    assert from_text(", ".join(map(str, numbers)), list[int]) == numbers


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("+3", int, 3),
        (".5", float, 0.5),
        ("1e-3", float, 0.001),
        ("True", bool, True),
        ("null", int | None, None),
        ("null", str, "null"),
        ("null", str | None, None),
        ("red", COLOUR | None, "red"),
        ("{a: 1}", str | dict[str, float], {"a": 1}),
        ("a.json", str | dict[str, float], "a.json"),
        ("a, b,", list[str], ["a", "b"]),
        ("red,blue", list[COLOUR] | None, ["red", "blue"]),
    ],
)
def test_a_text_is_read_by_its_type(text, kind, value):
    assert from_text(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((text, int) for text in ("", "1.0", "1_000", "010", "1:30", "1e3", "null")),
        *((text, float) for text in ("abc", "1_0.5", "00.5")),
        *((text, bool) for text in ("yes", "1", "")),
        ("green", COLOUR),
        ("red,green", list[COLOUR]),
        *((text, list[int]) for text in ("8,x", "0", "-1", "1.5", "")),
        ("{a: [}", dict[str, float]),
    ],
)
def test_a_text_of_another_type_is_told_with_what_was_expected(text, kind):
    with pytest.raises(ValueError, match="expected ") as refused:
        from_text(text, kind)
    assert str(refused.value) == f"expected {type_name(kind)}, got {text}"


@pytest.mark.parametrize(
    ("value", "kind", "taken"),
    [
        (3, float, 3.0),
        (None, int | None, None),
        ({"a": 1}, str | dict[str, float], {"a": 1}),
        ([8, 16], list[int], [8, 16]),
        ("8,16", list[int] | None, [8, 16]),
    ],
)
def test_a_value_of_a_file_is_taken_by_its_type(value, kind, taken):
    found = from_file(value, kind)
    assert (found, type(found)) == (taken, type(taken))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *((value, int) for value in (True, 3.0, "3", None, [3])),
        *((value, float) for value in (True, "3")),
        *((value, str) for value in (3, None, ["a"])),
        ([1], COLOUR),
        ([0], list[int]),
    ],
)
def test_a_value_of_a_file_of_another_type_is_refused(value, kind):
    with pytest.raises(ValueError, match="expected "):
        from_file(value, kind)


def test_types_are_told_in_plain_words():
    assert type_name(int | None) == "int or null"
    assert type_name(COLOUR | None) == "one of 'red', 'blue' or null"
    assert type_name(list[int]) == "whole numbers above 0 (separated by commas)"
