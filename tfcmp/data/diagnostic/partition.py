"""Which split a sentence or a title belongs to."""

from hashlib import blake2b

SPLITS = ("train", "test")


def split_of(text: str) -> str:
    """The one split that may use this text: a quarter of all texts are test.

    It depends on nothing but the text, not on a seed, so that no two corpora of any seeds share
    a sentence between the train split of one and the test split of the other.
    """
    return "test" if blake2b(text.encode(), digest_size=1).digest()[0] < 64 else "train"
