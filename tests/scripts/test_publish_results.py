import importlib.util
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]


def script():
    file = ROOT / "scripts" / "publish_results.py"
    specification = importlib.util.spec_from_file_location("publish_results", file)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def weights(source):
    return {"source": source, "version": "1", "files": {"a.h5": "ab12"}}


def test_the_source_of_pretrained_weights_is_published_and_no_path(tmp_path):
    told = {
        "encoder": weights("kaggle://owner/model"),
        "preprocessor": weights(str(tmp_path / "p")),
    }
    published = script().pretrained({"pretrained": told})
    assert published["encoder"] == told["encoder"]
    assert published["preprocessor"] == {**told["preprocessor"], "source": "p"}


def test_other_models_have_none():
    assert script().pretrained({"pretrained": None}) == {}


def test_every_published_pretrained_run_names_its_weights():
    for run in json.loads((ROOT / "docs/results/imdb_pretrained.json").read_text()):
        assert all(len(sum_) == 64 for sum_ in run["pretrained"]["encoder"]["files"].values())
