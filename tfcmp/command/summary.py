"""What a fit says at its end."""

from typing import Any

from tfcmp.config.fields import Configuration
from tfcmp.records.run import InitialRun, Result

# Above this share of unknown words, a model of words misses much of what the texts say.
MANY_UNKNOWN = 0.1
# Below this mean, most texts have a single token.
FEW_TOKENS = 1.5


def summary(
    result: Result,
    configuration: Configuration,
    note: str | None = None,
    described: dict[str, Any] | None = None,
) -> str:
    """Some lines of what was reached, and of what a user should know before using it.

    Args:
        result: content of result.json.
        configuration: what was fitted.
        note: about the replicas.
        described: content of split.json, if what it says of the tokens is to be told.
    """
    accuracy, parameters = result["test"]["accuracy"], result["parameters"]
    lines = [
        f"{configuration.model}: test accuracy {accuracy['value']:.2%}, 95 % interval "
        f"{accuracy['low']:.2%} to {accuracy['high']:.2%} "
        f"({result['test']['examples']['value']:.0f} texts, one run: test sampling only)",
        f"{parameters['total']:,} parameters, best epoch {result['best_epoch']} of "
        f"{result['epochs']}",
        *_cautions(result, configuration),
        *_token_cautions((described or {}).get("splits", {})),
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


def _cautions(result: Result, configuration: Configuration) -> list[str]:
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
            "test texts; if the training loss was still falling, raise --training.epochs and "
            "--training.patience, or --training.learning_rate"
        )
    return lines


def _start(initial: InitialRun) -> str:
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


def _token_cautions(splits: dict[str, Any]) -> list[str]:
    # Runs of subword models, and those made before the shares were recorded, have none.
    measured = {name: split for name, split in splits.items() if "mean_tokens" in split}
    lines = []
    unknown = {
        name: share
        for name, split in measured.items()
        if (share := split["unknown_token_share"]) > MANY_UNKNOWN
    }
    if unknown:
        shares = " and ".join(
            f"{share:.1%} of the {name} texts'" for name, share in unknown.items()
        )
        lines.append(
            f"note: {shares} tokens are unknown words; raise --architecture.vocabulary_size, give more "
            "texts, or take a pretrained model, which reads parts of words"
        )
    short = [name for name, split in measured.items() if split["mean_tokens"] < FEW_TOKENS]
    if short:
        lines.append(
            f"note: the {' and '.join(short)} texts have one token on average; expected words "
            "between blanks, so look whether --data.text_column is the right one"
        )
    return lines
