"""Checks of trained models beyond one number: label errors, curves by length, calibration, new labels."""
