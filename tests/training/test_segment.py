import time

import numpy as np
import pytest

from tfcmp.data.batches import Batch
from tfcmp.training.segment import Segment, add_sums, summarise


def batch(examples, length, tokens):
    ids = np.zeros((examples, length), np.int32)
    return Batch(ids, np.zeros(examples, np.int32), np.zeros(examples, np.int64), tokens)


@pytest.fixture
def now(monkeypatch):
    """The time of the system; set it by now[0] = seconds."""
    seconds = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: seconds[0])
    return seconds


@pytest.fixture
def segment(now):
    segment = Segment()
    segment.add(batch(4, 10, 30), (2.0, 3, 1.0), 0.1)
    segment.add(batch(2, 8, 14), (5.0, 1, 3.0), 0.2)
    now[0] = 104.0
    return segment


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Weighted by the examples of each step; rates count tokens without padding.
        ("loss", (4 * 2.0 + 2 * 5.0) / 6),
        ("accuracy", 4 / 6),
        ("gradient_norm", 2.0),
        ("largest_gradient_norm", 3.0),
        ("largest_step_loss", 5.0),
        ("examples_per_second", 6 / 4),
        ("tokens_per_second", 44 / 4),
        ("padding_share", 1 - 44 / 56),
    ],
)
def test_a_segment_is_summarised_over_its_steps(segment, name, expected):
    assert summarise(segment.sums())[name] == pytest.approx(expected)


def test_the_rate_is_that_of_the_last_step(segment):
    assert segment.rate == 0.2


def test_steps_before_the_clock_is_started_anew_are_not_timed(now):
    segment = Segment()
    segment.add(batch(4, 10, 30), (2.0, 3, 1.0), 0.1)
    now[0] = 150.0
    segment.restart_clock()
    segment.add(batch(2, 8, 14), (5.0, 1, 3.0), 0.1)
    now[0] = 151.0
    told = summarise(segment.sums())
    assert (told["seconds"], told["examples"], told["examples_per_second"]) == (1.0, 6, 2.0)


def test_a_segment_of_untimed_steps_has_no_rates(now):
    segment = Segment()
    segment.add(batch(4, 10, 30), (2.0, 3, 1.0), 0.1)
    segment.restart_clock()
    told = summarise(segment.sums())
    assert (told["examples_per_second"], told["tokens_per_second"]) == (None, None)


def test_sums_of_an_epoch_add_up_and_keep_what_is_largest(segment):
    total = {}
    add_sums(total, segment.sums())
    add_sums(total, {**segment.sums(), "largest_loss": 4.0, "largest_norm": 9.0})
    assert (total["examples"], total["loss"], total["seconds"]) == (12, 36.0, 8.0)
    assert (total["largest_loss"], total["largest_norm"]) == (5.0, 9.0)
