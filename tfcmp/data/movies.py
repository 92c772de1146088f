"""Reviews of IMDB in other files: they get the group of their movie, as `--data imdb` has it."""

import sys
from dataclasses import replace

import numpy as np

from tfcmp.data.corpus import Corpus
from tfcmp.data.sources.imdb import GROUP_TABLE


def group_by_movie(corpus: Corpus, name: str) -> Corpus:
    """The corpus with the movie as group of every review of IMDB that had no group.

    Reviews are known by the hash of their text as it is. Says on stderr how many were found.

    Args:
        corpus: the index of a source.
        name: of the source, for the message.
    """
    is_alone = corpus.groups < 0
    if not is_alone.any():
        return corpus
    with np.load(GROUP_TABLE, allow_pickle=False) as table:
        hashes, movies = table["hashes"], table["groups"]
    places = np.minimum(np.searchsorted(hashes, corpus.hashes), len(hashes) - 1)
    is_review = is_alone & (hashes[places] == corpus.hashes)
    if not is_review.any():
        return corpus
    groups = corpus.groups.copy()
    # Behind the numbers of the groups that the source has itself.
    groups[is_review] = (
        corpus.groups.max(initial=0) + 1 + movies[places[is_review]].astype(np.int64)
    )
    found = len(np.unique(groups[is_review]))
    sys.stderr.write(
        f"{name}: {int(is_review.sum()):,} of {len(corpus):,} texts are reviews of IMDB, of "
        f"{found:,} movies or groups of them, which no split tears apart\n"
    )
    return replace(corpus, groups=groups)
