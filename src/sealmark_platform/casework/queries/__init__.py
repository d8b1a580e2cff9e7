"""Reads with names."""
