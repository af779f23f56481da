"""Rules of matching that are plain Python."""
