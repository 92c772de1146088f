"""The process of one arm: `python -m tfcmp.measurement.child ORDER ANSWER`, two JSON files.

Each arm has one of its own: a strategy cannot be left again, and memory is not given back.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tfcmp.command.ending import run_command
from tfcmp.command.options import parse_configuration
from tfcmp.command.quiet import import_tensorflow
from tfcmp.config.fields import Configuration
from tfcmp.measurement.arms import InferenceArm, TrainingArm
from tfcmp.models.saved_model.trust import trusting_saved_models
from tfcmp.runs.files import write_json

PROGRAM = "python -m tfcmp.measurement.child"
TRAINING, INFERENCE = "training", "inference"


def main(arguments: list[str]) -> None:
    """Measures what the order says and writes each cell into the answer."""
    order_file, answer_file = map(Path, arguments)
    order = json.loads(order_file.read_text(encoding="utf-8"))
    configuration, _ = parse_configuration(["--config", order["config"]], PROGRAM, "", _no_options)
    import_tensorflow()
    with trusting_saved_models(order["trust"]):
        cells = {}
        for key, cell in measure_arm(order, configuration):
            cells[key] = cell
            # At once: the memory may not be enough for the next one.
            write_json(answer_file, cells)


def measure_arm(
    order: dict[str, Any], configuration: Configuration
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields key and cell of what the order says."""
    cache = Path(order["cache"])
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in order["arm"].items()
    }
    if order["kind"] == TRAINING:
        from tfcmp.measurement.training import measure_training

        yield from measure_training(TrainingArm(configuration, **values), cache)
        return
    from tfcmp.measurement.inference import measure_inference, settled

    arm = settled(InferenceArm(**values))
    yield arm.key(), measure_inference(arm, configuration, cache, order["started"])


def _no_options(_parser: object) -> None:
    """The order says it all."""


if __name__ == "__main__":
    run_command(main)
