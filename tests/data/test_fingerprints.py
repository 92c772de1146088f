import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.corpus import groups_fingerprint, labels_fingerprint, parse_ids

TEXTS = st.lists(
    st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 3), st.integers(0, 2), st.integers(0, 4)),
    min_size=2,
    max_size=12,
    unique_by=lambda text: text[:2],
)


def columns(texts):
    hashes, copies, labels, groups = zip(*texts, strict=True)
    return (
        np.array(hashes, np.uint64),
        np.array(copies, np.uint32),
        np.array(labels),
        np.array(groups),
    )


def ids_of(texts):
    return [f"{text:016x}" + (f"-{copy}" if copy else "") for text, copy, _, _ in texts]


@given(TEXTS)
def test_ids_are_taken_apart_as_they_were_made(texts):
    hashes, copies = parse_ids(ids_of(texts))
    assert list(zip(hashes.tolist(), copies.tolist(), strict=True)) == [one[:2] for one in texts]


@given(TEXTS, st.randoms())
def test_neither_order_nor_numbers_of_groups_matter(texts, random):
    mixed = list(texts)
    random.shuffle(mixed)
    (hashes, copies, labels, groups), others = columns(texts), columns(mixed)
    first = labels_fingerprint(hashes, copies, labels, ("a", "b", "c"))
    assert first == labels_fingerprint(*others[:3], ["a", "b", "c"])
    renumbered = groups_fingerprint(others[0], others[1], 7 - 3 * others[3])
    assert groups_fingerprint(hashes, copies, groups) == renumbered


@given(TEXTS)
def test_another_label_class_or_group_changes_the_fingerprint(texts):
    hashes, copies, labels, groups = columns(texts)
    before = labels_fingerprint(hashes, copies, labels, ("a", "b", "c", "d"))
    changed = labels.copy()
    changed[0] = 3
    assert before != labels_fingerprint(hashes, copies, changed, ("a", "b", "c", "d"))
    assert before != labels_fingerprint(hashes, copies, labels, ("a", "b", "d", "c"))
    moved = groups.copy()
    moved[0] = groups[1] if groups[0] != groups[1] else 9
    before = groups_fingerprint(hashes, copies, groups)
    assert before != groups_fingerprint(hashes, copies, moved)
