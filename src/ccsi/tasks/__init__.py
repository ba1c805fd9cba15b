"""The images of a task as they travel between stages: arrays, and the files that hold them."""
