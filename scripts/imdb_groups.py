"""Makes the table review hash -> group of movies that keeps a movie on one side of a split.

TFDS drops which movie a review is about. The original archive tells it: line i of
`train/urls_pos.txt` belongs to `train/pos/i_*.txt`. Two movies under which the same text stands
form one group, over train and test together. The table holds numbers only.

    python scripts/imdb_groups.py aclImdb_v1.tar.gz

takes ten seconds and prints the facts by which the result can be checked.
"""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tfcmp.data.sources.imdb import GROUP_TABLE, archive_files, review_hash
from tfcmp.errors import WorkError
from tfcmp.progress import progress_bar

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

REVIEW = re.compile(r"aclImdb/(train|test)/(neg|pos)/(\d+)_\d+\.txt")
URLS = re.compile(r"aclImdb/(train|test)/urls_(neg|pos)\.txt")
WANTED = re.compile(f"{REVIEW.pattern}|{URLS.pattern}")
MOVIE = re.compile(r"\btt(\d+)")


def main() -> None:
    """Reads the archive, prints the facts and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path, help="aclImdb_v1.tar.gz or a re-pack of it")
    parser.add_argument("--out", type=Path, default=GROUP_TABLE)
    call = parser.parse_args()
    reviews = read_reviews(call.archive)
    hashes, groups = group(reviews)
    for fact, number in facts(reviews).items():
        print(f"{number:>7,}  {fact}")
    print(f"{len(hashes):>7,}  distinct texts\n{int(groups.max()) + 1:>7,}  groups")
    write(hashes, groups, call.out)
    print(call.out)


def read_reviews(archive: Path) -> "pd.DataFrame":
    """One row per labelled review: `split`, `hash` (uint64) and `movie` (its number at IMDB)."""
    import pandas as pd

    movies: dict[tuple[str, str], list[int]] = {}
    rows = []
    with progress_bar("reading reviews", 50_000) as advance:
        for path, content in archive_files(archive, WANTED):
            if urls := URLS.fullmatch(path):
                movies[urls[1], urls[2]] = [int(url) for url in MOVIE.findall(content.decode())]
            elif review := REVIEW.fullmatch(path):
                rows.append((review[1], review[2], int(review[3]), review_hash(content.strip())))
                advance(1)
    if len(movies) != 4 or not rows:
        raise WorkError(f"{archive} lacks urls_pos.txt and urls_neg.txt of train and test")
    reviews = pd.DataFrame(rows, columns=["split", "label", "line", "hash"])
    reviews["hash"] = reviews["hash"].astype("uint64")
    reviews["movie"] = [movies[row.split, row.label][row.line] for row in reviews.itertuples()]
    return reviews[["split", "hash", "movie"]]


def group(reviews: "pd.DataFrame") -> tuple["np.ndarray", "np.ndarray"]:
    """Joins movies that share a text.

    Returns:
        The distinct hashes in ascending order (uint64) and each one's group (uint16). Groups are
        numbered in the order in which the hashes name them first.
    """
    import numpy as np
    import pandas as pd
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    hashes, text = np.unique(reviews["hash"].to_numpy(), return_inverse=True)
    movies, movie = np.unique(reviews["movie"].to_numpy(), return_inverse=True)
    # A graph whose nodes are the texts and, after them, the movies; an edge for every review.
    nodes = len(hashes) + len(movies)
    edges = (np.ones(len(reviews), np.int8), (text, movie + len(hashes)))
    _, component = connected_components(coo_array(edges, shape=(nodes, nodes)), directed=False)
    groups, _ = pd.factorize(component[: len(hashes)])
    return hashes, groups.astype(np.uint16)


def facts(reviews: "pd.DataFrame") -> dict[str, int]:
    """Counts that are known from elsewhere, or that anybody can count again."""
    train, test = (reviews[reviews["split"] == split] for split in ("train", "test"))
    shared_movies = set(train["movie"]) & set(test["movie"])
    return {
        "movies in train": train["movie"].nunique(),
        "movies in test": test["movie"].nunique(),
        "movies in both": len(shared_movies),
        "test reviews of a movie in both": int(test["movie"].isin(shared_movies).sum()),
        "duplicates inside train": int(train["hash"].duplicated().sum()),
        "duplicates inside test": int(test["hash"].duplicated().sum()),
        "texts in both": len(set(train["hash"]) & set(test["hash"])),
        "train texts under several movies": _under_several_movies(train),
        "test texts under several movies": _under_several_movies(test),
    }


def _under_several_movies(reviews: "pd.DataFrame") -> int:
    return int((reviews.groupby("hash")["movie"].nunique() > 1).sum())


def write(hashes: "np.ndarray", groups: "np.ndarray", out: Path) -> None:
    """Writes the table whole or not at all."""
    import numpy as np

    partial = out.with_suffix(".partial.npz")
    np.savez_compressed(partial, hashes=hashes, groups=groups)
    partial.replace(out)


if __name__ == "__main__":
    main()
