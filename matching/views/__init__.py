"""The pages of merging, unmerging, and of the match model."""
