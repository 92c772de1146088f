import re

import numpy as np

from tfcmp.explanation.behaviour.measuring import Sides
from tfcmp.explanation.behaviour.testing import make_test_set, run_tests

GOOD = re.compile(r"\b(good|great|wonderful|excellent|loved|liked|enjoyed|best|beautiful|superb)\b")


def always_positive(texts):
    return np.tile(np.array([[0.2, 0.8]], np.float32), (len(texts), 1))


def bag_of_words(texts):
    shares = np.array([min(0.9, 0.3 + 0.3 * len(GOOD.findall(text.lower()))) for text in texts])
    return np.stack([1 - shares, shares], axis=1)


def rates(measured):
    return {name: one["failure_rate"]["value"] for name, one in measured["capabilities"].items()}


def test_one_answer_to_everything_fails_half_of_the_minimum_and_no_other_test():
    test_set = make_test_set(20, seed=1)
    measured = run_tests(test_set, always_positive, ("neg", "pos"), Sides("neg", "pos"))
    kinds = {name: one["kind"] for name, one in measured["capabilities"].items()}
    for name, value in rates(measured).items():
        assert value == (0.5 if kinds[name] == "MFT" else 0.0), name


def test_the_order_of_the_classes_is_that_of_the_run():
    test_set = make_test_set(20, seed=1)
    straight = run_tests(test_set, bag_of_words, ("neg", "pos"), Sides("neg", "pos"))
    turned = run_tests(
        test_set,
        lambda texts: bag_of_words(texts)[:, ::-1],
        ("pos", "neg"),
        Sides("neg", "pos"),
    )
    assert rates(straight) == rates(turned)


def test_a_bag_of_words_knows_words_and_no_negation():
    measured = rates(run_tests(make_test_set(60, 1), bag_of_words, ("a", "b"), Sides("a", "b")))
    assert measured["negation"] > measured["vocabulary"]
    assert measured["case"] == 0
