import pytest

from tfcmp.measurement.pooling import pool


def cell(value, **others):
    quantity = {"value": value, "low": value, "high": value, "coverage": 0.97, "measurements": 6}
    return {"rate": quantity, "others_share": 0.0, "peak": value, "name": "gru", **others}


def test_one_process_keeps_what_it_measured():
    found = pool([cell(2.0)])
    assert found["rate"] == {**cell(2.0)["rate"], "by_process": [2.0]}
    assert found["processes"] == 1


def test_the_value_is_the_geometric_mean_of_the_processes():
    found = pool([cell(1.0), cell(4.0), cell(2.0)])
    assert found["rate"]["value"] == pytest.approx(2.0)
    assert found["rate"]["low"] < 1.0 < 4.0 < found["rate"]["high"]
    assert found["rate"]["by_process"] == [1.0, 4.0, 2.0]
    assert found["rate"]["measurements"] == 18
    assert found["processes"] == 3


def test_of_other_numbers_the_median_stays_and_of_words_the_first():
    found = pool([cell(1.0), cell(9.0), cell(2.0)])
    assert (found["peak"], found["name"]) == (2.0, "gru")


def test_the_load_is_that_of_the_busiest_process_and_an_unknown_one_stays_unknown():
    assert pool([cell(1.0), cell(1.0, others_share=0.3)])["others_share"] == 0.3
    assert pool([cell(1.0), cell(1.0, others_share=None)])["others_share"] is None
    assert pool([cell(1.0), cell(1.0, is_slowed=True)])["is_slowed"]
    gpu = pool([cell(1.0, other_gpu_processes=one) for one in (0, 2, 0)])
    assert gpu["other_gpu_processes"] == 2


def test_what_one_process_could_not_measure_is_left_out_of_all():
    curves = [{"8": {"queries": 3}}, {"8": {"left_out": "no memory"}}]
    found = pool([cell(1.0, by_batch_size=curve) for curve in curves])
    assert found["by_batch_size"] == {"8": {"left_out": "no memory"}}
