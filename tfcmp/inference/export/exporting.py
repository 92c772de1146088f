"""From a run to a folder that others can serve."""

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from tfcmp.config.fields import DataSettings
from tfcmp.errors import CallError, WorkError
from tfcmp.inference.engines import importable, require_engine
from tfcmp.runs.directory import RunDirectory, open_run
from tfcmp.runs.files import sha256_of, whole_folder, write_json
from tfcmp.runs.layout import CONFIG, EXPORTED_LABELS, MODEL, PREDICTIONS

PRECISIONS = {
    "saved_model": ("float32",),
    "onnx": ("float32", "int8"),
    "openvino": ("float32", "bf16"),
}
PARITY = "parity.json"
CARD = "README.md"
TOKENIZER = "tokenizer"
# TensorFlow takes [ ] * ? and backslashes in a path for a pattern, and no library takes every name.
LONGEST_PATH = 200
PLAIN = re.compile(r"[A-Za-z0-9/._+-]+")


def check_export(form: str, precision: str) -> None:
    """Returns where `form` can hold `precision` and its libraries are installed.

    Raises:
        CallError: it cannot, or one is missing.
    """
    known = PRECISIONS[form]
    if precision not in known:
        having = [name for name, precisions in PRECISIONS.items() if precision in precisions]
        raise CallError(
            f"--precision {precision}: the format {form} holds {' and '.join(known)}; "
            f"{precision} is of {' and '.join(having)}"
        )
    require_engine(form)


def export_run(
    run_path: Path,
    form: str,
    precision: str,
    out: Path,
    accept: bool,
    data: DataSettings | None = None,
) -> dict[str, Any]:
    """Writes a run's model to the folder `out`, in one format, with its parity and model card.

    Args:
        run_path: a complete run.
        form: "saved_model", "onnx" or "openvino".
        precision: of the export.
        out: folder that is not there yet.
        accept: write it even where it answers otherwise than Keras.
        data: how the texts of the run are read, if they have moved; see
             `tfcmp.data.run_texts.settings_at`.

    Returns:
        The content of parity.json.

    Raises:
        CallError: the format cannot hold the model, or `out` is taken.
        WorkError: the run is no complete one, or the export answers otherwise and `accept` is
            False; nothing is written then.
    """
    from tfcmp.inference.classifier import load_model
    from tfcmp.inference.export.formats import FORMATS, has_files, write_tokenizer
    from tfcmp.inference.export.model_card import model_card
    from tfcmp.inference.export.parity import answer_test_split, compare, read_test_split

    run = open_run(run_path)
    configuration = yaml.safe_load(run.file(CONFIG).read_text(encoding="utf-8"))
    with whole_folder(out, "--out") as written, plain_path(written) as folder:
        expected = read_test_split(run)
        model, classes = load_model(run_path)
        with importable(form):
            answer = FORMATS[form](model, classes, precision, folder)
        if form != "saved_model" or has_files(model.get_layer("tokenizer")):
            write_tokenizer(model.get_layer("tokenizer"), folder / TOKENIZER)
        parity = compare(expected, answer_test_split(run, expected, answer, data), precision)
        if parity["refused"] and not accept:
            raise WorkError(
                f"the export answers otherwise than Keras: {parity['refused']}; nothing was "
                "written; --accept writes it all the same"
            )
        card = model_card(run, configuration, form, precision, parity)
        write_json(folder / EXPORTED_LABELS, list(classes))
        (folder / CARD).write_text(card, encoding="utf-8")
        shutil.copyfile(run.file(CONFIG), folder / CONFIG)
        parity = {"format": form, "precision": precision, "accepted": accept, **parity}
        write_json(folder / PARITY, parity | _origin(run, folder))
    return parity


@contextmanager
def plain_path(folder: Path) -> Iterator[Path]:
    """Yields a path to `folder` that every library can write to, whatever the folder is called."""
    path = folder.resolve()
    if PLAIN.fullmatch(str(path)) and len(str(path)) <= LONGEST_PATH:
        yield path
        return
    with TemporaryDirectory(prefix="tfcmp-") as parent:
        link = Path(parent) / "export"
        link.symlink_to(path, target_is_directory=True)
        yield link


def _origin(run: RunDirectory, folder: Path) -> dict[str, Any]:
    """What was compared with what, by checksums, and the command."""
    written = sorted(file for file in folder.rglob("*") if file.is_file())
    return {
        "run": {name: sha256_of(run.file(name)) for name in (MODEL, PREDICTIONS)},
        "files": {str(file.relative_to(folder)): sha256_of(file) for file in written},
        "bytes": sum(file.stat().st_size for file in written),
        "command": ["python", "-m", "tfcmp.export", *sys.argv[1:]],
    }
