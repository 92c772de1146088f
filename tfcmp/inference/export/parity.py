"""Whether an export answers like Keras in float32, on the whole test split."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import text_id
from tfcmp.data.run_texts import pick_texts, settings_at
from tfcmp.data.sources.opening import open_source
from tfcmp.data.tokens import batched_lists
from tfcmp.inference.export.formats import Answer
from tfcmp.inference.texts import TEXTS_PER_WINDOW
from tfcmp.progress import progress_bar
from tfcmp.runs.directory import RunDirectory, check_files
from tfcmp.runs.layout import PREDICTIONS

# In float32 a label may change where Keras itself is undecided to this much.
MARGIN = 0.001
# In less than float32: share of the labels that may change, and accuracy that may be lost.
CHANGED_SHARE = 0.005
ACCURACY_LOSS = 0.001


class KerasAnswers(NamedTuple):
    """What Keras answered in float32: ids, labels (n,), probabilities (n, classes) float32."""

    ids: list[str]
    labels: np.ndarray
    probabilities: np.ndarray


def read_test_split(run: RunDirectory) -> KerasAnswers:
    """The run's answers to its test split, which were computed by Keras in float32.

    Raises:
        WorkError: the file is missing or damaged.
    """
    check_files(run, [PREDICTIONS])
    table = pyarrow.parquet.read_table(
        run.file(PREDICTIONS),
        columns=["id", "label", "probabilities"],
        filters=[("split", "=", "test")],
    )
    return KerasAnswers(
        table["id"].to_pylist(),
        table["label"].to_numpy(),
        np.array(table["probabilities"].to_pylist(), np.float32),
    )


def answer_test_split(
    run: RunDirectory, expected: KerasAnswers, answer: Answer, data: DataSettings | None = None
) -> np.ndarray:
    """Probabilities (n, classes) float32 of an export for every text of the test split.

    Raises:
        CallError: the texts' source is not there.
        WorkError: the source no longer holds all texts of the split.
    """
    # A further copy of a text has the id of the first with "-k" after it.
    hashes = [example.split("-")[0] for example in expected.ids]
    found: dict[str, np.ndarray] = {}
    wanted = set(hashes)
    records = open_source(data or settings_at(run)).records()
    texts = (record.text for _, record in pick_texts(records, wanted, run))
    with progress_bar("comparing with Keras", len(wanted)) as advance:
        for window in batched_lists(texts, TEXTS_PER_WINDOW):
            answers = answer(window)
            found |= {text_id(text): row for text, row in zip(window, answers, strict=True)}
            advance(len(window))
    return np.stack([found[name] for name in hashes])


def compare(expected: KerasAnswers, answers: np.ndarray, precision: str) -> dict[str, Any]:
    """The content of parity.json but for what it was computed from.

    `refused` is null, or says which limit the export is over.
    """
    kept = expected.probabilities.argmax(axis=1)
    changed = answers.argmax(axis=1) != kept
    ordered = np.sort(expected.probabilities, axis=1)
    is_decided = ordered[:, -1] - ordered[:, -2] > MARGIN
    accuracies = {
        "keras_float32": float(np.mean(kept == expected.labels)),
        "export": float(np.mean(answers.argmax(axis=1) == expected.labels)),
    }
    found = {
        "texts": len(changed),
        "largest_difference": float(np.abs(answers - expected.probabilities).max()),
        "changed_labels": int(changed.sum()),
        "changed_share": float(changed.mean()),
        "changed_beyond_margin": int((changed & is_decided).sum()),
        "accuracy": accuracies,
        "limits": {"margin": MARGIN}
        if precision == "float32"
        else {"changed_share": CHANGED_SHARE, "accuracy_loss": ACCURACY_LOSS},
    }
    return {**found, "refused": _refusal(found, precision)}


def _refusal(found: dict[str, Any], precision: str) -> str | None:
    if precision == "float32":
        if count := found["changed_beyond_margin"]:
            return f"{count} labels change where Keras is decided by more than {MARGIN}"
        return None
    if found["changed_share"] > CHANGED_SHARE:
        return f"{found['changed_share']:.2%} of the labels change, more than {CHANGED_SHARE:.1%}"
    lost = found["accuracy"]["keras_float32"] - found["accuracy"]["export"]
    # Beyond rounding: 0.9 - 0.899 is a little more than 0.001.
    if lost > ACCURACY_LOSS + 1e-9:
        return f"{100 * lost:.2f} points of accuracy are lost, more than {100 * ACCURACY_LOSS:.1f}"
    return None
