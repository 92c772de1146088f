"""A file of settings, as `--config` takes it and a run keeps it: read, and written in full."""

import re
import reprlib
from collections.abc import Iterator, Mapping, Set
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from tfcmp.config.fields import Configuration
from tfcmp.errors import CallError
from tfcmp.runs.files import whole_file


class SettingsLoader(yaml.SafeLoader):
    """YAML without the traps of version 1.1.

    1e-3 is a number. A name that comes twice is an error, as YAML itself demands: the first value
    would be lost. So are 010 (8, in octal), 1:30 (90, in base 60) and 1_0 (10). A date is a text.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """See the class; what `<<` brings in may be named once more."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE:
                continue
            if key.value in seen:
                raise _refusal(f"{key.value} comes twice; leave one of them out", key)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """See the class."""
        text = str(self.construct_scalar(node))
        if re.search(r"[:_]|^[-+]?0[0-9]", text):
            raise _refusal(
                f"{text} is no plain number; write it in decimal digits, or a text in quotes", node
            )
        is_float = node.tag.endswith("float")
        return self.construct_yaml_float(node) if is_float else self.construct_yaml_int(node)


MERGE = "tag:yaml.org,2002:merge"
SettingsLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"),
    list("-+.0123456789"),
)
SettingsLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if not pair[0].endswith(":timestamp")]
    for first, pairs in SettingsLoader.yaml_implicit_resolvers.items()
}
for _kind in ("int", "float"):
    SettingsLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", SettingsLoader.construct_number)


def _refusal(message: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.YAMLError(f"line {node.start_mark.line + 1}: {message}")


def shown(value: Any) -> str:
    """A value as messages show it: of a long or deep one the beginning."""
    short = reprlib.Repr()
    short.maxlevel = 2
    return short.repr(value)


def read_settings(file: str) -> dict[str, Any]:
    """The settings of a YAML file, by name.

    Raises:
        CallError: the file is missing, is no YAML, or holds something else than settings.
    """
    content = read_yaml(Path(file), f"--config {file}")
    if not isinstance(content, dict):
        raise CallError(f"--config {file}: expected settings (name: value), got {shown(content)}")
    model = content.get("model")
    if model is not None and not isinstance(model, str):
        raise CallError(f"--config {file}: model: expected a name, got {shown(model)}")
    return content


def read_yaml(file: Path, where: str) -> Any:
    """What a YAML file holds.

    Args:
        file: in UTF-8.
        where: what errors begin with.

    Raises:
        CallError: the file is missing, is none, or is no YAML.
    """
    try:
        return yaml.load(file.read_text(encoding="utf-8-sig"), SettingsLoader)
    except FileNotFoundError:
        raise CallError(f"{where}: no such file") from None
    except UnicodeDecodeError as error:
        raise CallError(
            f"{where}: expected UTF-8, got other bytes at byte {error.start + 1}"
        ) from None
    except OSError as error:
        raise CallError(f"{where}: expected a file, got: {error.strerror}") from None
    except (yaml.YAMLError, ValueError) as error:
        problem = " ".join(str(error).split())
        raise CallError(f"{where}: expected YAML; {problem}") from None


def flat_settings(settings: Mapping[str, Any], groups: Set[str]) -> Iterator[tuple[str, Any]]:
    """Yields all settings by name, those of `groups` one level down with dotted names.

    Raises:
        CallError: a group is no mapping of names to values.
    """
    for name, value in settings.items():
        if name not in groups:
            yield str(name), value
        elif isinstance(value, dict):
            yield from ((f"{name}.{inner}", one) for inner, one in value.items())
        else:
            raise CallError(
                f"{name}: expected its settings (name: value) on lines below it, got {shown(value)}"
            )


def write_configuration(file: Path, configuration: Configuration) -> None:
    """Writes every field of `configuration`."""
    settings = asdict(configuration)
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    # Letters stay readable; a few characters (U+0085) are line breaks to YAML unless escaped.
    if yaml.safe_load(text) != settings:
        text = yaml.safe_dump(settings, sort_keys=False)
    with whole_file(file) as part:
        part.write_text(text, encoding="utf-8")
