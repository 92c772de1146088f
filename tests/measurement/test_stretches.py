import time
from types import SimpleNamespace

import numpy as np
import pytest

from tfcmp.data.batches import Batch
from tfcmp.measurement.timed_windows import time_window, without_siblings
from tfcmp.timing.contention import Load


def test_waiting_for_data_is_timed_apart_from_the_steps():
    batch = Batch(np.zeros((2, 3), np.int32), np.zeros(2, np.int32), np.arange(2), 5)

    def slow_batches():
        while True:
            time.sleep(0.02)
            yield batch

    def step(_ids, _labels):
        time.sleep(0.01)
        return (0.0,)

    window = time_window(step, slow_batches(), 4)
    assert (window.steps, window.examples, window.tokens, window.places) == (4, 8, 20, 24)
    assert 0.08 <= window.waiting < window.seconds - 0.03


@pytest.fixture
def workers():
    """The function (seconds of each worker, replicas of each) -> what the replicas know of them."""

    def build(seconds, replicas=1):
        asked = []

        def add(number):
            asked.append(number)
            # Each replica gives the number of its process.
            return round(1e6 * sum(seconds)) * replicas

        return SimpleNamespace(
            workers=len(seconds),
            total=len(seconds) * replicas,
            sum_over_workers=add,
            asked=asked,
        )

    return build


@pytest.mark.parametrize("replicas", [1, 3])
def test_the_other_workers_of_a_training_are_no_others(workers, replicas):
    # Of ten core-seconds beside this worker's two, the other worker took seven.
    together = workers([2.0, 7.0], replicas)
    load = without_siblings(Load(10.0, 40.0, 20.0), 2.0, together)
    assert load == Load(pytest.approx(3.0), 40.0, 20.0)
    assert together.asked == [2_000_000]


def test_one_process_has_no_siblings_to_ask(workers):
    alone = workers([2.0])
    load = Load(10.0, 40.0, 20.0)
    assert without_siblings(load, 2.0, alone) == load
    assert alone.asked == []


def test_a_worker_that_knows_no_load_is_asked_all_the_same(workers):
    together = workers([2.0, 7.0])
    assert without_siblings(None, 2.0, together) is None
    assert together.asked == [2_000_000]
