import json

import pytest

from tfcmp.config.cluster import is_worker, read_cluster
from tfcmp.errors import CallError


def described(kind="worker", index=0, **cluster):
    cluster = cluster or {"worker": ["a:1", "b:2"]}
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


def test_the_first_worker_keeps_the_run_directory():
    assert read_cluster(described()).is_chief
    assert not read_cluster(described(index=1)).is_chief


def test_a_chief_comes_before_the_workers():
    cluster = {"worker": ["a:1", "b:2"], "chief": ["c:3"]}
    assert read_cluster(described("chief", 0, **cluster)).is_chief
    found = read_cluster(described("worker", 1, **cluster))
    assert (found.addresses, found.place) == (("c:3", "a:1", "b:2"), 2)


def test_without_the_variable_an_example_is_shown():
    with pytest.raises(CallError, match=r'TF_CONFIG.*"cluster": \{"worker"'):
        read_cluster({})


@pytest.mark.parametrize(
    "text", ["{", "[]", "3", '{"cluster": {}}', '{"cluster": {}, "task": {"type": "x"}}']
)
def test_what_describes_no_cluster_is_refused(text):
    with pytest.raises(CallError, match="TF_CONFIG: expected JSON like"):
        read_cluster({"TF_CONFIG": text})


def test_a_place_that_the_cluster_has_not_is_refused():
    with pytest.raises(CallError, match="task worker 2 is none of the 2"):
        read_cluster(described(index=2))


def test_parameter_servers_are_refused():
    with pytest.raises(CallError, match="got ps"):
        read_cluster(described(worker=["a:1"], ps=["b:2"]))


def test_without_several_workers_nobody_helps(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", described(index=1)["TF_CONFIG"])
    assert not is_worker("mirrored")
    assert is_worker("multi_worker")
