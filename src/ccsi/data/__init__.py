"""Images and labels: where they come from, how they are split, and how tasks are laid out."""
