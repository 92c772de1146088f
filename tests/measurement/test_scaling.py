import pytest

from tfcmp.measurement.scaling import find_scaling

HARDWARE = "2 threads, Test CPU"


@pytest.fixture
def cells(make_cell):
    """Cells of one and two replicas, at a fixed batch of all and of each."""
    found = {}
    for loading, rates in (("global", (100, 150)), ("per_replica", (100, 180))):
        for replicas, rate in zip((1, 2), rates, strict=True):
            size = 8 * replicas if loading == "per_replica" else 8
            conditions = {"strategy": "mirrored", "replicas": replicas, "batch_size": size}
            by_process = [rate * factor for factor in (0.9, 0.95, 1.0, 1 / 0.95, 1 / 0.9)]
            cell = make_cell(
                rate=rate, by_process=by_process, loading=loading, conditions=conditions
            )
            found[f"{loading} {replicas}"] = cell
    return found


def test_speed_up_is_the_ratio_of_throughputs_and_efficiency_its_share(cells):
    found = find_scaling(cells)
    whole = found[f"lstm, length 64, float32, mirrored, global batch 8, {HARDWARE}"]
    assert whole["speed_up"]["2"]["value"] == pytest.approx(1.5)
    assert whole["efficiency"]["2"]["value"] == pytest.approx(0.75)
    each = found[f"lstm, length 64, float32, mirrored, batch per replica 8, {HARDWARE}"]
    assert each["efficiency"]["2"]["value"] == pytest.approx(0.9)


def test_the_interval_is_that_of_the_processes(cells):
    speed_up = next(iter(find_scaling(cells).values()))["speed_up"]["2"]
    assert 1.2 < speed_up["low"] < 1.5 < speed_up["high"] < 1.9


def test_few_processes_give_a_speed_up_without_an_interval(cells):
    cells["global 2"]["processes"] = 1
    speed_up = next(iter(find_scaling(cells).values()))["speed_up"]["2"]
    assert speed_up == {"value": 1.5, "low": None, "high": None}


def test_without_one_replica_there_is_no_speed_up(cells):
    only = {"two": cells["global 2"]}
    assert next(iter(find_scaling(only).values()))["speed_up"]["2"] is None


def test_one_device_without_a_strategy_is_no_arm_of_scaling(make_cell):
    assert not find_scaling({"plain": make_cell()})


@pytest.mark.parametrize(
    "other",
    [
        {"threads": 4},
        {"device_names": ["Test GPU"]},
        {"accumulate": 2},
        {"optimizer": "sgd"},
        {"data": "imdb", "truncation": "head", "max_length": 400},
    ],
)
def test_arms_under_other_conditions_are_a_set_of_their_own(cells, other):
    apart = {
        f"other {key}": {**cell, "conditions": {**cell["conditions"], **other}}
        for key, cell in cells.items()
    }
    found = find_scaling({**cells, **apart})
    assert len(found) == 4
    assert all(set(one["speed_up"]) == {"1", "2"} for one in found.values())
