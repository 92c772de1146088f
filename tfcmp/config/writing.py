"""config.yaml: a configuration in full, as `--config` takes it back."""

from dataclasses import asdict
from pathlib import Path

import yaml

from tfcmp.config.fields import Configuration
from tfcmp.runs.files import whole_file


def write_configuration(file: Path, configuration: Configuration) -> None:
    """Writes every field of `configuration`."""
    settings = asdict(configuration)
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    # Letters stay readable; a few characters (U+0085) are line breaks to YAML unless escaped.
    if yaml.safe_load(text) != settings:
        text = yaml.safe_dump(settings, sort_keys=False)
    with whole_file(file) as part:
        part.write_text(text, encoding="utf-8")
