"""`python -m tfcmp.diagnose RUN...`: what runs get wrong, and how far their probabilities hold."""

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tfcmp.command.ending import run_command
from tfcmp.command.options import add_data, add_trust, is_trusting
from tfcmp.command.parser import CommandParser, Options
from tfcmp.command.quiet import import_tensorflow
from tfcmp.command.text_column import READING, add_reading, input_reading
from tfcmp.config.values import local_path, output_folder
from tfcmp.errors import CallError, TfcmpError
from tfcmp.runs.directory import open_run
from tfcmp.runs.files import require_writable

if TYPE_CHECKING:
    from tfcmp.diagnostics.predictions import Checked
    from tfcmp.reporting.render.document import Table

PROGRAM = "python -m tfcmp.diagnose"
DESCRIPTION = (
    "Diagnoses runs, one of these at a time: behaviour tests, contrast pairs, curves by length, "
    "label errors, calibration. Prints a table in which all runs stand, or JSON."
)
CHECKS = ("behaviour", "contrast", "curves", "label_errors", "calibrate")
# Of these, the ones that write a file of their own.
WRITTEN = ("behaviour", "contrast", "calibrate")
COLUMNS = ("original", "contrast", "original_label", "contrast_label")
# Options that mean something with these checks only.
BELONGS = {
    **dict.fromkeys(("cases", "cases_seed", "parts", "positive", "negative"), ("behaviour",)),
    **dict.fromkeys((*(f"{name}_column" for name in COLUMNS), *READING), ("contrast",)),
    "figures": ("curves",),
    **dict.fromkeys(("confidence", "show_texts", "data"), ("label_errors",)),
    "out": WRITTEN,
}
CASES = 200
# With fewer, the intervals are wider than what models differ by.
FEWEST_CASES = 100
CONFIDENCE = 0.9


def main(arguments: list[str]) -> None:
    """Parses, checks what can be checked without TensorFlow, and prints what was found."""
    options = _parser().parse(arguments)
    check = chosen_check(options)
    paths = [Path(path) for path in options.runs]
    if check in WRITTEN and options.out is None:
        for path in paths:
            if path.is_dir():
                require_writable(path, "--out")
    diagnose = {
        "behaviour": _behaviour,
        "contrast": _contrast,
        "curves": _curves,
        "label_errors": _label_errors,
        "calibrate": _calibrate,
    }[check]
    found = diagnose(paths, options, shlex.join([*PROGRAM.split(), *arguments]))
    if options.json:
        sys.stdout.write(json.dumps(found.contents, indent=2) + "\n")
    else:
        from tfcmp.reporting.render.terminal import terminal_text

        sys.stdout.write("\n".join(map(terminal_text, found.tables)))


def _parser() -> CommandParser:
    parser = CommandParser(PROGRAM, DESCRIPTION)
    parser.add_argument(
        "runs", nargs="+", type=local_path, metavar="RUN", help="run directory of tfcmp.fit"
    )
    _add_behaviour(parser)
    parser.add_argument(
        "--contrast",
        type=local_path,
        metavar="FILE",
        help="accuracy and consistency on pairs of a table; writes contrast.json",
    )
    for name in COLUMNS:
        parser.add_argument(
            f"{flag(name)}-column", type=str | None, help=f"column; {name} unless given"
        )
    add_reading(parser)
    parser.add_argument(
        "--curves",
        action="store_true",
        help="accuracy by length, and by distance of the deciding word",
    )
    parser.add_argument("--figures", type=output_folder, help="folder for the curves as .svg")
    parser.add_argument(
        "--label-errors",
        action="store_true",
        help="test texts that all runs get wrong with confidence",
    )
    parser.add_argument(
        "--confidence", type=float | None, help=f"of every run, at least; {CONFIDENCE} unless given"
    )
    parser.add_argument(
        "--show-texts", action="store_true", help="with --label-errors: the texts too"
    )
    add_data(parser)
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help="fit a temperature on validation; writes temperature.json",
    )
    parser.add_argument("--json", type=bool, default=False, help="JSON in place of tables")
    parser.add_argument(
        "--out",
        type=output_folder,
        metavar="FOLDER",
        help="folder of the file that is written, if not the run",
    )
    add_trust(parser)
    return parser


