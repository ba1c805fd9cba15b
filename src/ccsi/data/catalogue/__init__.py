"""What is known of the MedMNIST sets and of the files they come in."""
