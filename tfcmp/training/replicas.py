"""Devices that train one model together: how a batch is divided, and what is summed again.

`tf.distribute` runs a function once per replica. Without a strategy there is one replica, and the
very same code runs on it.
"""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tfcmp.config.cluster import read_cluster
from tfcmp.config.fields import Configuration
from tfcmp.errors import WorkError

LOGICAL_DEVICES = (
    "replicas are logical devices of one processor: they show that the results are right, not how "
    "fast several devices are"
)
# The same in every benchmark case, set explicitly: under a strategy Keras would turn XLA off by
# itself, and one device be timed with it and several without. Texts come in many lengths, and XLA compiles for each.
XLA = False
SEEDS_APART = 1_000_003
# What TensorFlow says, under several error codes, when the other end of a connection is gone.
BROKEN = re.compile("collective|socket|connection|peer|coordination|heartbeat", re.IGNORECASE)


class Share(NamedTuple):
    """What one replica gets of a batch.

    Attributes:
        ids: (rows, length) int32; a replica that no row is left for gets one that counts nothing.
        labels: (rows,) int32.
        weights: (rows,) float32, 1 or 0: what a row counts.
        rows: (rows,) int32: their index in the whole batch.
    """

    ids: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True)
class Replicas:
    """The replicas of a run, of which a process holds some.

    Attributes:
        strategy: of TensorFlow, which has one for a single device too.
        is_distributed: whether it is another than that one, be it with one replica.
        workers: processes that work together.
        worker: number of this one; 0 keeps the run directory.
    """

    strategy: tf.distribute.Strategy
    is_distributed: bool = False
    workers: int = 1
    worker: int = 0

    @property
    def total(self) -> int:
        """Replicas of all processes."""
        return int(self.strategy.num_replicas_in_sync)

    @property
    def here(self) -> range:
        """Numbers of the replicas of this process."""
        count = self.total // self.workers
        return range(self.worker * count, (self.worker + 1) * count)

    def shares(self, ids: np.ndarray, labels: np.ndarray) -> list[Share]:
        """The rows of a batch for each replica of this process.

        Rows lie sorted by length in a batch: dealt out in turn, every replica gets the same mix and
        the same padded length, and none waits long for another.
        """
        dealt = []
        for replica in self.here:
            rows = np.arange(replica, len(labels), self.total, dtype=np.int32)
            weights = np.ones(len(rows), np.float32)
            if not len(rows):
                # Kernels of recurrent layers refuse a batch of no rows, and all replicas have to
                # take part when gradients are added up.
                rows, weights = np.zeros(1, np.int32), np.zeros(1, np.float32)
            whole = len(rows) == len(labels)
            dealt.append(
                Share(
                    ids if whole else ids[rows],
                    labels if whole else labels[rows],
                    weights,
                    rows,
                )
            )
        return dealt

    def local(self, values: list[Any]) -> Any:
        """Inside a compiled function: the values of this process's replicas, as one argument."""
        first = self.here.start
        return self.strategy.experimental_distribute_values_from_function(
            lambda context: values[context.replica_id_in_sync_group - first]
        )

    def first(self, value: Any) -> Any:
        """Of what every replica returned alike, one."""
        return self.strategy.experimental_local_results(value)[0]

    def desynchronise_random_states(self, core: keras.Model) -> None:
        """Gives each replica random numbers of its own: all begin with the same seed.

        The first replica keeps its state, and is the one that a checkpoint holds.
        """
        if not self.is_distributed:
            return
        states = [v for v in core.non_trainable_variables if v.name == "seed_generator_state"]

        def shift() -> None:
            context = tf.distribute.get_replica_context()
            for state in states:
                value = tf.convert_to_tensor(state.value)
                number = tf.cast(context.replica_id_in_sync_group, value.dtype)
                apart = tf.stack([number * SEEDS_APART, tf.zeros_like(number)])
                state.value.assign(value + apart)

        if states:
            tf.function(lambda: self.strategy.run(shift), autograph=False)()

    def wait_for_all(self) -> None:
        """Returns when every process has come here."""
        if self.workers > 1:
            self.sum_over_workers(0)

    def require_agreement(self, number: int) -> None:
        """Returns when all processes give the same number, which stands for their settings.

        Raises:
            WorkError: they differ: they would train on different texts, or different models.
        """
        if self.workers > 1 and self.sum_over_workers(number) != number * self.total:
            raise WorkError(
                "the workers do not agree on settings and texts; start all of them with the same "
                "command on the same data"
            )

    def sum_over_workers(self, number: int) -> int:
        """Sum over all replicas of a number of their process."""

        @tf.function(autograph=False)
        def add(value: tf.Tensor) -> tf.Tensor:
            def replica() -> tf.Tensor:
                context = tf.distribute.get_replica_context()
                # The copy lies on the replica's device; a captured tensor lies on none.
                return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(value))

            return self.strategy.run(replica)

        return int(self.first(add(tf.constant(number, tf.int64))))


def one_replica() -> Replicas:
    """A single device, without a strategy."""
    return Replicas(tf.distribute.get_strategy())


def open_replicas(configuration: Configuration) -> Replicas:
    """The replicas that the configuration asks for; the devices are set up already.

    For several workers it returns when all of them are there.
    """
    if configuration.strategy == "none":
        return one_replica()
    if configuration.strategy == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return Replicas(tf.distribute.MirroredStrategy([device.name for device in devices]), True)
    cluster = read_cluster()
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    return Replicas(strategy, True, len(cluster.addresses), cluster.place)


def describe_replicas(configuration: Configuration, replicas: Replicas) -> dict[str, Any]:
    """Strategy, replicas, workers, for environment.json; and what logical devices cannot show."""
    told: dict[str, Any] = {
        "strategy": configuration.strategy,
        "replicas": replicas.total,
        "workers": replicas.workers,
        "jit_compile": XLA,
    }
    if replicas.total > replicas.workers and not tf.config.list_logical_devices("GPU"):
        told["replicas_note"] = LOGICAL_DEVICES
    return told


@contextmanager
def explain_lost_workers(replicas: Replicas, run: object) -> Iterator[None]:
    """Turns the error of a broken connection into one that says how to go on.

    Raises:
        WorkError: another worker is gone.
    """
    try:
        yield
    except tf.errors.OpError as error:
        if replicas.workers == 1 or not BROKEN.search(error.message or ""):
            raise
        raise WorkError(
            "another worker is gone, and this one cannot go on alone; start all workers again with "
            f"python -m tfcmp.fit --resume {shlex.quote(str(run))}"
        ) from None
