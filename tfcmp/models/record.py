"""What the catalogue says of a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tfcmp.config.fields import Architecture


@dataclass(frozen=True)
class ModelRecord:
    """Facts about one model.

    Attributes:
        name: what the user types.
        family: "linear", "recurrent", "transformer", "pretrained" or "saved_model".
        summary: one line.
        reference: paper that describes it.
        architecture: the settings it has.
        defaults: settings that differ from those of the fields, by dotted name.
        preset: where the pretrained weights come from: a Kaggle handle with its version, or what
            the user named.
        parameters: published number of parameters of the pretrained encoder, its pooler included.
    """

    name: str
    family: str
    summary: str
    reference: str
    architecture: type[Architecture]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    preset: str = ""
    parameters: int | None = None
