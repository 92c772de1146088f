"""`python -m tfcmp.explain RUN`: which words an answer comes from, and how far to trust that."""

import itertools
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tfcmp.command.ending import run_command
from tfcmp.command.options import add_data, add_trust, is_trusting
from tfcmp.command.parser import CommandParser, Options
from tfcmp.command.quiet import import_tensorflow
from tfcmp.command.text_column import add_input, input_reading, text_column
from tfcmp.config.values import local_path, output_file, output_folder
from tfcmp.errors import CallError
from tfcmp.runs.artifacts import write_elsewhere
from tfcmp.runs.directory import RunDirectory, open_run
from tfcmp.runs.files import require_writable
from tfcmp.runs.layout import EXPLANATION, SPLIT

if TYPE_CHECKING:
    from tfcmp.config.fields import DataSettings

PROGRAM = "python -m tfcmp.explain"
DESCRIPTION = (
    "Explains the answers of a run by its words: integrated gradients at the token embedding, or "
    "leave-one-word-out occlusion. One JSON object per line, or coloured text on a terminal."
)
# Options of the version before, which tfcmp.diagnose has now.
MOVED = (
    *("--behaviour", "--cases", "--cases-seed", "--parts", "--positive", "--negative"),
    *("--contrast", "--original-column", "--contrast-column"),
    *("--original-label-column", "--contrast-label-column", "--curves", "--figures"),
    *("--label-errors", "--confidence", "--show-texts", "--calibrate", "--compare"),
)
# Texts of the test split that explanations are measured on.
SAMPLE = 200
STEPS = 50


def main(arguments: list[str]) -> None:
    """Parses, checks what can be checked without TensorFlow, and does what was asked for."""
    _refuse_moved(arguments)
    options = _parser().parse(arguments)
    if options.evaluate:
        if options.out is None and Path(options.run).is_dir():
            require_writable(Path(options.run), "--out")
        evaluate(options, arguments)
    else:
        explain(options)


def _refuse_moved(arguments: list[str]) -> None:
    """Names the command that does what an option of the version before did.

    Raises:
        CallError: there is such an option.
    """
    given = itertools.takewhile(lambda one: one != "--", arguments)
    moved = next((one for one in given if one.split("=", 1)[0] in MOVED), None)
    if moved is not None:
        # Its other runs stand next to the first one now.
        kept = [one.removeprefix("--compare=") for one in arguments if one != "--compare"]
        command = shlex.join(["python", "-m", "tfcmp.diagnose", *kept])
        raise CallError(f"{moved.split('=', 1)[0]} moved: {command}")


def _parser() -> CommandParser:
    parser = CommandParser(PROGRAM, DESCRIPTION)
    parser.add_argument("run", type=local_path, metavar="RUN", help="run directory of tfcmp.fit")
    parser.add_argument(
        "--text", action="append", type=str, default=[], help="text to explain; may be repeated"
    )
    add_input(parser)
    parser.add_argument(
        "--sample", type=int | None, help="explain so many texts of the test split, drawn at random"
    )
    parser.add_argument(
        "--method",
        type=str | None,
        choices=["ig", "occlusion"],
        help="ig: integrated gradients, the default where the model has a token embedding; "
        "occlusion: leave one word out, which every model allows",
    )
    parser.add_argument(
        "--class",
        type=str | None,
        metavar="NAME",
        help="explain this class in place of the predicted one",
    )
    parser.add_argument(
        "--steps",
        type=int | None,
        help="nodes of the integral, 50 unless given; doubled up to 400 while the completeness error "
        "is 5 %% or more",
    )
    parser.add_argument("--json", type=bool, default=False, help="JSON on a terminal too")
    parser.add_argument("--html", type=output_file, help="page of heat maps to be written")
    parser.add_argument(
        "--evaluate",
        type=bool,
        default=False,
        help="measure how good the explanations of a sample (--sample, 200) or a file are, into "
        "explanation.json of the run",
    )
    parser.add_argument(
        "--other",
        action="append",
        type=local_path,
        default=[],
        help="with --evaluate: run of another seed, whose explanations are compared; may be repeated",
    )
    parser.add_argument(
        "--out",
        type=output_folder,
        metavar="FOLDER",
        help="with --evaluate: folder of explanation.json, if not the run",
    )
    add_data(parser)
    add_trust(parser)
    return parser


def explain(options: Options) -> None:
    """Explains texts."""
    for name in ("other", "out"):
        if options[name]:
            raise CallError(f"--{name} goes with --evaluate; add that, or leave it out")
    given = [bool(options.text), options.input is not None, options.sample is not None]
    if sum(given) != 1:
        raise CallError(
            "expected one of --text, --input and --sample, got "
            + ("more than one" if any(given) else "none of them; or --evaluate (--help)")
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


def evaluate(options: Options, arguments: list[str]) -> None:
    """Measures how good explanations are, and prints the figures and the file they are in."""
    for name in ("text", "html", "json", "class"):
        if options[name]:
            raise CallError(f"--{name} and --evaluate contradict each other: leave one of them out")
    if options.input is not None and options.sample is not None:
        raise CallError("--input and --sample contradict each other: leave one of them out")
    _check_steps(options)
    run = open_run(Path(options.run))
    out = Path(options.out) if options.out is not None else None
    write_elsewhere([run], [run.path.name], out)
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


def _check_steps(options: Options) -> None:
    if options.steps is None:
        options.steps = STEPS
    if options.steps < 1:
        raise CallError(f"--steps {options.steps}: expected at least 1")


def _checked_input(run: RunDirectory, options: Options) -> tuple["DataSettings", Iterable[str]]:
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


if __name__ == "__main__":
    run_command(main)
