"""Runs -> tables, figures, sentences with verdicts, one page; without TensorFlow."""
