import pytest


def around(value, spread=0.0):
    return {"value": value, "low": value * (1 - spread), "high": value * (1 + spread)}


@pytest.fixture
def make_cell():
    """The function settings -> a cell of training as bench.json holds it."""

    def build(
        label="lstm", family="recurrent", rate=100.0, spread=0.0, by_process=(100.0,), **settings
    ):
        conditions = {
            "batch_size": 8,
            "precision": "float32",
            "strategy": "none",
            "replicas": 1,
            "threads": 2,
            "device_names": ["Test CPU"],
            **settings.pop("conditions", {}),
        }
        return {
            "label": label,
            "family": family,
            "parameters": {"without_embedding": settings.pop("parameters", 1000)},
            "loading": settings.pop("loading", ""),
            "length": settings.pop("length", 64),
            "examples_per_second": {**around(rate, spread), "by_process": list(by_process)},
            "processes": len(by_process),
            "session": settings.pop("session", "one hour"),
            "others_share": 0.0,
            "conditions": conditions,
        }

    return build
