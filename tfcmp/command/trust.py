"""The option by which a user lets a SavedModel run."""

from argparse import SUPPRESS

from jsonargparse import ArgumentParser, Namespace

from tfcmp.command.switches import BOOLEANS

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


def without_trust(arguments: list[str]) -> list[str]:
    """The same arguments without the option and its value."""
    kept: list[str] = []
    is_value = False
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if is_value:
            is_value = False
        elif argument == OPTION:
            is_value = following in BOOLEANS
        elif not argument.startswith(f"{OPTION}="):
            kept.append(argument)
    return kept
