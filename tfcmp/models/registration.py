"""Makes tfcmp's layers known to Keras the moment Keras is imported.

`import tfcmp` must not import TensorFlow, and `keras.models.load_model` in safe mode takes only
layers that are registered. So the registration waits for Keras: it is done at once where Keras is
there already, else right behind the end of its import.
"""

import importlib
import importlib.util
import sys
from importlib.abc import Loader, MetaPathFinder

LAYER_MODULES = (
    "tfcmp.models.word_tokenizer",
    "tfcmp.models.sequence_layers",
    "tfcmp.models.transformer",
    "tfcmp.models.linear",
    "tfcmp.models.preset_tokenizer",
    "tfcmp.models.pretrained",
    "tfcmp.models.saved_model.encoder",
    "tfcmp.models.saved_model.characters",
    "tfcmp.models.saved_model.preprocessing",
)


def register_with_keras() -> None:
    """Registers the layers now, or as soon as Keras is imported."""
    if "keras" in sys.modules:
        _import_layers()
    else:
        sys.meta_path.insert(0, _KerasFinder())


def _import_layers() -> None:
    for module in LAYER_MODULES:
        importlib.import_module(module)


class _KerasFinder(MetaPathFinder):
    """Finds Keras, with a loader that imports our layers behind it."""

    def __init__(self) -> None:
        self.is_asking_others = False

    def find_spec(self, name, path=None, target=None):
        if name != "keras" or self.is_asking_others:
            return None
        self.is_asking_others = True
        try:
            spec = importlib.util.find_spec("keras")
        finally:
            self.is_asking_others = False
        if spec is not None and spec.loader is not None:
            spec.loader = _LayersBehind(spec.loader, self)
        return spec


class _LayersBehind(Loader):
    """The loader of Keras, and then our layers."""

    def __init__(self, loader, finder: _KerasFinder) -> None:
        self.loader = loader
        self.finder = finder

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module) -> None:
        self.loader.exec_module(module)
        # Not before: TensorFlow looks whether there is a Keras without importing what it found.
        if self.finder in sys.meta_path:
            sys.meta_path.remove(self.finder)
        _import_layers()

    def __getattr__(self, name):
        # Everything else (source, resources, package paths) is asked of the loader of Keras.
        return getattr(self.loader, name)
