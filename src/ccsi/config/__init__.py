"""From conf/ to params.yaml: composition, layout of the tasks, the guard of hand edits, records."""
