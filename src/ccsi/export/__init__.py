"""Models for other programs: ONNX, and the model card. Needs the extra `export`."""
