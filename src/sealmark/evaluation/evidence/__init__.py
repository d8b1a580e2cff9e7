"""The evidence of a case: every file read and checked, every measure taken, with where it came from."""
