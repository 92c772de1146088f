"""What is needed to go on after a kill: weights, optimizer, random states, and the place."""

import json
import shlex
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tfcmp.errors import WorkError
from tfcmp.runs.files import whole_file

STATE_FILE = "state.safetensors"


@dataclass
class Place:
    """Where training stands.

    Attributes:
        epoch: epochs that are finished, validation included.
        step: steps done in the epoch after those.
        best_epoch: number of the best epoch so far, from 1; 0 before the first.
        best_score: its validation score, higher is better.
        stale_epochs: epochs since then.
        sums: of the epoch under way: loss, correct, examples, tokens, seconds, gradient norm.
        seconds: by phase, of all sessions.
        metrics_bytes: size of metrics.jsonl; what was appended later is done again.
        sessions: processes that have worked on the run.
        load: core-seconds of other processes and of the machine, during the timed steps.
        settings: that training has gone by, by dotted name; empty in earlier checkpoints.
    """

    epoch: int = 0
    step: int = 0
    best_epoch: int = 0
    best_score: float = float("-inf")
    stale_epochs: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    metrics_bytes: int = 0
    sessions: int = 1
    load: dict[str, float] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def training_state(
    core: keras.Model, optimizer: keras.optimizers.Optimizer
) -> dict[str, keras.Variable]:
    """Every variable that training changes, under a name of its own.

    `core.variables` holds the random states of dropout as well as the weights; neither a `.keras`
    file nor `.weights.h5` does. Their paths count how many a process has made, hence the plain names.
    """
    variables = [*core.variables, *optimizer.variables]
    return {f"{place:04d}/{variable.name}": variable for place, variable in enumerate(variables)}


def save_variables(file: Path, variables: dict[str, keras.Variable], note: dict[str, Any]) -> None:
    """Writes variables and a JSON-ready note into one file, whole or not at all.

    Raises:
        WorkError: the disk is full or cannot be written to.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    # In C order, as the file has it; `ascontiguousarray` would give a scalar a dimension.
    arrays = {
        name: np.asarray(keras.ops.convert_to_numpy(variable), order="C")
        for name, variable in variables.items()
    }
    file.parent.mkdir(exist_ok=True)
    with whole_file(file) as part:
        try:
            save_file(arrays, part, metadata={"note": json.dumps(note)})
        except SafetensorError as error:
            raise WorkError(
                f"{file} could not be written ({error}); free some space and go on with "
                f"python -m tfcmp.fit --resume {shlex.quote(str(file.parent.parent))}"
            ) from None


def load_variables(file: Path, variables: dict[str, keras.Variable]) -> dict[str, Any]:
    """Assigns what `save_variables` wrote and returns the note.

    Raises:
        WorkError: the file is missing, damaged, or of another model.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as arrays:
            names = arrays.keys()
            shapes = {name: tuple(arrays.get_slice(name).get_shape()) for name in names}
            if shapes != {name: tuple(variable.shape) for name, variable in variables.items()}:
                raise WorkError(
                    f"{file} holds other variables than this model has; resume with the settings "
                    "that the run was started with"
                )
            for name, variable in variables.items():
                variable.assign(arrays.get_tensor(name))
            note: dict[str, Any] = json.loads(arrays.metadata()["note"])
            return note
    except (FileNotFoundError, SafetensorError) as error:
        raise WorkError(
            f"{file} is missing or damaged ({error}); fit again from the start"
        ) from None


class Checkpoint:
    """The checkpoint folder of a run: the newest state, and the best weights."""

    def __init__(
        self, folder: Path, core: keras.Model, optimizer: keras.optimizers.Optimizer
    ) -> None:
        self.folder = folder
        self.core = core
        self.state = training_state(core, optimizer)

    def exists(self) -> bool:
        """Whether a state has been saved."""
        return (self.folder / STATE_FILE).exists()

    def save(self, place: Place) -> None:
        """Saves the state at `place`; best weights that it no longer names are removed."""
        save_variables(self.folder / STATE_FILE, self.state, asdict(place))
        for file in self.folder.glob("best-*.safetensors"):
            if file != self._best_file(place):
                file.unlink()

    def restore(self) -> Place:
        """Brings the model and the optimizer back to the saved state."""
        return Place(**load_variables(self.folder / STATE_FILE, self.state))

    def save_best(self, place: Place) -> None:
        """Saves the weights of the best epoch; to be followed by `save`, which names it."""
        save_variables(self._best_file(place), self._weights(), {})

    def restore_best(self, place: Place) -> None:
        """Brings back the weights of the best epoch."""
        load_variables(self._best_file(place), self._weights())

    def _best_file(self, place: Place) -> Path:
        return self.folder / f"best-{place.best_epoch}.safetensors"

    def _weights(self) -> dict[str, keras.Variable]:
        return {f"{n:04d}/{weight.path}": weight for n, weight in enumerate(self.core.weights)}
