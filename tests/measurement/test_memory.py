import numpy as np

from tfcmp.measurement.memory import forget_peaks, peak_of_gpus, peak_resident


def test_the_peak_grows_with_what_is_held():
    forget_peaks()
    before = peak_resident()
    held = np.ones(8_000_000)
    assert peak_resident() - before > 0.9 * held.nbytes / 1e6


def test_without_a_gpu_there_is_no_peak_of_one():
    assert peak_of_gpus() is None
