"""Private attributes of other libraries that tfcmp depends on: each one, where, and why.

A new version of a library may lack one without a word. Then the test of that attribute fails and
says what has to be looked at. Nothing private that is not on this list may be used.
"""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import NamedTuple

import pytest

import tfcmp

PACKAGE = Path(tfcmp.__file__).parent
LIBRARIES = ("keras", "keras_hub", "keras_tuner", "tensorflow")
NAMED_TUPLE = {"_asdict", "_fields", "_replace", "_make"}


class Private(NamedTuple):
    owner: str
    name: str
    used_in: str
    why: str


ADAM = "keras.optimizers.Adam"
ENCODER_LAYER = "keras_hub.layers.TransformerEncoder"
ORACLES = "keras_tuner.oracles"
PARTS = "the graph for ONNX is built from the weights of each part of a layer"
STATE = "KerasTuner's own state leaves it out, and a search could not go on after a kill"
PRIVATE = [
    Private("keras.Layer", "_flatten_layers", "models", "finds layers with low-rank updates"),
    Private("keras.Layer", "_flatten_layers", "explanation/network.py", "finds nested layers"),
    Private("keras.Layer", "_flatten_layers", "inference/classifier.py", "finds nested layers"),
    Private("keras.Layer", "_track_variable", "models/saved_model", "weights of a SavedModel"),
    Private("keras.Layer", "_tracker", "models/saved_model", "is locked when a file is loaded"),
    Private("keras.layers.Dense", "_kernel", "models", "kernel without its low-rank update"),
    Private("keras.layers.EinsumDense", "_kernel", "models", "kernel without its update"),
    Private(ADAM, "_get_variable_index", "training/optimizers.py", "place of a weight's state"),
    Private(ADAM, "_momentums", "training/optimizers.py", "the fused update writes them"),
    Private(ADAM, "_velocities", "training/optimizers.py", "the fused update writes them"),
    Private(ADAM, "_use_weight_decay", "training/optimizers.py", "weights without decay"),
    Private(ENCODER_LAYER, "_self_attention_layer", "inference/graphs", PARTS),
    Private(ENCODER_LAYER, "_self_attention_layer_norm", "inference/graphs", PARTS),
    Private(ENCODER_LAYER, "_feedforward_intermediate_dense", "inference/graphs", PARTS),
    Private(ENCODER_LAYER, "_feedforward_output_dense", "inference/graphs", PARTS),
    Private(ENCODER_LAYER, "_feedforward_layer_norm", "inference/graphs", PARTS),
    Private("keras_tuner.Oracle", "_retry_queue", "search", STATE),
    Private("keras_tuner.Oracle", "_save_trial", "search", "trials are part of the one state file"),
    Private(f"{ORACLES}.GridSearchOracle", "_ordered_ids", "search", STATE),
    Private(f"{ORACLES}.GridSearchOracle", "_populate_next", "search", STATE),
    Private(f"{ORACLES}.BayesianOptimizationOracle", "_random_state", "search", STATE),
    Private(f"{ORACLES}.HyperbandOracle", "_get_size", "search", "trials of a round"),
    Private(f"{ORACLES}.HyperbandOracle", "_get_num_brackets", "search", "trials of a round"),
    Private(f"{ORACLES}.HyperbandOracle", "_get_num_rounds", "search", "trials of a round"),
    Private(
        "keras_tuner.Tuner",
        "_try_run_and_update_trial",
        "search",
        "KerasTuner's own prints the traceback of every failed trial",
    ),
    Private("keras_tuner.Tuner", "_run_and_update_trial", "search", "what the one above calls"),
    Private(
        "tensorflow_datasets.core.DatasetBuilder",
        "_make_download_manager",
        "data/sources",
        "only it knows where the archive of a data set is kept",
    ),
]
# KerasHub says nowhere else how it converts a folder of Hugging Face; _typeshed is mypy's.
PRIVATE_MODULES = {
    "_typeshed",
    "keras_hub.src.utils.preset_utils",
    "keras_hub.src.utils.transformers.preset_loader",
    "keras_hub.src.utils.transformers.safetensor_utils",
}


def is_private(name):
    return name.startswith("_") and not name.startswith("__") and name != "_"


def listed(name, file):
    place = file.relative_to(PACKAGE).as_posix()
    return any(name == known.name and place.startswith(known.used_in) for known in PRIVATE)


@pytest.mark.parametrize("private", PRIVATE, ids=lambda p: f"{p.owner}.{p.name} in {p.used_in}")
def test_the_library_still_has_what_is_used_of_it(private):
    module, _, name = private.owner.rpartition(".")
    owner = getattr(importlib.import_module(module), name)
    source = "".join(inspect.getsource(base) for base in owner.__mro__[:-1])
    assert re.search(rf"\b{private.name}\b", source), (
        f"{private.owner} has no {private.name} any more, which tfcmp/{private.used_in} uses: "
        f"{private.why}"
    )


@pytest.mark.parametrize("private", PRIVATE, ids=lambda p: f"{p.owner}.{p.name} in {p.used_in}")
def test_nothing_is_listed_that_is_not_used(private):
    place = PACKAGE / private.used_in
    files = [place] if place.suffix else place.rglob("*.py")
    assert any(re.search(rf"\b{private.name}\b", file.read_text()) for file in files)


def names_of_ours(trees):
    """Attributes and methods that classes of ours define."""
    own = NAMED_TUPLE | {"_exit"}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef):
            own.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            own.add(node.attr)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            own.add(node.target.id)
    return own


def test_attributes_of_others_that_are_used_are_listed():
    trees = {file: ast.parse(file.read_text()) for file in PACKAGE.rglob("*.py")}
    own = names_of_ours(trees.values())
    unlisted = []
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and is_private(node.attr):
                is_of_self = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
                is_ours = node.attr in own and (is_of_self or not is_of_library(node.attr))
                if not is_ours and not listed(node.attr, file):
                    unlisted.append(f"{file}:{node.lineno} {node.attr}")
    assert not unlisted


def is_of_library(name):
    return any(name == private.name for private in PRIVATE)


def test_private_names_of_base_classes_that_are_used_or_replaced_are_listed():
    for info in pkgutil.walk_packages([str(PACKAGE)], "tfcmp."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for ours in vars(module).values():
            if not inspect.isclass(ours) or ours.__module__ != info.name:
                continue
            bases = [b for b in ours.__mro__ if b.__module__.split(".")[0] in LIBRARIES]
            foreign = "".join(inspect.getsource(base) for base in bases)
            used = set(re.findall(r"(?:self\.|def )(_[a-z]\w*)", inspect.getsource(ours)))
            for name in used & set(re.findall(r"\b_[a-z]\w*", foreign)):
                assert listed(name, Path(module.__file__)), f"{info.name}.{ours.__name__}.{name}"


def test_private_modules_of_libraries_are_listed():
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                parts = node.module.split(".")
                hidden = parts[0] != "tfcmp" and any(p == "src" or is_private(p) for p in parts)
                assert not hidden or node.module in PRIVATE_MODULES, f"{file}: {node.module}"
