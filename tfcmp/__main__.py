"""`python -m tfcmp`: the commands and the models, one line each."""

import sys

from tfcmp.command.ending import run_command
from tfcmp.errors import CallError
from tfcmp.models.catalogue import CATALOGUE

COMMANDS = {
    "bench": "measures training and inference: throughput, latency, scaling, memory",
    "compare": "fits the models of a study file, each with several seeds, and reports",
    "fetch": "downloads a data set or a model once and says where it lies",
    "fit": "trains one model into a run directory",
    "tune": "searches for settings of a model: optimizer, learning rate, batch size and others",
    "explain": "says which words an answer comes from, and how far to trust that",
    "diagnose": "tests behaviour, lists label errors, draws curves by length, calibrates",
    "evaluate": "says how good the answers of a run to labelled texts are",
    "predict": "answers texts with the model of a run",
    "export": "writes the model of a run as SavedModel, ONNX or OpenVINO",
    "report": "compares runs: tables, figures, findings, on one page",
    "verify": "recomputes metrics and tables, and compares checksums",
}


def main(arguments: list[str]) -> None:
    """Prints the overview."""
    if arguments and arguments not in (["--help"], ["-h"]):
        near = arguments[0] if arguments[0] in COMMANDS else "COMMAND"
        raise CallError(f"expected no arguments; commands are called python -m tfcmp.{near}")
    lines = ["Commands (each answers --help):"]
    lines += [f"  python -m tfcmp.{name:<10} {does}" for name, does in COMMANDS.items()]
    lines += ["", "Models (--model NAME):"]
    width = max(len(record.name) for record in CATALOGUE)
    lines += [f"  {record.name:<{width}}  {record.summary}" for record in CATALOGUE]
    lines += [
        "",
        "Others: --model preset:PLACE (KerasHub, Hugging Face), saved_model:PLACE (TF Hub)",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    run_command(main)
