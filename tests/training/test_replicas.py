from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tfcmp.errors import CallError, WorkError
from tfcmp.training.hardware import set_up_devices
from tfcmp.training.replicas import Replicas, explain_lost_workers, one_replica

IDS = np.arange(10, dtype=np.int32).reshape(5, 2)
LABELS = np.array([0, 1, 0, 1, 1], np.int32)


class Strategy:
    """As many replicas as are asked for, of which nothing is computed."""

    def __init__(self, replicas):
        self.num_replicas_in_sync = replicas


def shares(total, workers=1, worker=0, rows=5):
    replicas = Replicas(Strategy(total), True, workers, worker)
    return replicas.shares(IDS[:rows], LABELS[:rows])


def test_one_replica_gets_the_batch_as_it_is():
    (share,) = one_replica().shares(IDS, LABELS)
    assert share.ids is IDS
    assert share.labels is LABELS
    assert share.weights.tolist() == [1, 1, 1, 1, 1]


def test_rows_are_dealt_out_in_turn():
    first, second = shares(2)
    assert first.rows.tolist() == [0, 2, 4]
    assert second.rows.tolist() == [1, 3]
    np.testing.assert_array_equal(second.ids, IDS[[1, 3]])
    np.testing.assert_array_equal(second.labels, LABELS[[1, 3]])


def test_a_replica_without_rows_gets_one_that_counts_nothing():
    last = shares(3, rows=2)[2]
    assert last.ids.shape == (1, 2)
    assert last.weights.tolist() == [0]


def test_workers_share_every_batch():
    by_worker = [shares(4, workers=2, worker=worker) for worker in (0, 1)]
    places = [share.rows.tolist() for shares_here in by_worker for share in shares_here]
    assert places == [[0, 4], [1], [2], [3]]


def test_a_broken_connection_says_how_to_go_on():
    replicas = Replicas(Strategy(2), True, workers=2)
    told = explain_lost_workers(replicas, "runs/a")
    with pytest.raises(WorkError, match=r"another worker is gone.*--resume runs/a"), told:
        raise tf.errors.UnavailableError(None, None, "Collective ops is aborted: Socket closed")


def test_other_errors_are_left_as_they_are():
    told = explain_lost_workers(Replicas(Strategy(2), True, workers=2), "runs/a")
    with pytest.raises(tf.errors.InternalError), told:
        raise tf.errors.InternalError(None, None, "a kernel failed")
    with pytest.raises(tf.errors.UnavailableError), explain_lost_workers(one_replica(), "runs/a"):
        raise tf.errors.UnavailableError(None, None, "Socket closed")


def test_more_replicas_than_gpus_are_refused(tiny_configuration):
    configuration = replace(tiny_configuration(), strategy="mirrored", replicas=3)
    with pytest.raises(CallError, match=r"--replicas 3: TensorFlow sees 1 GPU\(s\)"):
        set_up_devices(configuration, ["GPU:0"])


def test_a_worker_without_gpus_has_one_replica(tiny_configuration):
    configuration = replace(tiny_configuration(), strategy="multi_worker", replicas=2)
    with pytest.raises(CallError, match="start more workers instead"):
        set_up_devices(configuration, [])
