"""Options of `tfcmp.explain` that check runs: behaviour, contrast, curves, label errors, calibration."""

from argparse import Namespace

from tfcmp.command.parser import CommandParser
from tfcmp.command.text_column import READING
from tfcmp.config.values import local_path, output_folder
from tfcmp.errors import CallError

# What a check does alone; none goes with another one.
CHECKS = ("behaviour", "contrast", "curves", "label_errors", "calibrate")
# Of these, what writes a file of its own.
WRITTEN = ("behaviour", "contrast", "calibrate")
# Options that mean something with these checks only.
_BELONGS = {
    "cases": ("behaviour",),
    "cases_seed": ("behaviour",),
    "parts": ("behaviour",),
    "positive": ("behaviour",),
    "negative": ("behaviour",),
    "original_column": ("contrast",),
    "contrast_column": ("contrast",),
    "original_label_column": ("contrast",),
    "contrast_label_column": ("contrast",),
    "figures": ("curves",),
    "confidence": ("label_errors",),
    "show_texts": ("label_errors",),
    "compare": CHECKS,
}
_EXPLAINING = (
    *("text", "input", "sample", "data", "evaluate", "other", "method", "class", "steps", "html"),
)
CASES = 200
# With fewer, the intervals are wider than what models differ by.
FEWEST_CASES = 100
CONFIDENCE = 0.9


def add_checks(parser: CommandParser) -> None:
    """Adds the options."""
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
    parser.add_argument(
        "--contrast",
        type=local_path,
        metavar="FILE",
        help="accuracy and consistency on pairs of a table; writes contrast.json",
    )
    for side in ("original", "contrast"):
        parser.add_argument(
            f"--{side}-column", type=str | None, help=f"column; {side} unless given"
        )
        parser.add_argument(
            f"--{side}-label-column", type=str | None, help=f"column; {side}_label unless given"
        )
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
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help="fit a temperature on validation; writes temperature.json",
    )
    parser.add_argument(
        "--compare", nargs="+", type=local_path, metavar="RUN", help="more runs, in the same table"
    )


def chosen_check(options: Namespace) -> str | None:
    """The one of `CHECKS` that was asked for; None where none was.

    Raises:
        CallError: more than one was, or an option that belongs to another one.
    """
    chosen = [name for name in CHECKS if getattr(options, name)]
    if len(chosen) > 1:
        raise CallError(f"expected one of {' and '.join(map(flag, chosen))} at a time")
    for name, checks in _BELONGS.items():
        if _is_given(options, name) and not set(chosen) & set(checks):
            raise CallError(
                f"{flag(name)} goes with {' or '.join(map(flag, checks))}; add that, or leave "
                "it out"
            )
    if not chosen:
        return None
    # Pairs are read from a file too.
    for name in (*_EXPLAINING, *(() if chosen[0] == "contrast" else READING)):
        # The places of label errors are looked for in the texts of the run.
        is_place = name == "data" and chosen[0] == "label_errors"
        if _is_given(options, name) and not is_place:
            raise CallError(f"{flag(name)} and {flag(chosen[0])} contradict each other")
    if options.cases is not None and options.cases < FEWEST_CASES:
        raise CallError(f"--cases {options.cases}: expected at least {FEWEST_CASES}")
    if options.confidence is not None and not 0 <= options.confidence <= 1:
        raise CallError(f"--confidence {options.confidence:g}: expected a number from 0 to 1")
    return chosen[0]


def _is_given(options: Namespace, name: str) -> bool:
    value = getattr(options, name, None)
    # A number of 0 is given.
    return value is not None and value is not False and value != []


def flag(name: str) -> str:
    """The option of a name."""
    return f"--{name.replace('_', '-')}"
