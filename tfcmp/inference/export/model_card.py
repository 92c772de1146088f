"""What the receiver of an export has to know, on one page."""

from typing import Any

from tfcmp.config.default_paths import source_name
from tfcmp.records.run import Metrics
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import CONFIG, RESULT, SPLIT

# Names of scores in result.json, and how they are shown.
SCORES = {
    "accuracy": ("accuracy", "{:.2%}"),
    "macro_f1": ("macro F1", "{:.4f}"),
    "nll": ("negative log-likelihood", "{:.4f}"),
    "brier": ("Brier score", "{:.4f}"),
    "ece": ("calibration error (ECE)", "{:.4f}"),
}
USE = {
    "saved_model": (
        "`docker run -p 8501:8501 -v $PWD:/models/{name} -e MODEL_NAME={name} tensorflow/serving` "
        'answers `{{"instances": ["a text"]}}` at `/v1/models/{name}:predict`; in Python '
        '`tf.saved_model.load("1").signatures["serving_default"](text=tf.constant(["a text"]))`'
        "{note}."
    ),
    "onnx": (
        "`model.onnx` takes `token_ids` (batch, length) int32, padded right with the `padding_id` "
        "of `tokenizer/tokenizer.json`, and gives `probabilities` (batch, classes). Every row needs "
        "at least one token."
    ),
    "openvino": (
        "`model.xml` takes `token_ids` (batch, length) int32, padded right with the `padding_id` of "
        "`tokenizer/tokenizer.json`, and gives `probabilities` (batch, classes). Every row needs at "
        'least one token. Compile it with `{{"INFERENCE_PRECISION_HINT": "{hint}"}}`: left to '
        "itself OpenVINO chooses by the processor."
    ),
}
TEXT_OPERATORS = " (`import tensorflow_text` first: the tokenizer's operators are in it)"
# Settings that tell models whose program has such operators: presets, and SavedModels, be it in the
# preprocessor or in an encoder that takes texts.
WITH_OPERATORS = ("lora_rank", "preprocessor")


def model_card(
    run: RunDirectory,
    configuration: dict[str, Any],
    form: str,
    precision: str,
    parity: dict[str, Any],
) -> str:
    """The card in Markdown."""
    result, data = run.read_json(RESULT), configuration["data"]
    classes = ", ".join(f"`{name}`" for name in result["classes"])
    hint = "bf16" if precision == "bf16" else "f32"
    has_operators = any(name in configuration["architecture"] for name in WITH_OPERATORS)
    note = TEXT_OPERATORS if has_operators else ""
    use = USE[form].format(name=result["model"].split(":")[0], hint=hint, note=note)
    lines = [
        f"# {result['model']}, {form}, {precision}",
        "",
        f"Task: puts a text into one of the classes {classes}, in this order.",
        "",
        f"Trained on `{source_name(data['source'])}` ({data['train_size'] or 'all'} training texts, seed "
        f"{result['seed']}), run `{run.path.name}`; its settings are in `{CONFIG}` beside this card.",
        "",
        "## How well",
        "",
        f"On the {result['test']['examples']['value']:.0f} texts of the test split, Keras in "
        "float32; intervals of 95 %, for the sample of test texts, not for other seeds.",
        "",
        "| score | value | interval |",
        "| --- | ---: | :---: |",
        *_score_rows(result["test"]),
        "",
        f"This export: accuracy {parity['accuracy']['export']:.2%}, "
        f"{parity['changed_labels']} of {parity['texts']} labels changed, probabilities at most "
        f"{parity['largest_difference']:.1e} apart (`parity.json`).",
        "",
        "## Use",
        "",
        use,
        "",
        "## Limits",
        "",
        *_limits(data, run),
    ]
    return "\n".join(lines) + "\n"


def _score_rows(scores: Metrics) -> list[str]:
    rows = []
    for name, (title, shown) in SCORES.items():
        if name in scores:
            score = scores[name]
            bounds = [shown.format(score[end]) for end in ("low", "high") if end in score]
            rows.append(f"| {title} | {shown.format(score['value'])} | {' to '.join(bounds)} |")
    return rows


def _limits(data: dict[str, Any], run: RunDirectory) -> list[str]:
    cut = run.read_json(SPLIT)["splits"]["test"]["cut_text_share"]
    length = data["max_length"]
    read = f"{length} tokens ({data['truncation']})" if length else "what the encoder takes"
    longer = "" if cut is None else f"; {cut:.0%} of the test texts are longer"
    return [
        f"- Of a text it reads {read}{longer}.",
        "- It knows texts like those it was trained on. Other subjects, languages and times were "
        "not tested.",
        "- Its probabilities were not calibrated for other data; an answer is given for any text, "
        "an empty one too.",
    ]
