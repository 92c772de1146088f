"""What may be given as texts: any series of strings, in order; all else is refused by name."""

import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

import numpy as np

from tfcmp.data.tokens import CHARACTERS_PER_STEP, batched_lists

# Texts are answered in windows: sorted by length inside one, so that little is padded, and given
# out in their order before the next is read.
TEXTS_PER_WINDOW = 2048

SERIES = "a list, tuple, generator, pandas Series, NumPy array or pyarrow array of strings"
BINARY = bytes | bytearray | memoryview
# What libraries put where a value is missing: pandas, pandas of times, NumPy's masked arrays.
MISSING = ("NAType", "NaTType", "MaskedConstant")
# After its first text a window stays open for so long: a person does not notice it, and a fast
# writer fills the window before.
SECONDS_OPEN = 0.1


def checked_texts(texts: Any) -> Iterator[str]:
    """The texts one by one, as plain strings.

    Args:
        texts: a list, tuple, generator, pandas Series, NumPy array of strings (`str`, `object` or
            StringDType, one axis), pyarrow array, or another iterable of strings with an order.

    Raises:
        TypeError: at once where `texts` is no such series; while iterating where a text is no
            string. Says what came, where (counted from 0), and what to write instead.
    """
    _check_series(texts)
    return _checked_items(texts)


def windows_of(texts: Any) -> Iterator[list[str]]:
    """The texts in lists, each as long as is answered at once; errors as in `checked_texts`."""
    return batched_lists(checked_texts(texts), TEXTS_PER_WINDOW)


def _check_series(texts: Any) -> None:
    if isinstance(texts, str):
        _refuse("one text", "write [text]")
    if isinstance(texts, BINARY):
        _refuse(type(texts).__name__, 'decode it and write [text.decode("utf-8")]')
    if isinstance(texts, Mapping):
        _refuse(_kind(texts), 'pass the texts in it, such as texts["text"]')
    # DataFrames of pandas and polars; tables of pyarrow; data sets of Hugging Face.
    if hasattr(texts, "columns") or hasattr(texts, "column_names"):
        _refuse(f"a table ({_kind(texts)})", 'pass its column of texts, frame["text"]')
    if isinstance(texts, set | frozenset):
        _refuse(f"a {_kind(texts)}, which has no order", "write sorted(texts)")
    if isinstance(texts, np.ndarray):
        _check_array(texts)
    # A tensor without an axis has __iter__ and cannot be iterated.
    if not isinstance(texts, Iterable) or getattr(texts, "shape", None) == ():
        _refuse(_kind(texts), "put the texts into a list")


def _check_array(texts: np.ndarray) -> None:
    if texts.ndim != 1:
        way = (
            "write [text]" if texts.ndim == 0 else "pass one column, array[:, 0], or array.ravel()"
        )
        _refuse(f"an array of shape {texts.shape}", way)
    if texts.dtype.kind == "S":
        _refuse("an array of bytes", 'decode it with numpy.char.decode(texts, "utf-8")')
    # An empty list becomes an array of float64, and holds no text that could be wrong.
    if texts.dtype.kind not in "UTO" and texts.size:
        _refuse(f"an array of {texts.dtype}", "pass the texts themselves")


def _checked_items(texts: Iterable[Any]) -> Iterator[str]:
    for index, item in enumerate(texts):
        # Scalars of pyarrow hold what they stand for.
        text = item.as_py() if hasattr(item, "as_py") else item
        if type(text) is str:
            yield text
        elif isinstance(text, str):
            # NumPy's strings, members of enumerations: their characters as a plain string.
            yield str.__str__(text)
        else:
            _refuse_item(text, index)


def _refuse_item(item: Any, index: int) -> NoReturn:
    if item is None or type(item).__name__ in MISSING or (isinstance(item, float) and item != item):
        found, way = f"a missing value ({item})", 'leave it out, or fill in "", before'
    elif isinstance(item, BINARY):
        found, way = type(item).__name__, 'decode it: text.decode("utf-8")'
    elif hasattr(item, "numpy"):
        found = f"a tensor ({_kind(item)})"
        way = 'write [text.decode("utf-8") for text in tensor.numpy()] for a tensor of strings'
    elif isinstance(item, list | tuple | np.ndarray):
        found, way = f"a {_kind(item)} of its own", "pass the texts as one flat list"
    elif isinstance(item, Mapping):
        found, way = _kind(item), 'pass the text in it, such as item["text"]'
    else:
        found, way = (
            f"{_kind(item)} ({str(item)[:40]})",
            "turn it into a string before, or leave it out",
        )
    raise TypeError(f"text {index}, counted from 0: expected a string, got {found}; {way}")


def _refuse(found: str, way: str) -> NoReturn:
    raise TypeError(f"expected {SERIES}, got {found}; {way}")


def _kind(value: Any) -> str:
    return "None" if value is None else type(value).__name__


class ArrivingTexts:
    """Windows of texts that another thread reads while the ones before are answered.

    A window is given out when it is full, when the texts are over, and at the latest `seconds` after
    its first text, so that one line into an open pipe is answered at once. An error of `texts` is
    raised behind the texts that came before it.

    Args:
        texts: read in a thread of their own, at most two windows ahead of the answers.
        seconds: that a window is kept open.
    """

    def __init__(self, texts: Iterable[str], seconds: float = SECONDS_OPEN) -> None:
        self._seconds = seconds
        self._changed = threading.Condition()
        self._window: list[str] = []
        self._characters = 0
        self._is_over = False
        self._error: BaseException | None = None
        # A daemon, as nothing can end a read of a pipe that stays open. It holds stdin for good:
        # taken down with the interpreter, stdin would wait for the lock of that read.
        threading.Thread(target=self._read, args=(texts, sys.stdin), daemon=True).start()

    def __iter__(self) -> Iterator[list[str]]:
        while window := self._next_window():
            yield window
        if self._error is not None:
            raise self._error

    def _next_window(self) -> list[str]:
        """The texts that are there, once it is time; none when there are no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._window or self._is_over)
            self._changed.wait_for(lambda: self._is_full() or self._is_over, self._seconds)
            window, self._window, self._characters = self._window, [], 0
            self._changed.notify_all()
        return window

    def _read(self, texts: Iterable[str], _stdin: object) -> None:
        try:
            for text in texts:
                self._add(text)
        except BaseException as error:
            self._error = error
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def _add(self, text: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._is_full())
            self._window.append(text)
            self._characters += len(text)
            # Woken for every text, the other thread would take longer than the reading.
            if len(self._window) == 1 or self._is_full():
                self._changed.notify_all()

    def _is_full(self) -> bool:
        return len(self._window) >= TEXTS_PER_WINDOW or self._characters >= CHARACTERS_PER_STEP
