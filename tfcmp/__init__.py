"""Compares recurrent and transformer language models on sentiment, and on your own texts."""

from typing import TYPE_CHECKING

from tfcmp.config.default_paths import absolute_path

if TYPE_CHECKING:
    from pathlib import Path

    from tfcmp.inference.classifier import Classifier

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def load(
    run_directory: "str | Path",
    *,
    trust: bool = False,
    engine: str = "keras",
    precision: str | None = None,
    threads: int | None = None,
) -> "Classifier":
    """The classifier of a complete run directory.

    It can be pickled and copied, for joblib and Spark: a copy is loaded again from the same path, with
    the same arguments, and only if the model there is still the same.

    Args:
        run_directory: as tfcmp.fit made it.
        trust: lets a SavedModel that the run holds run: it is a program, with your rights.
        engine: what computes the answers: "keras", "onnx" or "openvino".
        precision: of the engine, None being float32; see `tfcmp.inference.engines`.
        threads: processors that the engine may use; None is all.

    Raises:
        tfcmp.errors.CallError: the run holds a SavedModel and `trust` is False, or the engine is
            not installed or cannot hold the model, or Keras was imported with another backend; or
            this process was forked from one that had loaded a model.
        tfcmp.errors.WorkError: the directory is no run, incomplete, damaged, or of a newer version.
    """
    from tfcmp.command.quiet import import_tensorflow

    import_tensorflow()
    from tfcmp.inference.engines import Loading, listed_checksum, open_engine
    from tfcmp.models.saved_model.trust import trusting_saved_models

    run = absolute_path(run_directory)
    with trusting_saved_models(trust):
        classifier = open_engine(run, engine, precision, threads)
    classifier.loading = Loading(
        str(run.resolve()), trust, engine, precision, threads, listed_checksum(run)
    )
    return classifier
