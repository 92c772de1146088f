"""The temperature that was fitted for a run."""

from pathlib import Path

from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.later import TEMPERATURE, read_later


def read_temperature(path: Path) -> float:
    """The temperature that `tfcmp.explain RUN --calibrate` fitted.

    Raises:
        WorkError: there is none, or it was fitted on other predictions; says which command helps.
    """
    way = f"python -m tfcmp.explain {path} --calibrate"
    return float(read_later(RunDirectory(path), TEMPERATURE, way)["temperature"]["value"])
