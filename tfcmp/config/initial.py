"""The settings of a finished run that another one starts from (`--init_from RUN`)."""

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from tfcmp.config.default_paths import absolute_path
from tfcmp.config.fields import Configuration
from tfcmp.config.file import read_yaml
from tfcmp.errors import CallError
from tfcmp.runs.layout import CONFIG

OPTION = "--init_from"
# Settings of an architecture that no weight and no answer of a given network depends on.
FREE = (
    *("word_dropout", "embedding_dropout", "dropout", "freeze", "lora_rank", "layer_decay"),
    # Of the linear model's counts, which are taken over.
    "smoothing",
    # Has become `layers` and `feed_forward_size` by then.
    "match",
)


@dataclass(frozen=True)
class InitialSettings:
    """What a run says of its model.

    Attributes:
        path: of the run, absolute.
        model: its name.
        architecture, data: settings by name.
    """

    path: Path
    model: str
    architecture: dict[str, Any]
    data: dict[str, Any]

    def over(self, defaults: Configuration) -> Configuration:
        """The defaults with this run's architecture, and with as much of a text as it reads."""
        names = {field.name for field in fields(defaults.architecture)} - {"match"}
        kept = {name: value for name, value in self.architecture.items() if name in names}
        lengths = {
            name: value for name, value in self.data.items() if name in ("max_length", "truncation")
        }
        return replace(
            defaults,
            architecture=replace(defaults.architecture, **kept),
            data=replace(defaults.data, **lengths),
        )

    def require_same_network(self, configuration: Configuration) -> None:
        """Returns where the weights of this run fit the configured network.

        Raises:
            CallError: names the settings that differ.
        """
        if configuration.model != self.model:
            raise CallError(
                f"{OPTION} {self.path}: expected a run of {configuration.model}, that one is of "
                f"{self.model}; leave --model out, or name {self.model}"
            )
        differing = [
            f"--architecture.{name} {value} (there {self.architecture[name]})"
            for name, value in asdict(configuration.architecture).items()
            if name not in FREE and name in self.architecture and value != self.architecture[name]
        ]
        if differing:
            raise CallError(
                f"{OPTION} {self.path}: expected the same network, got {', '.join(differing)}; "
                "leave such settings out, and those of the run are taken"
            )


def read_initial_settings(name: str) -> InitialSettings:
    """The settings of the run in the folder `name`.

    Raises:
        CallError: there is no such run, or its configuration cannot be read.
    """
    path = absolute_path(name).resolve()
    if not (path / CONFIG).is_file():
        raise CallError(
            f"{OPTION} {name}: expected the directory of a complete run of python -m tfcmp.fit, "
            f"there is no {path / CONFIG}"
        )
    content = read_yaml(path / CONFIG, f"{OPTION} {name}")
    parts = content if isinstance(content, dict) else {}
    model, architecture, data = (parts.get(part) for part in ("model", "architecture", "data"))
    if not (isinstance(model, str) and isinstance(architecture, dict) and isinstance(data, dict)):
        raise CallError(f"{OPTION} {name}: {CONFIG} there is not the configuration of a run")
    return InitialSettings(path, model, architecture, data)


def initial_settings(option: str | None, in_file: object) -> InitialSettings | None:
    """Of the run that `--init_from` names; None without, or where a file names one that is gone.

    A finished run can be measured and reported on without the one that it started from.
    """
    if option is not None:
        return None if option == "null" else read_initial_settings(option)
    if not isinstance(in_file, str):
        return None
    try:
        return read_initial_settings(in_file)
    except CallError:
        return None
