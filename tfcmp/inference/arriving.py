"""Texts from a pipe, in windows that do not wait for texts that are not there yet."""

import sys
import threading
from collections.abc import Iterable, Iterator

from tfcmp.data.tokens import CHARACTERS_PER_STEP
from tfcmp.inference.texts import TEXTS_A_WINDOW

# After its first text a window stays open for so long: a person does not notice it, and a fast
# writer fills the window before.
SECONDS_OPEN = 0.1


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
        return len(self._window) >= TEXTS_A_WINDOW or self._characters >= CHARACTERS_PER_STEP
