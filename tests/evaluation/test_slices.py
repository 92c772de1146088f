import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.evaluation.intervals import Interval, share_interval
from tfcmp.evaluation.slices import (
    Slice,
    first_drop,
    slices_at_edges,
    slices_by_cue_distance,
    slices_by_length,
    slices_by_phenomenon,
)

CORRECT = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0])
GROUPS = np.array([0, 0, 1, 1, 2, 2, 3, 4])


def test_quartiles_of_the_length_hold_equally_many_examples():
    slices = slices_by_length(CORRECT, np.array([80, 10, 70, 20, 60, 30, 1500, 40]), GROUPS)
    assert [part.label for part in slices] == ["10 to 20", "30 to 40", "60 to 70", "80 to 1,500"]
    assert [part.examples for part in slices] == [2, 2, 2, 2]
    assert [part.accuracy.value for part in slices] == [0.5, 0.5, 0.5, 1.0]


def test_a_slice_has_the_interval_of_its_own_groups():
    slices = slices_by_length(CORRECT, np.array([1, 1, 1, 1, 2, 2, 2, 2]), GROUPS)
    assert slices[1] == ("2", 4, 3, share_interval(CORRECT[4:], GROUPS[4:]))


def test_equal_lengths_are_one_slice():
    slices = slices_by_length(CORRECT, np.full(8, 128), GROUPS)
    assert [(part.label, part.examples) for part in slices] == [("128", 8)]


def test_equal_lengths_stay_together():
    slices = slices_by_length(CORRECT, np.array([9, 9, 9, 9, 9, 9, 3, 2]), GROUPS)
    assert [(part.label, part.examples) for part in slices] == [("2 to 3", 2), ("9", 6)]


def test_a_length_on_an_edge_belongs_to_the_slice_below():
    slices = slices_by_length(np.ones(5), np.arange(1, 6), np.arange(5))
    assert [part.label for part in slices] == ["1 to 2", "3", "4", "5"]


def test_phenomena_come_by_name():
    names = np.array(["plain", "but"] * 4)
    slices = slices_by_phenomenon(CORRECT, names, GROUPS)
    assert [part.label for part in slices] == ["but", "plain"]
    assert slices[0].accuracy == share_interval(CORRECT[1::2], GROUPS[1::2])


def test_the_distance_of_the_cue_has_quartiles_too():
    slices = slices_by_cue_distance(CORRECT, np.arange(8), GROUPS)
    assert [part.label for part in slices] == ["0 to 1", "2 to 3", "4 to 5", "6 to 7"]


def test_a_single_example_is_a_slice():
    slices = slices_by_length(np.array([1.0]), np.array([7]), np.array([0]))
    assert (slices[0].label, slices[0].examples, slices[0].groups) == ("7", 1, 1)
    assert slices[0].accuracy.low < 0.1


def test_booleans_and_means_over_seeds_are_welcome():
    assert slices_by_length(CORRECT == 1, np.arange(8), GROUPS) == (
        slices_by_length(CORRECT, np.arange(8), GROUPS)
    )
    halves = slices_by_length(np.full(8, 0.5), np.arange(8), GROUPS)
    assert halves[0].accuracy.value == 0.5


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_every_example_is_in_one_slice(sizes):
    count = len(sizes)
    correct = np.random.default_rng(count).integers(2, size=count).astype(float)
    slices = slices_by_length(correct, np.array(sizes), np.arange(count))
    assert len(slices) <= 4
    assert sum(part.examples for part in slices) == count
    total = sum(part.examples * part.accuracy.value for part in slices)
    assert total == pytest.approx(correct.sum())


def test_slices_are_cut_at_the_given_edges_and_empty_ones_left_out():
    slices = slices_at_edges(
        CORRECT, np.array([0, 9, 10, 24, 25, 300, 301, 9]), GROUPS, [9, 24, 49, 99]
    )
    assert [(part.label, part.examples) for part in slices] == [
        ("0 to 9", 3),
        ("10 to 24", 2),
        ("25", 1),
        ("300 to 301", 2),
    ]


def test_the_first_drop_is_the_first_interval_wholly_below_the_first_one():
    intervals = [(0.9, 0.85, 0.95), (0.88, 0.8, 0.9), (0.7, 0.6, 0.84), (0.5, 0.4, 0.6)]
    slices = [Slice(str(n), 10, 10, Interval(*values)) for n, values in enumerate(intervals)]
    assert first_drop(slices).label == "2"
    assert first_drop(slices[:2]) is None
