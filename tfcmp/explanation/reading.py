"""A text as a model reads it: its words, its token ids, and the word that every token belongs to.

Words with their places are the unit in which all families of models are explained.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from tfcmp.errors import WorkError
from tfcmp.models.markup import LINE_BREAK, Span
from tfcmp.models.tokenizer import TextTokenizer, encode_utf8, truncate
from tfcmp.models.unicode_table import unicode_table

# Over the kinds of the characters, see `_kind`: a character of a script without blanks, a word with
# its inner apostrophes, or a run of punctuation marks. Nothing begins with what is not seen.
WORD = re.compile(r"c[ni]*|[wn][wni]*(?:'i*[wn][wni]*)*|[m'][m'i]*")
# Only what every tokenizer parts at: between two segments no token can stand.
SEGMENT = re.compile(r"[ \t\n\f\r]*[^ \t\n\f\r]+(?:[ \t\n\f\r]+$)?")
LAST_OF_ASCII = 127
# First words of the names of characters of scripts that put no blank between words.
UNSPACED = (
    "CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR",
    "TIBETAN", "TAI", "NEW",
)  # fmt: skip
NO_WORD = -1

Ids = npt.NDArray[np.int32]


def find_words(text: str, markup: re.Pattern[str] = LINE_BREAK) -> list[Span]:
    """The words of a text: runs of letters, marks and digits, and runs of punctuation marks.

    An apostrophe between letters belongs to the word; what is not seen (a soft hyphen, a zero-width
    joiner) to the word around it; `markup` is blank. These are the coarsest units at whose ends the
    word tokenizer and subword tokenizers part alike, so that a token lies inside one word. In
    scripts without blanks every character is a word, as it is a token of the word tokenizer.
    """
    kinds = "".join(map(_kind, without_markup(text, markup)))
    return [Span(*found.span()) for found in WORD.finditer(kinds)]


def find_segments(text: str, markup: re.Pattern[str] = LINE_BREAK) -> list[Span]:
    """The text cut in front of its blanks; together the segments are the text, but for a blank one."""
    return [Span(*found.span()) for found in SEGMENT.finditer(without_markup(text, markup))]


def without_markup(text: str, markup: re.Pattern[str] = LINE_BREAK) -> str:
    """The text with blanks in place of what is `markup`, every character in its place."""
    return markup.sub(lambda found: " " * len(found[0]), text)


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    """What a character is to `WORD`.

    w of a word, n a combining mark, c of a script without blanks, ' an apostrophe, m a punctuation
    mark, i not seen, a blank for what parts words.
    """
    normalized = unicode_table().replacement(character)
    if normalized in ("", "'"):
        return normalized or "i"
    category = unicodedata.category(character)
    if category[0] == "M":
        return "n"
    if category[0] in "LN" and unicodedata.name(character, "").split(" ")[0] in UNSPACED:
        return "c"
    # Symbols beyond ASCII (a trade mark, an emoji) part no word in BERT's tokenizer.
    if category[0] in "LN" or (category[0] == "S" and ord(character) > LAST_OF_ASCII):
        return "w"
    return "m" if category[0] in "PS" else " "


@dataclass(frozen=True, eq=False)
class Reading:
    """What a model sees of a text.

    Attributes:
        text: the text.
        words: its words, in order, those that the length limit cut off among them.
        ids: (length,) int32, as the tokenizer gives them.
        word_of_token: (length,) int64, place in `words`, or -1 for a token of no word.
        is_special: (length,) whether a token is one that the tokenizer puts around every text.
        ids_of_nothing: ids of an empty text.
    """

    text: str
    words: tuple[Span, ...]
    ids: Ids
    word_of_token: npt.NDArray[np.int64]
    is_special: npt.NDArray[np.bool_]
    ids_of_nothing: Ids

    @property
    def read(self) -> npt.NDArray[np.int64]:
        """Places in `words` of those that the model sees, at least in part, ascending."""
        return np.unique(self.word_of_token[self.word_of_token != NO_WORD])

    def without(self, words: Collection[int] | npt.NDArray[np.int64]) -> Ids:
        """The ids with the tokens of `words` deleted; never empty."""
        return self._kept(~np.isin(self.word_of_token, list(words)))

    def only(self, words: Collection[int] | npt.NDArray[np.int64]) -> Ids:
        """The ids of `words` and the special tokens alone; never empty."""
        return self._kept(np.isin(self.word_of_token, list(words)) | self.is_special)

    def _kept(self, is_kept: npt.NDArray[np.bool_]) -> Ids:
        kept = self.ids[is_kept]
        return kept if len(kept) else self.ids_of_nothing

    def sums(self, token_values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """(words,) sums of a value per token; NaN for words that were not read."""
        of_words = self.word_of_token != NO_WORD
        places, values = self.word_of_token[of_words], token_values[of_words]
        totals = np.bincount(places, weights=values, minlength=len(self.words))
        counts = np.bincount(places, minlength=len(self.words))
        return np.where(counts > 0, totals, np.nan)


def read_text(tokenizer: TextTokenizer, text: str) -> Reading:
    """Reads a text and finds the word of every token.

    The text is tokenised piece by piece between blanks, and inside a piece by its beginnings. That
    this gives the very ids of the whole text is checked. Where a token spans two words, the two
    become one.

    Raises:
        WorkError: the tokenizer reads the whole text otherwise than its pieces.
    """
    start, end = tokenizer.framing
    ids, ids_of_nothing = _encode(tokenizer, [text, ""])
    is_special = np.zeros(len(ids), bool)
    is_special[: len(start)] = True
    is_special[len(ids) - len(end) :] = True
    # What UTF-8 cannot hold reaches the tokenizer as a question mark: it is a mark here too.
    as_read = encode_utf8([text])[0].decode("utf-8")
    words, tokens, owners = _aligned(tokenizer, as_read, ids_of_nothing)
    if not words:
        nobody = np.full(len(ids), NO_WORD, np.int64)
        return Reading(text, (), ids, nobody, is_special, ids_of_nothing)
    kept = _kept_places(len(tokens), len(ids) - len(start) - len(end), tokenizer.truncation)
    if not np.array_equal(ids, np.concatenate([start, tokens[kept], end])):
        raise WorkError(
            "the tokenizer of this run reads the text otherwise than its words one by one, so that "
            "no token can be told to belong to a word; expected a tokenizer of words, of word "
            "pieces or of sentence pieces"
        )
    around = [np.full(len(part), NO_WORD, np.int64) for part in (start, end)]
    word_of_token = np.concatenate([around[0], owners[kept], around[1]])
    return Reading(text, tuple(words), ids, word_of_token, is_special, ids_of_nothing)


def _kept_places(tokens: int, room: int, truncation: str) -> npt.NDArray[np.int64]:
    """Places of the tokens that the length limit leaves."""
    places = tf.ragged.constant([list(range(tokens))], dtype=tf.int64)
    kept: npt.NDArray[np.int64] = truncate(places, min(room, tokens), truncation)[0].numpy()
    return kept


def _aligned(
    tokenizer: TextTokenizer, text: str, ids_of_nothing: Ids
) -> tuple[list[Span], Ids, npt.NDArray[np.int64]]:
    """Words, all tokens (n,) without special ones and without limit, and their words (n,)."""
    segments = find_segments(text, tokenizer.markup)
    if not segments:
        return [], np.zeros(0, np.int32), np.zeros(0, np.int64)
    members = _by_segment(find_words(text, tokenizer.markup), segments)
    beginnings = [
        text[segment.start : word.end]
        for segment, inside in zip(segments, members, strict=True)
        for word in inside[:-1]
    ]
    with _without_limit(tokenizer):
        whole = [text[segment.start : segment.end] for segment in segments]
        rows = _unframed(tokenizer, _encode(tokenizer, whole + beginnings))
    is_empty = _are_empty(tokenizer, whole, rows, _unframed(tokenizer, [ids_of_nothing])[0])
    words: list[Span] = []
    tokens, owners = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
    following = iter(rows[len(segments) :])
    for place, inside in enumerate(members):
        # A piece without a token is given a stand-in that the whole text does not have.
        row = rows[place][:0] if is_empty[place] else rows[place]
        # The words first: zip takes one item too many of its first argument.
        parts = [part for _, part in zip(inside[1:], following, strict=False)]
        ends = [len(part) if _begins(row, part) else None for part in parts]
        merged, of_row = _assigned(inside, ends, len(row), len(words))
        words += merged
        tokens.append(row)
        owners.append(of_row)
    return words, np.concatenate(tokens), np.concatenate(owners)


def _are_empty(
    tokenizer: TextTokenizer, segments: list[str], rows: list[Ids], nothing: Ids
) -> list[bool]:
    """Which segments have no token but the stand-in of an empty text, if there is one.

    An unknown word may have the same id: behind another word the stand-in is gone.
    """
    is_empty = [len(nothing) > 0 and np.array_equal(row, nothing) for row in rows[: len(segments)]]
    doubtful = [place for place, doubt in enumerate(is_empty) if doubt]
    if doubtful:
        with _without_limit(tokenizer):
            word, *behind = _encode(tokenizer, ["a", *(f"a {segments[p]}" for p in doubtful)])
        for place, row in zip(doubtful, behind, strict=True):
            is_empty[place] = len(row) == len(word)
    return is_empty


def _by_segment(words: list[Span], segments: list[Span]) -> list[list[Span]]:
    members: list[list[Span]] = [[] for _ in segments]
    place = 0
    for word in words:
        while word.start >= segments[place].end:
            place += 1
        members[place].append(word)
    return members


def _begins(row: Ids, part: Ids) -> bool:
    return len(part) <= len(row) and np.array_equal(row[: len(part)], part)


def _assigned(
    words: list[Span], ends: list[int | None], tokens: int, first: int
) -> tuple[list[Span], npt.NDArray[np.int64]]:
    """The words of a segment, and the word of each of its tokens.

    Args:
        words: of the segment.
        ends: tokens up to the end of each word but the last; None where a token goes on beyond it.
        tokens: of the segment.
        first: number of the segment's first word.
    """
    owners = np.full(tokens, NO_WORD, np.int64)
    merged: list[Span] = []
    start = begun = 0
    for place, end in enumerate([*ends, tokens] if words else []):
        if end is None or end < start:
            continue
        owners[start:end] = first + len(merged)
        merged.append(Span(words[begun].start, words[place].end))
        start, begun = end, place + 1
    return merged, owners


def _encode(tokenizer: TextTokenizer, texts: list[str]) -> list[Ids]:
    ids, _ = tokenizer.encode(tf.constant(encode_utf8(texts)))
    return np.split(ids.flat_values.numpy(), ids.row_splits.numpy()[1:-1])


def _unframed(tokenizer: TextTokenizer, rows: list[Ids]) -> list[Ids]:
    start, end = tokenizer.framing
    return [row[len(start) : len(row) - len(end)] for row in rows]


@contextmanager
def _without_limit(tokenizer: TextTokenizer) -> Iterator[None]:
    kept, tokenizer.max_length = tokenizer.max_length, None
    try:
        yield
    finally:
        tokenizer.max_length = kept
