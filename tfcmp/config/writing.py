"""config.yaml: a configuration in full, as `--config` takes it back."""

from dataclasses import asdict
from pathlib import Path

import yaml

from tfcmp.config.fields import Configuration
from tfcmp.runs.files import whole_file


def write_configuration(file: Path, configuration: Configuration) -> None:
    """Writes every field of `configuration`."""
    text = yaml.safe_dump(asdict(configuration), sort_keys=False, allow_unicode=True)
    with whole_file(file) as part:
        part.write_text(text, encoding="utf-8")
