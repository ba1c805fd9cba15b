"""From a user's files to one uniform set: names, groups, splits, sizes, checked."""
