"""What dvc.lock tells of a result: the files behind it, and where a task's images lie."""
