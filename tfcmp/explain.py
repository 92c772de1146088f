"""`python -m tfcmp.explain RUN`: which words an answer comes from, and how far to trust that."""

import json
import shlex
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import ArgumentParser, Namespace

from tfcmp.command.checking import CASES, CONFIDENCE, WRITTEN, add_checks, chosen_check, flag
from tfcmp.command.ending import run_command
from tfcmp.command.explaining import add_evaluation, add_explanation
from tfcmp.command.options import parse_strictly
from tfcmp.command.paths import add_data, local_path, output_folder
from tfcmp.command.quiet import import_tensorflow
from tfcmp.command.text_column import input_reading, text_column
from tfcmp.command.trust import add_trust, is_trusting
from tfcmp.errors import CallError, TfcmpError
from tfcmp.runs.artifacts import EXPLANATION, write_elsewhere
from tfcmp.runs.directory import SPLIT, RunDirectory, open_run
from tfcmp.runs.files import require_writable

if TYPE_CHECKING:
    from tfcmp.config.fields import DataSettings
    from tfcmp.diagnostics.predictions import Checked
    from tfcmp.reporting.render.document import Table

PROGRAM = "python -m tfcmp.explain"
DESCRIPTION = (
    "Explains the answers of a run by its words: integrated gradients at the token embedding, or "
    "leave-one-word-out occlusion. One JSON object per line, or coloured text on a terminal. "
    "Or checks runs: --behaviour, --contrast, --curves, --label-errors, --calibrate."
)
# Texts of the test split that explanations are measured on.
SAMPLE = 200
STEPS = 50


def main(arguments: list[str]) -> None:
    """Parses, checks what can be checked without TensorFlow, and does what was asked for."""
    parser = ArgumentParser(
        prog=PROGRAM, description=DESCRIPTION, exit_on_error=False, allow_abbrev=False
    )
    parser.add_argument("run", type=local_path, metavar="RUN", help="run directory of tfcmp.fit")
    add_explanation(parser)
    add_evaluation(parser)
    add_checks(parser)
    parser.add_argument(
        "--out",
        type=output_folder,
        metavar="FOLDER",
        help="folder of the file that is written, if not the run",
    )
    add_data(parser)
    add_trust(parser)
    options = parse_strictly(parser, arguments)
    check = chosen_check(options)
    _check_place(check, options)
    if check is not None:
        run_check(check, options, shlex.join([*PROGRAM.split(), *arguments]))
    elif options.evaluate:
        evaluate(options, arguments)
    else:
        explain(options)


def _check_place(check: str | None, options: Namespace) -> None:
    """Whether what is asked for can be written, told before it is computed.

    Raises:
        CallError: it cannot, or nothing would be written.
    """
    if check not in WRITTEN and not options.evaluate:
        if options.out is not None:
            raise CallError(f"--out goes with {' or '.join(map(flag, ('evaluate', *WRITTEN)))}")
        return
    for path in map(Path, (options.run, *(options.compare or ()))):
        if options.out is None and path.is_dir():
            require_writable(path, "--out")


def explain(options: Namespace) -> None:
    """Explains texts."""
    if options.other:
        raise CallError("--other compares explanations; expected --evaluate too")
    given = [bool(options.text), options.input is not None, options.sample is not None]
    if sum(given) != 1:
        raise CallError(
            "expected one of --text, --input and --sample, got "
            + (
                "more than one"
                if any(given)
                else "none of them; or a check such as --evaluate, --behaviour, --curves (--help)"
            )
        )
    _check_steps(options)
    html = Path(options.html) if options.html is not None else None
    run = open_run(Path(options.run))
    label = _checked_class(run, options["class"])
    data, file = _checked_input(run, options)
    import_tensorflow()
    import tfcmp
    from tfcmp.explanation.explainer import Explainer
    from tfcmp.explanation.network import Network
    from tfcmp.explanation.presenting import present
    from tfcmp.explanation.samples import sample_test

    classifier = tfcmp.load(run.path, trust=is_trusting(options))
    explainer = Explainer(Network(classifier), options.method, options.steps)
    if options.sample is not None:
        texts: Iterable[str] = [
            example.text for example in sample_test(run, options.sample, data=data)
        ]
    else:
        texts = options.text or file
    as_json = options.json or not sys.stdout.isatty()
    present(explainer, texts, run.path.resolve().name, as_json, html, label)


def evaluate(options: Namespace, arguments: list[str]) -> None:
    """Measures how good explanations are, and prints the figures and the file they are in."""
    for name in ("text", "html", "json", "class"):
        if options[name]:
            raise CallError(f"--{name} and --evaluate contradict each other: leave one of them out")
    if options.input is not None and options.sample is not None:
        raise CallError("--input and --sample contradict each other: leave one of them out")
    _check_steps(options)
    run = open_run(Path(options.run))
    write_elsewhere([run], [run.path.name], _folder(options))
    others = [open_run(Path(path)).path for path in options.other]
    if options.input is None:
        options.sample = SAMPLE if options.sample is None else options.sample
    data, _ = _checked_input(run, options)
    import_tensorflow()
    from tfcmp.explanation.evaluation import evaluate_explanations, lines
    from tfcmp.explanation.samples import read_examples, sample_test
    from tfcmp.models.saved_model.trust import trusting_saved_models

    file = Path(options.input) if options.input is not None else None
    examples = (
        sample_test(run, options.sample, data=data)
        if file is None
        else read_examples(
            file, input_reading(options, run, options.input), text_column(options, run)
        )
    )
    with trusting_saved_models(is_trusting(options)):
        content = evaluate_explanations(
            run,
            examples,
            "test" if file is None else file.name,
            others,
            options.method,
            options.steps,
            shlex.join(["python", "-m", "tfcmp.explain", *arguments]),
        )
    sys.stdout.write("\n".join([*lines(content), str(run.later / EXPLANATION)]) + "\n")


