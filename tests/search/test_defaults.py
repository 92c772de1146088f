from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.search.defaults import BATCH, OPTIMIZER, default_space


def test_a_model_named_by_its_place_has_the_space_of_its_family():
    spaces = [
        default_space(default_configuration(find_model(name)))
        for name in ("bert_small_en", "preset:somewhere", "saved_model:somewhere")
    ]
    assert spaces[0] == spaces[1] == spaces[2]


def test_all_four_optimizers_are_searched():
    space = default_space(default_configuration(find_model("bag_of_ngrams")))
    assert space[OPTIMIZER] == ["sgd", "rmsprop", "adam", "adamw"]
    assert space[BATCH] == [16, 32, 64, 128]
