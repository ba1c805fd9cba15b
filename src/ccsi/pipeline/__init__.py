"""The work of single stages: between the files of a run and the library."""
