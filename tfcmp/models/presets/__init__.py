"""Pretrained weights: what a user may name, where they lie, how they get there."""
