"""Models as ONNX graphs, written from their weights."""
