import threading
import time

import pytest

from tfcmp.inference import arriving
from tfcmp.inference.arriving import ArrivingTexts


def test_texts_come_in_order_and_none_is_lost(monkeypatch):
    monkeypatch.setattr(arriving, "TEXTS_A_WINDOW", 7)
    texts = [f"text {number}" for number in range(100)]
    windows = list(ArrivingTexts(iter(texts)))
    assert [text for window in windows for text in window] == texts
    assert max(map(len, windows)) == 7


def test_what_has_come_is_given_out_while_the_next_text_is_waited_for():
    may_go_on = threading.Event()

    def texts():
        yield from ("first", "second")
        may_go_on.wait(60)
        yield "third"

    windows = iter(ArrivingTexts(texts(), seconds=0.05))
    start = time.monotonic()
    assert next(windows) == ["first", "second"]
    assert time.monotonic() - start < 30
    may_go_on.set()
    assert list(windows) == [["third"]]


def test_a_window_does_not_stay_open_while_texts_trickle_in():
    def texts():
        while True:
            yield "text"
            time.sleep(0.005)

    start = time.monotonic()
    assert len(next(iter(ArrivingTexts(texts(), seconds=0.05)))) >= 1
    assert time.monotonic() - start < 30


def test_no_texts_are_no_windows():
    assert list(ArrivingTexts([])) == []


def test_reading_stays_at_most_a_window_ahead(monkeypatch):
    monkeypatch.setattr(arriving, "TEXTS_A_WINDOW", 4)
    read = []

    def texts():
        for number in range(100):
            read.append(number)
            yield str(number)

    windows = iter(ArrivingTexts(texts()))
    next(windows)
    time.sleep(0.1)
    # Given out, read ahead, and the one that found no room.
    assert len(read) <= 4 + 4 + 1


def test_few_long_texts_fill_a_window_too(monkeypatch):
    monkeypatch.setattr(arriving, "CHARACTERS_A_STEP", 10)
    windows = ArrivingTexts(["a" * 8, "b" * 8, "c" * 8])
    assert [len(window) for window in windows] == [2, 1]


def test_an_error_comes_behind_the_texts_before_it():
    def texts():
        yield "first"
        raise ValueError("the rest is damaged")

    windows = iter(ArrivingTexts(texts()))
    assert next(windows) == ["first"]
    with pytest.raises(ValueError, match="the rest is damaged"):
        next(windows)
