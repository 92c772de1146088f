"""The cluster that TF_CONFIG describes, as TensorFlow users know it, read without TensorFlow."""

import json
import os
from collections.abc import Mapping
from typing import NamedTuple

from tfcmp.errors import CallError

VARIABLE = "TF_CONFIG"
EXAMPLE = '{"cluster": {"worker": ["host0:12345", "host1:12345"]}, "task": {"type": "worker", "index": 0}}'
# In the order in which TensorFlow counts them; others (ps, evaluator) have no part here.
KINDS = ("chief", "worker")


class Cluster(NamedTuple):
    """Processes that train one model together.

    Attributes:
        addresses: host:port of every process, the first one's first.
        place: of this process among them, from 0.
    """

    addresses: tuple[str, ...]
    place: int

    @property
    def is_chief(self) -> bool:
        """Whether this process keeps the run directory."""
        return self.place == 0


def is_worker(strategy: str) -> bool:
    """Whether this process helps with a run whose directory another one keeps."""
    return strategy == "multi_worker" and not read_cluster().is_chief


def read_cluster(environment: Mapping[str, str] = os.environ) -> Cluster:
    """The cluster and this process's place in it.

    Raises:
        CallError: TF_CONFIG is not set, or describes no cluster of workers.
    """
    text = environment.get(VARIABLE)
    if not text:
        raise CallError(
            f"--strategy multi_worker: expected the environment variable {VARIABLE}, which tells "
            f"each process of the others; set it, for example, to {EXAMPLE}"
        )
    try:
        content = json.loads(text)
        cluster, task = content["cluster"], content["task"]
        kind, index = task["type"], int(task["index"])
        addresses = {name: list(cluster.get(name, [])) for name in KINDS}
        of_kind = addresses[kind]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CallError(f"{VARIABLE}: expected JSON like {EXAMPLE}, got {text}") from None
    if unknown := set(cluster) - set(KINDS):
        raise CallError(
            f"{VARIABLE}: expected processes of the kinds chief and worker, got "
            f"{', '.join(sorted(unknown))}"
        )
    if not 0 <= index < len(of_kind):
        raise CallError(
            f"{VARIABLE}: task {kind} {index} is none of the {len(of_kind)} that the cluster lists"
        )
    place = index + (len(addresses["chief"]) if kind == "worker" else 0)
    return Cluster((*addresses["chief"], *addresses["worker"]), place)
