"""What bench found out about the kernels of a model, in a few words."""

from collections.abc import Mapping
from typing import Any


def kernels(audit: Mapping[str, Any] | None) -> str | None:
    """Which recurrent layers cuDNN computes, and why not the others; None where it was not asked.

    Args:
        audit: one of the section "audit" of bench.json.
    """
    if audit is None:
        return None
    by_answer: dict[str, list[str]] = {}
    for layer, found in audit["recurrent_layers"].items():
        answer = "cuDNN" if found["cudnn"] else f"no cuDNN ({', '.join(found['why_not'])})"
        by_answer.setdefault(answer, []).append(layer)
    told = [f"{', '.join(layers)}: {answer}" for answer, layers in by_answer.items()]
    return "; ".join(told) or "no recurrent layer"
