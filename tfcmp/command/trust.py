"""The option by which a user lets a SavedModel run."""

from argparse import SUPPRESS

from jsonargparse import ArgumentParser, Namespace

OPTION = "--trust-saved-model"


def add_trust(parser: ArgumentParser) -> None:
    """Adds the option; a file cannot give it, as files are passed on by others."""
    parser.add_argument(
        OPTION,
        type=bool,
        nargs="?",
        const=True,
        default=SUPPRESS,
        help="run a SavedModel's program with your rights, where the model is or holds one",
    )


def is_trusting(options: Namespace) -> bool:
    """Whether the option was given."""
    return bool(options.get("trust_saved_model", False))
