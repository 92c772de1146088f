"""`python -m tfcmp.evaluate RUN --data FILE`: how good a run's answers to labelled texts are."""

import shlex
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfcmp.command.ending import run_command
from tfcmp.command.evaluating import PROGRAM, evaluation_data, evaluation_parser
from tfcmp.command.inputs import cache_folder
from tfcmp.command.options import is_trusting
from tfcmp.command.quiet import import_tensorflow
from tfcmp.config.default_paths import source_name
from tfcmp.config.fields import DataSettings
from tfcmp.errors import CallError
from tfcmp.inference.engines import check_engine
from tfcmp.runs.artifacts import read_temperature
from tfcmp.runs.directory import RunDirectory, open_run
from tfcmp.runs.files import make_folder, sha256_of
from tfcmp.runs.layout import MODEL, SPLIT

if TYPE_CHECKING:
    import numpy as np

    from tfcmp.data.labelled import LabelledTexts
    from tfcmp.data.sources.record import Source
    from tfcmp.diagnostics.evaluated import Evaluated


def main(arguments: list[str]) -> None:
    """Parses, checks what can be checked without TensorFlow, answers, and prints tables."""
    options = evaluation_parser().parse(arguments)
    # Before TensorFlow is imported: what cannot be used is told at once.
    check_engine(options.engine, options.precision)
    if options.mistakes < 0:
        raise CallError(f"--mistakes {options.mistakes}: expected 0 or more")
    run = open_run(Path(options.run))
    cache = cache_folder(options)
    data = evaluation_data(run, options)
    temperature = read_temperature(run.path) if options.calibrated else None
    out = Path(options.out) if options.out is not None else None
    if out is not None:
        make_folder(out, "--out")
    one = _evaluate(run, data, cache, options, temperature)
    from tfcmp.diagnostics.evaluated import tables_of, write_evaluation
    from tfcmp.reporting.render.terminal import terminal_text

    lines = [*(f"note: {note}" for note in one.notes), *map(terminal_text, tables_of(one))]
    sys.stdout.write("\n".join(lines) + "\n")
    if out is not None:
        command = shlex.join([*PROGRAM.split(), *arguments])
        write_evaluation(one, out, _computed_from(run, data), command)
        sys.stdout.write(f"{out}\n")


def _evaluate(
    run: RunDirectory,
    data: DataSettings,
    cache: Path,
    options: Namespace,
    temperature: float | None,
) -> "Evaluated":
    from tfcmp.data.groups import connected_groups
    from tfcmp.data.label_warnings import left_out_rows
    from tfcmp.data.labelled import Selection, read_labelled, select_texts, texts_at
    from tfcmp.data.rare_classes import merged_classes
    from tfcmp.data.sources.opening import open_source
    from tfcmp.diagnostics.evaluated import Evaluated

    split = run.read_json(SPLIT)
    classes, source = tuple(split["classes"]), open_source(data)
    labelled = read_labelled(source, classes, merged_classes(split))
    wanted = Selection(options.split, options.skip_unknown_classes, options.leave_out_seen)
    rows, notes, counts = select_texts(run, data, source, labelled, wanted, cache)
    notes = [*left_out_rows(source.describe()), *notes]
    corpus = labelled.corpus
    probabilities = _answers(run, options, temperature, source, labelled, rows)
    one = Evaluated(
        facts={
            "run": run.path.resolve().name,
            "model": run.read_json("result.json")["model"],
            "data": source_name(data.source),
            "split": options.split,
            **counts,
            "engine": options.engine,
            "precision": options.precision or "float32",
            **({"temperature": temperature} if temperature is not None else {}),
        },
        classes=classes,
        rows=rows + 1,
        ids=corpus.example_ids(rows),
        labels=corpus.labels[rows],
        probabilities=probabilities,
        groups=connected_groups(corpus, "source")[rows],
        notes=tuple(notes),
        most_mistakes=options.mistakes,
    )
    if not options.show_texts or not one.mistakes:
        return one
    places = sorted(one.mistakes)
    found = texts_at(source, corpus, rows[places])
    return replace(one, texts=dict(zip(places, found, strict=True)))


def _answers(
    run: RunDirectory,
    options: Namespace,
    temperature: float | None,
    source: "Source",
    labelled: "LabelledTexts",
    rows: "np.ndarray",
) -> "np.ndarray":
    """Probabilities (rows, classes) float32."""
    import_tensorflow()
    import tfcmp
    from tfcmp.data.labelled import texts_at
    from tfcmp.diagnostics.answers import answer_all
    from tfcmp.inference.answering import CalibratedClassifier

    classifier: Any = tfcmp.load(
        run.path,
        trust=is_trusting(options),
        engine=options.engine,
        precision=options.precision,
        threads=options.threads,
    )
    if temperature is not None:
        classifier = CalibratedClassifier(classifier, temperature)
    texts = texts_at(source, labelled.corpus, rows)
    return answer_all(classifier.probabilities, texts, len(rows), "answering")


def _computed_from(run: RunDirectory, data: DataSettings) -> dict[str, Any]:
    """Checksums of the model and, where the texts are a file, of that."""
    file = Path(data.source)
    return {
        MODEL: run.read_json("result.json")["files"][MODEL],
        "data": sha256_of(file) if file.is_file() else source_name(data.source),
    }


if __name__ == "__main__":
    run_command(main)
