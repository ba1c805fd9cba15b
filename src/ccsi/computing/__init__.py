"""What every stage that computes with PyTorch stands on: versions, threads, the processor."""
