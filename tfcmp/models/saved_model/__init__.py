"""Text encoders that come as a SavedModel."""
