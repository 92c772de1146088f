"""The options by which a user chooses what computes the answers."""

from jsonargparse import ArgumentParser


def add_engine(parser: ArgumentParser) -> None:
    """Adds engine, precision and threads."""
    parser.add_argument(
        "--engine",
        choices=["keras", "onnx", "openvino"],
        default="keras",
        help="what computes the answers; onnx and openvino are extras of the installation",
    )
    parser.add_argument(
        "--precision",
        choices=["float32", "bf16", "int8"],
        help="float32 unless given; bf16 is of keras and openvino, int8 of onnx",
    )
    parser.add_argument(
        "--threads", type=int | None, help="processors of the engine; all unless given"
    )
