"""One file per format of tags."""
