"""The temperature that was fitted for a run."""

import shlex
from pathlib import Path

from tfcmp.errors import WorkError
from tfcmp.runs.artifacts import read_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import TEMPERATURE


def read_temperature(path: Path) -> float:
    """The temperature that `tfcmp.diagnose RUN --calibrate` fitted.

    Raises:
        WorkError: there is none, it was fitted on other predictions (says which command helps), or
            it is an end of what was searched and means nothing.
    """
    way = f"python -m tfcmp.diagnose {shlex.quote(str(path))} --calibrate"
    content = read_later(RunDirectory(path), TEMPERATURE, way)
    if content.get("is_at_bound"):
        raise WorkError(
            f"{path}: validation does not determine the temperature, which is an end of what was "
            "searched; leave --calibrated out"
        )
    return float(content["temperature"]["value"])
