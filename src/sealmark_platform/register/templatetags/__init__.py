"""Filters of the templates of the register."""
