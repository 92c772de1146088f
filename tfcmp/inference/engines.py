"""What computes the answers of a saved model: Keras, ONNX Runtime or OpenVINO."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tfcmp.errors import CallError, WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import MODEL, RESULT
from tfcmp.runs.timing import processors

if TYPE_CHECKING:
    from tfcmp.inference.classifier import Classifier

# Precisions of each engine; the first is taken where none is asked for.
PRECISIONS = {
    "keras": ("float32", "bf16"),
    "onnx": ("float32", "int8"),
    "openvino": ("float32", "bf16"),
}


class Loading(NamedTuple):
    """What `tfcmp.load` was asked for, and the checksum of the model that was there.

    `run` is absolute, so that a process with another working directory finds it.
    """

    run: str
    trust: bool
    engine: str
    precision: str | None
    threads: int | None
    sha256: str


def listed_checksum(run_path: Path) -> str:
    """SHA-256 of the model of a complete run, as result.json lists it.

    Raises:
        WorkError: result.json is missing or damaged.
    """
    return str(RunDirectory(run_path).read_json(RESULT)["files"][MODEL])


def reload(loading: Loading) -> "Classifier":
    """The classifier of a pickle or a copy: loaded again from the path that it came from.

    Raises:
        CallError, WorkError: see `tfcmp.load`; and WorkError where the run is not there any more, or
            holds another model.
    """
    import tfcmp

    run = Path(loading.run)
    if not run.is_dir():
        raise WorkError(
            f"a pickled classifier is loaded from its run, and {run} is not there; put the run at the "
            "same path on this machine"
        )
    if listed_checksum(run) != loading.sha256:
        raise WorkError(
            f"{run} holds another model than when this classifier was pickled; load and pickle it "
            "again, or bring the run back"
        )
    return tfcmp.load(
        run,
        trust=loading.trust,
        engine=loading.engine,
        precision=loading.precision,
        threads=loading.threads,
    )


def open_engine(
    run_path: Path,
    engine: str = "keras",
    precision: str | None = None,
    threads: int | None = None,
) -> "Classifier":
    """The classifier of a complete run, its answers computed by `engine`.

    Tokens are made by TensorFlow under every engine, by the layer that the model was trained with.

    Args:
        run_path: the run directory.
        engine: "keras", "onnx" (ONNX Runtime) or "openvino".
        precision: "float32"; for Keras and OpenVINO also "bf16", for ONNX Runtime "int8"; None is
            float32.
        threads: processors that the engine may use; None is all.

    Raises:
        CallError: the engine is not installed, has no such precision, or cannot hold the model.
        WorkError: the directory is no run, incomplete, damaged, or of a newer version.
    """
    precision = check_engine(engine, precision)
    if threads is not None and threads < 1:
        raise CallError(f"threads: expected at least 1, got {threads}")
    # Imported here: a wrong call is told before TensorFlow is there.
    from tfcmp.inference.classifier import Classifier, load_classifier, load_model

    if engine == "keras":
        if threads is not None:
            set_keras_threads(threads)
        return load_classifier(run_path, precision)
    with importable(engine):
        if engine == "onnx":
            from tfcmp.inference.onnx_engine import TOKENS_PER_BATCH
            from tfcmp.inference.onnx_engine import onnx_forward as make_forward
        else:
            from tfcmp.inference.openvino_engine import TOKENS_PER_BATCH
            from tfcmp.inference.openvino_engine import openvino_forward as make_forward
    model, classes = load_model(run_path)
    forward, size = make_forward(model, precision, threads or processors())
    tokenizer = model.get_layer("tokenizer")
    return Classifier(tokenizer, forward, classes, TOKENS_PER_BATCH, graph_bytes=size)


def check_engine(engine: str, precision: str | None) -> str:
    """The precision that `engine` is to compute in.

    Raises:
        CallError: no such engine, it has no such precision, or is not installed.
    """
    if engine not in PRECISIONS:
        raise CallError(f"engine {engine!r}: expected one of {', '.join(PRECISIONS)}")
    known = PRECISIONS[engine]
    if precision is not None and precision not in known:
        having = [name for name, precisions in PRECISIONS.items() if precision in precisions]
        hint = f"; {precision} is of {' and '.join(having)}" if having else ""
        raise CallError(
            f"precision {precision!r}: the {engine} engine has {' and '.join(known)}{hint}"
        )
    require_engine(engine)
    return precision or known[0]


def require_engine(engine: str) -> None:
    """Returns where the libraries of an engine are installed.

    Raises:
        CallError: one is missing; says how to install it.
    """
    from importlib.util import find_spec

    # Both engines read the graph that `onnx` writes.
    libraries = {"onnx": ("onnx", "onnxruntime"), "openvino": ("onnx", "openvino")}
    for library in libraries.get(engine, ()):
        if find_spec(library) is None:
            raise CallError(
                f"the {engine} engine needs the package {library}, which is not installed; "
                f"pip install 'tfcmp[{engine}]'"
            )


@contextmanager
def importable(engine: str) -> Iterator[None]:
    """A block that imports the libraries of an engine, installed as `require_engine` found them.

    Raises:
        CallError: one cannot be imported: a system library or a matching version is missing.
    """
    try:
        yield
    except ImportError as error:
        raise CallError(
            f"the {engine} engine is installed, but cannot be imported "
            f"({' '.join(str(error).split())}); repair it with pip install --force-reinstall "
            f"'tfcmp[{engine}]', or take another engine"
        ) from None


def set_keras_threads(threads: int) -> None:
    """Sets TensorFlow's threads; to be called before its first operation.

    Raises:
        CallError: TensorFlow is at work already, with other threads.
    """
    import tensorflow as tf

    settings = tf.config.threading
    if settings.get_intra_op_parallelism_threads() == threads:
        return
    try:
        settings.set_intra_op_parallelism_threads(threads)
        settings.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        raise CallError(
            f"threads {threads}: TensorFlow has started in this process and keeps its threads; "
            "open the keras engine first, or in a process of its own"
        ) from None
