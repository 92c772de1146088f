"""`python -m tfcmp.export RUN --format ...`: a saved model in a format that others can serve."""

import sys
from pathlib import Path

from tfcmp.command.ending import run_command
from tfcmp.command.options import add_data, add_trust, is_trusting
from tfcmp.command.parser import CommandParser
from tfcmp.command.quiet import import_tensorflow
from tfcmp.config.values import local_path, output_folder
from tfcmp.inference.export.exporting import PRECISIONS, check_export, export_run
from tfcmp.runs.directory import open_run
from tfcmp.runs.files import require_writable

EXPORTS = "exports"
PROGRAM = "python -m tfcmp.export"
DESCRIPTION = (
    "Writes the model of a run in another format, with its tokenizer's files, a model card, and "
    "parity.json: how its answers to the whole test split differ from those of Keras in float32."
)


def main(arguments: list[str]) -> None:
    """Parses, exports and prints the parity and the folder."""
    parser = CommandParser(PROGRAM, DESCRIPTION)
    parser.add_argument("run", type=local_path, metavar="RUN", help="run directory of tfcmp.fit")
    parser.add_argument(
        "--format",
        choices=list(PRECISIONS),
        required=True,
        help="saved_model takes raw text (TensorFlow Serving), onnx and openvino take token ids",
    )
    parser.add_argument(
        "--precision",
        choices=["float32", "bf16", "int8"],
        default="float32",
        help="bf16 is of openvino, int8 of onnx",
    )
    parser.add_argument(
        "--out",
        type=output_folder,
        help="folder to be made; without, RUN/exports/ and format and precision",
    )
    parser.add_argument(
        "--accept",
        action="store_true",
        help="write it even where it answers otherwise than Keras",
    )
    add_data(parser)
    add_trust(parser)
    options = parser.parse(arguments)
    # Before TensorFlow is imported: what cannot be exported is told at once.
    check_export(options.format, options.precision)
    run = Path(options.run)
    opened = open_run(run)
    out = Path(options.out or run / EXPORTS / f"{options.format}-{options.precision}")
    require_writable(out.parent, "--out")
    from tfcmp.data.run_texts import settings_at

    data = settings_at(opened, options.data)
    import_tensorflow()
    from tfcmp.models.saved_model.trust import trusting_saved_models

    with trusting_saved_models(is_trusting(options)):
        parity = export_run(run, options.format, options.precision, out, options.accept, data)
    sys.stdout.write(
        f"{parity['changed_labels']} of {parity['texts']} labels changed, probabilities at most "
        f"{parity['largest_difference']:.1e} apart, accuracy {parity['accuracy']['export']:.2%} "
        f"(Keras float32: {parity['accuracy']['keras_float32']:.2%})\n{out}\n"
    )


if __name__ == "__main__":
    run_command(main)
