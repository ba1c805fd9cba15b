"""How well a model knows every class it has seen: accuracies, forgetting, AUC, calibration."""