def _checked_class(run: RunDirectory, name: str | None) -> str | None:
    classes = run.read_json(SPLIT)["classes"]
    if name is not None and name not in classes:
        # Imported here: --help needs none of it.
        from tfcmp.data.listing import listed

        raise CallError(f"--class {name}: expected a class of the run, {listed(classes)}")
    return name


def _check_steps(options: Namespace) -> None:
    if options.steps is None:
        options.steps = STEPS
    if options.steps < 1:
        raise CallError(f"--steps {options.steps}: expected at least 1")


def _checked_input(run: RunDirectory, options: Namespace) -> tuple["DataSettings", Iterable[str]]:
    """How the run's texts are read, and those of --input, opened but not read."""
    from tfcmp.data.run_texts import data_settings, settings_at
    from tfcmp.explanation.samples import require_sample
    from tfcmp.inference.inputs import stream_texts

    if options.sample is not None:
        data = settings_at(run, options.data)
        require_sample(run, options.sample, data)
        return data, ()
    if options.data is not None:
        raise CallError("--data is where the texts of the run lie; expected --sample too")
    data = data_settings(run)
    if options.input is None:
        return data, ()
    reading = input_reading(options, run, options.input)
    return data, stream_texts(Path(options.input), reading, text_column(options, run))


def _folder(options: Namespace) -> Path | None:
    return Path(options.out) if options.out is not None else None


def run_check(check: str, options: Namespace, command: str) -> None:
    """Checks runs and prints what was found, as JSON or as tables."""
    paths = [Path(options.run), *map(Path, options.compare or ())]
    if check in ("behaviour", "contrast"):
        found = _check_answers(check, paths, options, command)
    else:
        found = _check_predictions(check, paths, options, command)
    if options.json:
        sys.stdout.write(json.dumps(found.contents, indent=2) + "\n")
    else:
        from tfcmp.reporting.render.terminal import terminal_text

        sys.stdout.write("\n".join(map(terminal_text, found.tables)))


def _check_answers(check: str, paths: list[Path], options: Namespace, command: str) -> "Checked":
    """Checks for which the models answer texts."""
    from tfcmp.explanation import checks
    from tfcmp.explanation.contrast.pairs import PairColumns

    trust = is_trusting(options)
    if check == "behaviour":
        return checks.check_behaviour(
            paths,
            cases=CASES if options.cases is None else options.cases,
            seed=1 if options.cases_seed is None else options.cases_seed,
            negative=options.negative,
            positive=options.positive,
            parts=options.parts,
            trust=trust,
            command=command,
            out=_folder(options),
        )
    names = ("original", "contrast", "original_label", "contrast_label")
    given = {name: options[f"{name}_column"] for name in names}
    columns = PairColumns(**{name: column for name, column in given.items() if column})
    reading = input_reading(options, open_run(paths[0]), options.contrast)
    return checks.check_contrast(
        paths,
        Path(options.contrast),
        columns,
        reading,
        trust=trust,
        command=command,
        out=_folder(options),
    )


def _check_predictions(
    check: str, paths: list[Path], options: Namespace, command: str
) -> "Checked":
    """Checks that need nothing but the predictions that the runs hold."""
    from tfcmp.diagnostics import predictions as checks

    if check == "calibrate":
        return checks.calibrate_runs(paths, command, _folder(options))
    if check == "label_errors":
        confidence = CONFIDENCE if options.confidence is None else options.confidence
        return checks.find_label_errors(
            paths, confidence, lambda table: _with_places(table, paths[0], options)
        )
    return checks.draw_curves(paths, Path(options.figures) if options.figures else None)


def _with_places(table: "Table", path: Path, options: Namespace) -> "Table":
    """The table of label errors with the places of the texts, found in the run's source.

    Of a source that is no file places are told with the texts only: reading it takes longer than
    all the rest.
    """
    from tfcmp.data.run_texts import settings_at
    from tfcmp.diagnostics.label_errors import with_places
    from tfcmp.explanation.locating import is_file, locate

    run, shows_texts = open_run(path), options.show_texts
    data = settings_at(run, options.data) if options.data is not None else None
    if not shows_texts and not is_file(run):
        return table
    if not is_file(run):
        import_tensorflow()
    try:
        found = locate(run, [str(row[0]) for row in table.rows], data)
    except TfcmpError as error:
        if shows_texts:
            raise
        return replace(table, note=f"{table.note} Places are not told: {error}")
    places = {id: one.where for id, one in found.items()}
    texts = {id: one.text for id, one in found.items()} if shows_texts else None
    return with_places(table, places, texts)


if __name__ == "__main__":
    run_command(main)
