"""What a fit says at its end."""

from typing import Any

from tfcmp.config.fields import Configuration


def summary(result: dict[str, Any], configuration: Configuration, note: str | None = None) -> str:
    """Some lines of what was reached, and of what a user should know before using it.

    Args:
        result: content of result.json.
        configuration: what was fitted.
        note: about the replicas.
    """
    accuracy, parameters = result["test"]["accuracy"], result["parameters"]
    lines = [
        f"{configuration.model}: test accuracy {accuracy['value']:.2%}, 95 % interval "
        f"{accuracy['low']:.2%} to {accuracy['high']:.2%} "
        f"({result['test']['examples']['value']:.0f} texts, one run: test sampling only)",
        f"{parameters['total']:,} parameters, best epoch {result['best_epoch']} of "
        f"{result['epochs']}",
        *_cautions(result, configuration),
    ]
    if "initial" in result:
        lines.append(_start(result["initial"]))
    if parameters["trained"] < parameters["total"]:
        lines.append(f"{parameters['trained']:,} of the parameters were trained")
    if parameters["match_target"] is not None:
        lines.append(
            f"without embeddings: {parameters['without_embedding']:,} parameters, matched to "
            f"{parameters['match_target']:,}"
        )
    if note is not None:
        lines.append(f"note: {note}")
    return "\n".join(lines)


def _cautions(result: dict[str, Any], configuration: Configuration) -> list[str]:
    training, lines = configuration.training, []
    if result["epochs"] < training.epochs:
        score = training.selection.replace("_f1", " F1")
        lines.append(
            f"stopped before epoch {training.epochs}: validation {score} was no better "
            f"for {training.patience} epochs (--training.patience)"
        )
    majority = result["test"]["majority"]["value"]
    if result["test"]["accuracy"]["low"] <= majority:
        lines.append(
            f"note: not shown to be better than the most frequent class, {majority:.2%} of the "
            "test texts"
        )
    return lines


def _start(initial: dict[str, Any]) -> str:
    classes = initial["classes"]
    changes = [
        f"{name} {', '.join(classes[name])}" for name in ("added", "dropped") if classes[name]
    ]
    told = f"started from {initial['run']}" + (
        f"; classes {' and '.join(changes)}" if changes else ""
    )
    if initial["not_checked"]:
        told += "; not checked whether its training texts stand in validation or test"
    return told
