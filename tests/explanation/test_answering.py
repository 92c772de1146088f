import numpy as np

from tfcmp.explanation import answering


def test_answers_come_in_the_order_of_the_texts_and_in_windows_of_like_length(monkeypatch):
    monkeypatch.setattr(answering, "TEXTS_AT_ONCE", 2)
    windows = []

    def probabilities(texts):
        windows.append(texts)
        return np.array([[len(text), 0] for text in texts], np.float32)

    texts = ["four", "a", "seven", "", "be"]
    answered = answering.answer_all(texts, probabilities, "answering")
    assert answered[:, 0].tolist() == [4, 1, 5, 0, 2]
    assert windows == [["", "a"], ["be", "four"], ["seven"]]
