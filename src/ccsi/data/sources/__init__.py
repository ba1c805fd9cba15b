"""One module per source of images, imported by name: a new source is a new file and no more."""
