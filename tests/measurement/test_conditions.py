import pytest

from tfcmp.measurement.conditions import hardware, texts_read


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ({"threads": 2, "device_names": ["A CPU"]}, "2 threads, A CPU"),
        ({"threads": 2, "device_names": ["A", "B"], "accumulate": 1}, "2 threads, A and B"),
        ({"threads": 4, "device_names": ["A"], "accumulate": 3}, "4 threads, A, in 3 parts"),
    ],
)
def test_threads_devices_and_parts_are_told(conditions, told):
    assert hardware(conditions) == told


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ({"batch_size": 8}, ""),
        ({"data": "imdb", "truncation": "head", "max_length": 400}, "imdb, head 400"),
        ({"data": "imdb", "train_size": 500, "max_length": None}, "500 texts of imdb"),
    ],
)
def test_real_texts_are_told_with_their_limit(conditions, told):
    assert texts_read(conditions) == told
