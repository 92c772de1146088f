"""Whether the predictions are of the texts, labels and groups that split.json describes."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tfcmp.data.corpus import groups_fingerprint, labels_fingerprint, parse_ids
from tfcmp.reporting.load.runs import SPLITS, Answers
from tfcmp.runs.layout import PREDICTIONS, SPLIT
from tfcmp.verification.findings import Finding, unchecked


def check_splits(answers: Mapping[str, Answers], split: Mapping[str, Any]) -> Iterator[Finding]:
    """Compares sizes and fingerprints of validation and test.

    The texts of training are not among the predictions: their fingerprint is compared between the
    runs of a study.
    """
    for name in SPLITS:
        of, described = answers[name], split["splits"][name]
        yield from _sizes(name, of, described)
        hashes, copies = parse_ids(of.ids.tolist())
        found = labels_fingerprint(hashes, copies, of.labels, split["classes"])
        if found != described["fingerprint"]:
            yield Finding(
                f"{SPLIT}: {name}.fingerprint is {described['fingerprint'][:8]}, that of the texts "
                f"and labels in {PREDICTIONS} {found[:8]}: labels were changed, or other texts "
                "answered"
            )
        if "groups_fingerprint" in described and groups_of(of) != described["groups_fingerprint"]:
            yield Finding(
                f"{SPLIT}: {name}.groups_fingerprint is {described['groups_fingerprint'][:8]}, that "
                f"of the groups in {PREDICTIONS} {groups_of(of)[:8]}: the texts are grouped "
                "otherwise than when they were split"
            )
    if any("groups_fingerprint" not in split["splits"][name] for name in SPLITS):
        yield unchecked(
            f"{SPLIT}: it has no groups_fingerprint (the run was fitted by an earlier tfcmp), so "
            f"that the groups in {PREDICTIONS} are compared with those of other runs alone"
        )


def groups_of(answers: Answers) -> str:
    """Fingerprint of which texts are in one group."""
    return groups_fingerprint(*parse_ids(answers.ids.tolist()), answers.groups)


def _sizes(name: str, of: Answers, described: Mapping[str, Any]) -> Iterator[Finding]:
    counts = np.bincount(of.labels, minlength=len(described["class_sizes"])).tolist()
    facts = (
        ("size", described["size"], len(of.labels)),
        ("groups", described["groups"], len(np.unique(of.groups))),
        ("class_sizes", list(described["class_sizes"].values()), counts),
        ("different ids", described["size"], len(set(of.ids.tolist()))),
    )
    for fact, stated, found in facts:
        if stated != found:
            yield Finding(f"{SPLIT}: {name}.{fact} is {stated}, {PREDICTIONS} has {found}")
