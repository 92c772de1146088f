"""What looks like a mistake in labels, for a warning: nothing is changed."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tfcmp.data.corpus import Corpus, text_hash
from tfcmp.data.listing import listed
from tfcmp.data.sources.record import SourceDescription

# Of a data set with hundreds of classes.
_SHOWN = 5
# Straight, back tick, typographic single and double, guillemets.
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
# How pandas, R, Python, JSON, SQL, MySQL and spreadsheets write a missing value.
_MISSING = ("nan", "<na>", "na", "n/a", "none", "null", "\\n", "#n/a")
_MISSING_TEXTS = ("nan", "NaN", "<NA>", "NA", "N/A", "None", "null", "NULL", "\\N", "#N/A")
_TRUTH = {"true": "1", "false": "0"}


def label_warnings(corpus: Corpus) -> list[str]:
    """Warnings about classes with similar or quoted names, missing values, contradictory labels."""
    counts = np.bincount(corpus.labels, minlength=len(corpus.classes)).tolist()
    sizes = dict(zip(corpus.classes, counts, strict=True))
    return [*_alike(sizes), *_quoted(sizes), *_missing(corpus, sizes), *_contradictions(corpus)]


def left_out_rows(described: SourceDescription) -> list[str]:
    """A sentence on rows that were left out, from what the source tells by `describe`."""
    counts = described.get("left_out", {})
    if not counts:
        return []
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
    return [f"rows left out (--data.skip_incomplete): {told}"]


def _alike(sizes: dict[str, int]) -> list[str]:
    families: dict[str, list[str]] = defaultdict(list)
    for name in sizes:
        families[_plain(name)].append(name)
    alike = [names for names in families.values() if len(names) > 1]
    if not alike:
        return []
    told = listed([_counted(names, sizes) for names in alike], _SHOWN, "; ")
    return [f"classes look alike and count as different ones: {told}"]


def _plain(name: str) -> str:
    """A name without case, blanks, quotes, leading zeros and forms of characters."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    # The Turkish \u0130 becomes an i and a dot above; format characters (Cf) are invisible.
    folded = folded.replace("i\u0307", "i")
    folded = "".join(c for c in folded if unicodedata.category(c) != "Cf").strip(f"{_QUOTES} \t")
    if folded.isdecimal():
        return folded.lstrip("0") or "0"
    return _TRUTH.get(folded) or re.sub(r"[\s_-]+", " ", folded) or name


def _quoted(sizes: dict[str, int]) -> list[str]:
    quoted = [name for name in sizes if len(name) > 1 and name[0] == name[-1] == '"']
    if not quoted:
        return []
    return [
        f"names of classes stand in quotation marks: {_counted(quoted, sizes)}; the file "
        "may be quoted in another way than it is read"
    ]


def _missing(corpus: Corpus, sizes: dict[str, int]) -> list[str]:
    names = [name for name in sizes if name.casefold() in _MISSING]
    hashes = [text_hash(text) for text in _MISSING_TEXTS]
    texts = int(np.isin(corpus.hashes, np.array(hashes, np.uint64)).sum())
    found = []
    if names:
        found.append(
            f"classes look like missing values, and count as classes: {_counted(names, sizes)}"
        )
    if texts:
        found.append(f"{texts:,} texts look like missing values (nan, None, NULL and the like)")
    return found


def _contradictions(corpus: Corpus) -> list[str]:
    pairs = np.unique(np.stack([corpus.hashes, corpus.labels.astype(np.uint64)], axis=1), axis=0)
    texts, labels = np.unique(pairs[:, 0], return_counts=True)
    count = int((labels > 1).sum())
    if not count:
        return []
    rows = int(np.isin(corpus.hashes, texts[labels > 1]).sum())
    texts_have = "text has" if count == 1 else "texts have"
    return [
        f"{count:,} {texts_have} contradictory labels in {rows:,} rows: no model can learn both"
    ]


def _counted(names: Sequence[str], sizes: dict[str, int]) -> str:
    return listed([f"{name!r} ({sizes[name]:,})" for name in names], _SHOWN)
