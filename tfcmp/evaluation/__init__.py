"""Metrics and their intervals, computed from predictions, without TensorFlow."""
