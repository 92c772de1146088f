"""A file of settings, as `--config` takes it: read and checked for shape, not for values."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tfcmp.errors import CallError


def read_settings(file: str) -> dict[str, Any]:
    """The settings of a YAML file, by name.

    Raises:
        CallError: the file is missing, is no YAML, or holds something else than settings.
    """
    content = read_yaml(Path(file), f"--config {file}")
    if not isinstance(content, dict):
        raise CallError(f"--config {file}: expected settings (name: value), got {content!r}")
    model = content.get("model")
    if model is not None and not isinstance(model, str):
        raise CallError(f"--config {file}: model: expected a name, got {model!r}")
    return content


def read_yaml(file: Path, where: str, loader: type[yaml.SafeLoader] = yaml.SafeLoader) -> Any:
    """What a YAML file holds.

    Args:
        file: in UTF-8.
        where: what errors begin with.
        loader: of YAML; a safe one.

    Raises:
        CallError: the file is missing, is none, or is no YAML.
    """
    try:
        return yaml.load(file.read_text(encoding="utf-8"), loader)
    except FileNotFoundError:
        raise CallError(f"{where}: no such file") from None
    except UnicodeDecodeError as error:
        raise CallError(
            f"{where}: expected UTF-8, got other bytes at byte {error.start + 1}"
        ) from None
    except OSError as error:
        raise CallError(f"{where}: expected a file, got: {error.strerror}") from None
    # A date that is none (2024-13-01) is a ValueError.
    except (yaml.YAMLError, ValueError) as error:
        problem = " ".join(str(error).split())
        raise CallError(f"{where}: expected YAML; {problem}") from None


def setting_names(settings: dict[str, Any], groups: tuple[str, ...], file: str) -> Iterator[str]:
    """Yields the dotted names of all settings, those of `groups` one level down.

    Raises:
        CallError: a group is no mapping of names to values.
    """
    for name, value in settings.items():
        if name not in groups:
            yield str(name)
        elif isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in value)
        else:
            raise CallError(
                f"--config {file}: {name}: expected its settings (name: value) on lines below it, "
                f"got {value!r}"
            )
