"""Options of `tfcmp.explain` that explain texts, and that measure explanations."""

from tfcmp.command.parser import CommandParser
from tfcmp.command.text_column import add_input
from tfcmp.config.values import local_path, output_file


def add_explanation(parser: CommandParser) -> None:
    """Adds texts, method and how explanations are shown."""
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


def add_evaluation(parser: CommandParser) -> None:
    """Adds the measurement of explanations."""
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
