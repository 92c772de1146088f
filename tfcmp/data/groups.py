"""What has to be in the same split: texts connected by a group or a copy that they share."""

import sys
from dataclasses import replace

import numpy as np

from tfcmp.data.corpus import Corpus


def connected_groups(corpus: Corpus, grouping: str) -> np.ndarray:
    """(n,) group numbers from 0: rows that share a group or a text are in one, transitively.

    With `grouping` "none" only copies of a text are.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, texts = np.unique(corpus.hashes, return_inverse=True)
    if grouping == "none":
        return texts
    _, groups = np.unique(corpus.groups, return_inverse=True)
    size = int(groups.max()) + 1 + int(texts.max()) + 1
    edges = (np.ones(len(groups), np.int8), (groups, texts + int(groups.max()) + 1))
    _, component = connected_components(coo_array(edges, shape=(size, size)), directed=False)
    _, numbers = np.unique(component[groups], return_inverse=True)
    return numbers


def groups_by_class(groups: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """(classes,) in how many of the non-negative group numbers each class occurs."""
    cells = np.unique(groups.astype(np.int64) * classes + labels)
    return np.bincount(cells % classes, minlength=classes)


class GroupTable:
    """How many rows of each class every group holds.

    Attributes:
        group_of_row: (n,) position of each row's group.
        counts: (groups, classes) rows.
        sizes: (groups,) rows of all classes.
    """

    def __init__(self, groups: np.ndarray, labels: np.ndarray, classes: int) -> None:
        _, self.group_of_row = np.unique(groups, return_inverse=True)
        size = int(self.group_of_row.max(initial=-1)) + 1
        cells = self.group_of_row.astype(np.int64) * classes + labels
        self.counts = np.bincount(cells, minlength=size * classes).reshape(size, classes)
        self.sizes = self.counts.sum(axis=1)

    def stratified_order(self, draw: np.random.Generator) -> np.ndarray:
        """A random order in which every prefix has about the class shares of the whole.

        Groups are shuffled, then those of each stratum (most frequent class and its share, in
        tenths) are spread evenly over the order by the number of rows before them in their stratum.
        """
        leading = self.counts.argmax(axis=1)
        tenths = np.round(10 * self.counts.max(axis=1) / self.sizes)
        _, stratum = np.unique(np.stack([leading, tenths]), axis=1, return_inverse=True)
        order = draw.permutation(len(self.counts))
        order = order[np.argsort(stratum[order], kind="stable")]
        rows_before = np.cumsum(self.sizes[order]) - self.sizes[order] / 2
        rows = np.bincount(stratum, weights=self.sizes)
        first_row = np.cumsum(rows) - rows
        quantile = (rows_before - first_row[stratum[order]]) / rows[stratum[order]]
        return order[np.argsort(quantile, kind="stable")]


def group_by_movie(corpus: Corpus, name: str) -> Corpus:
    """The corpus with the movie as group of every review of IMDB that had none.

    Reviews are recognised by the hash of their text. Tells on stderr how many texts of the source
    `name` were found.
    """
    is_alone = corpus.groups < 0
    if not is_alone.any():
        return corpus
    from tfcmp.data.sources.imdb import GROUP_TABLE

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
