"""Using a trained model: its temperature, images in, probabilities out."""
