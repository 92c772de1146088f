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
    try:
        content = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CallError(f"--config {file}: no such file") from None
    except UnicodeDecodeError as error:
        raise CallError(
            f"--config {file}: expected UTF-8, got other bytes at byte {error.start + 1}"
        ) from None
    except OSError as error:
        raise CallError(f"--config {file}: expected a file, got: {error.strerror}") from None
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise CallError(f"--config {file}: expected YAML; {problem}") from None
    if not isinstance(content, dict):
        raise CallError(f"--config {file}: expected settings (name: value), got {content!r}")
    model = content.get("model")
    if model is not None and not isinstance(model, str):
        raise CallError(f"--config {file}: model: expected a name, got {model!r}")
    return content


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
