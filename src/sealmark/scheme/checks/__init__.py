"""What `sealmark scheme check` looks at, one family of mistakes per module."""
