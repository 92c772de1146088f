"""Class weights as a user gives them: a word, or a file of one weight per class."""

import json
import math
from typing import Any

import yaml

from tfcmp.config.default_paths import absolute_path
from tfcmp.config.fields import TrainingSettings
from tfcmp.errors import CallError

OPTION = "--training.class_weight"
NONE, BALANCED = "none", "balanced"
EXPECTED = f"{NONE}, {BALANCED}, or a YAML or JSON file that names a weight per class"


def resolve_class_weights(training: TrainingSettings) -> None:
    """Puts the content of the file into the settings: a run can then be repeated without it.

    Raises:
        CallError: there is no such file, or it holds no weights.
    """
    given = training.class_weight
    if isinstance(given, str) and given not in (NONE, BALANCED):
        training.class_weight = read_class_weights(given)
    elif not isinstance(given, str):
        training.class_weight = _checked(list(given.items()), OPTION)


def read_class_weights(name: str) -> dict[str, float]:
    """Weights by the name of the class, as the file spells it: `no` and `1.0` are names too.

    Raises:
        CallError: there is no such file, or it holds no weights.
    """
    where = f"{OPTION} {name}"
    file = absolute_path(name)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CallError(f"{where}: expected {EXPECTED}; there is no such file") from None
    except UnicodeDecodeError:
        raise CallError(f"{where}: expected a file in UTF-8") from None
    except OSError as error:
        raise CallError(f"{where}: expected a file, got: {error.strerror}") from None
    try:
        pairs = _json_pairs(text) if file.suffix.lower() == ".json" else _yaml_pairs(text)
    except (yaml.YAMLError, ValueError) as error:
        raise CallError(f"{where}: {' '.join(str(error).split())}") from None
    return _checked(pairs, where)


def _json_pairs(text: str) -> list[tuple[Any, Any]]:
    # An object becomes a tuple, so that a list of pairs is not mistaken for one.
    pairs = json.loads(text, object_pairs_hook=tuple)
    if not isinstance(pairs, tuple):
        raise ValueError("expected an object of weights by class")
    return list(pairs)


def _yaml_pairs(text: str) -> list[tuple[Any, Any]]:
    """Pairs of scalars as they are written: YAML itself would make True of the class `yes`."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("expected lines of the form CLASS: WEIGHT")
    return [(key.value, value.value) for key, value in node.value]


def _checked(pairs: list[tuple[Any, Any]], where: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for name, value in pairs:
        if not isinstance(name, str):
            raise CallError(
                f"{where}: expected the names of classes as text, got {name!r}, which is how YAML "
                "reads what stands there; put the names in quotes"
            )
        if name in weights:
            raise CallError(f"{where}: expected every class once, got {name!r} again")
        try:
            weights[name] = float(value)
        except (TypeError, ValueError):
            weights[name] = math.nan
        if not 0 <= weights[name] < math.inf or isinstance(value, bool):
            raise CallError(
                f"{where}: expected a number of at least 0 for class {name!r}, got {value!r}"
            )
    if not any(weights.values()):
        raise CallError(f"{where}: expected a weight above 0 for at least one class")
    return weights