def _add_behaviour(parser: CommandParser) -> None:
    parser.add_argument(
        "--behaviour",
        action="store_true",
        help="behaviour tests (CheckList); writes behaviour.json",
    )
    parser.add_argument(
        "--cases", type=int | None, help=f"of each capability; {CASES} unless given"
    )
    parser.add_argument("--cases-seed", type=int | None, help="seed of the cases; 1 unless given")
    parser.add_argument(
        "--parts",
        action="store_true",
        help="with --behaviour: a row for every variation of a capability",
    )
    parser.add_argument("--positive", type=str | None, help="class of good reviews")
    parser.add_argument("--negative", type=str | None, help="class of bad reviews")


def chosen_check(options: Options) -> str:
    """The one of `CHECKS` that was asked for.

    Raises:
        CallError: none or more than one was, or an option that belongs to another one.
    """
    chosen = [name for name in CHECKS if options[name]]
    if len(chosen) != 1:
        raise CallError(
            f"expected one of {', '.join(map(flag, CHECKS))}, got "
            + (" and ".join(map(flag, chosen)) or "none of them")
        )
    (check,) = chosen
    for name, checks in BELONGS.items():
        # A number of 0 is given.
        is_given = options[name] is not None and options[name] is not False
        if is_given and check not in checks:
            raise CallError(
                f"{flag(name)} goes with {' or '.join(map(flag, checks))}, not with {flag(check)}"
            )
    if options.cases is not None and options.cases < FEWEST_CASES:
        raise CallError(f"--cases {options.cases}: expected at least {FEWEST_CASES}")
    if options.confidence is not None and not 0 <= options.confidence <= 1:
        raise CallError(f"--confidence {options.confidence:g}: expected a number from 0 to 1")
    return check


def flag(name: str) -> str:
    """The option of a name."""
    return f"--{name.replace('_', '-')}"


def _folder(path: str | None) -> Path | None:
    return Path(path) if path is not None else None


def _behaviour(paths: list[Path], options: Options, command: str) -> "Checked":
    from tfcmp.diagnostics.answers import check_behaviour

    return check_behaviour(
        paths,
        cases=CASES if options.cases is None else options.cases,
        seed=1 if options.cases_seed is None else options.cases_seed,
        negative=options.negative,
        positive=options.positive,
        parts=options.parts,
        trust=is_trusting(options),
        command=command,
        out=_folder(options.out),
    )


def _contrast(paths: list[Path], options: Options, command: str) -> "Checked":
    from tfcmp.diagnostics.answers import check_contrast
    from tfcmp.diagnostics.contrast_pairs import PairColumns

    columns = {name: options[f"{name}_column"] or name for name in COLUMNS}
    return check_contrast(
        paths,
        Path(options.contrast),
        PairColumns(**columns),
        input_reading(options, open_run(paths[0]), options.contrast),
        trust=is_trusting(options),
        command=command,
        out=_folder(options.out),
    )


def _curves(paths: list[Path], options: Options, _command: str) -> "Checked":
    from tfcmp.diagnostics.predictions import draw_curves

    return draw_curves(paths, _folder(options.figures))


def _calibrate(paths: list[Path], options: Options, command: str) -> "Checked":
    from tfcmp.diagnostics.predictions import calibrate_runs

    return calibrate_runs(paths, command, _folder(options.out))


def _label_errors(paths: list[Path], options: Options, _command: str) -> "Checked":
    from tfcmp.diagnostics.predictions import find_label_errors

    confidence = CONFIDENCE if options.confidence is None else options.confidence
    return find_label_errors(
        paths, confidence, lambda table: _with_places(table, paths[0], options)
    )


def _with_places(table: "Table", path: Path, options: Options) -> "Table":
    """The table of label errors with the places of the texts, found in the run's source.

    Of a source that is no file places are told with the texts only: reading it takes longer than
    all the rest.
    """
    from tfcmp.data.run_texts import settings_at
    from tfcmp.diagnostics.label_errors import is_file, locate, with_places

    run = open_run(path)
    data = settings_at(run, options.data) if options.data is not None else None
    if not is_file(run):
        if not options.show_texts:
            return table
        import_tensorflow()
    try:
        found = locate(run, [str(row[0]) for row in table.rows], data)
    except TfcmpError as error:
        if options.show_texts:
            raise
        return replace(table, note=f"{table.note} Places are not told: {error}")
    places = {id: one.where for id, one in found.items()}
    texts = {id: one.text for id, one in found.items()} if options.show_texts else None
    return with_places(table, places, texts)


if __name__ == "__main__":
    run_command(main)
