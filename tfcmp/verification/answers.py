"""Whether the predictions are those of the saved model: it answers a sample of the texts again."""

from pathlib import Path

import numpy as np

import tfcmp
from tfcmp.data.run_texts import data_settings, pick_texts
from tfcmp.data.sources.opening import open_source
from tfcmp.errors import TfcmpError
from tfcmp.reporting.load.runs import Answers, read_answers
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import MODEL, PREDICTIONS
from tfcmp.verification.findings import Finding, below, unchecked

SAMPLE = 200
SEED_OF_SAMPLE = 0
# Engines, batches and devices move a probability by less; 16-bit products of a GPU come closest.
TOLERANCE = 0.01


def verify_answers(path: Path, *, trust: bool = False) -> list[Finding]:
    """Compares answers of the saved model with predictions.parquet, over `SAMPLE` test texts.

    Args:
        path: a complete run.
        trust: lets a SavedModel of the run run.

    Returns:
        A difference where the model answers otherwise; what is lacking where it cannot answer.
    """
    run = RunDirectory(path)
    if not run.file(MODEL).exists():
        return [unchecked(f"{path}: its answers: {MODEL} is not here")]
    try:
        texts, stated = _sample(run)
        answered = tfcmp.load(path, trust=trust).probabilities(texts)
    except (TfcmpError, ImportError) as error:
        return [unchecked(f"{path}: its answers: {error}")]
    return list(below(path, _compare(answered, stated)))


def _sample(run: RunDirectory) -> tuple[list[str], np.ndarray]:
    """Test texts, each once, and the probabilities (texts, classes) that the run states for them.

    Raises:
        TfcmpError: the texts are not at hand, or have changed.
    """
    test = read_answers(run.file(PREDICTIONS))["test"]
    rows = _rows(test)
    source = open_source(data_settings(run))
    picked = list(pick_texts(source.records(), list(rows), run))
    return [record.text for _, record in picked], test.probabilities[[rows[id] for id, _ in picked]]


def _rows(test: Answers) -> dict[str, int]:
    """Rows of a sample of the different texts, by id."""
    different = [row for row, id in enumerate(test.ids.tolist()) if "-" not in id]
    chosen = np.random.default_rng(SEED_OF_SAMPLE).permutation(different)[:SAMPLE]
    return {str(test.ids[row]): int(row) for row in chosen}


def _compare(answered: np.ndarray, stated: np.ndarray) -> list[Finding]:
    if answered.shape != stated.shape:
        told = f"{MODEL} knows {answered.shape[1]} classes, {PREDICTIONS} {stated.shape[1]}"
        return [Finding(told)]
    apart = np.abs(answered - stated).max(axis=1)
    others = int((apart > TOLERANCE).sum())
    if not others:
        return []
    return [
        Finding(
            f"{PREDICTIONS}: {MODEL} answers {others} of {len(stated)} texts otherwise, by up to "
            f"{apart.max():.2g}: the predictions are of another model"
        )
    ]
