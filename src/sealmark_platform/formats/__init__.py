"""Formats of dates where Django's own differ from the reader's habit."""
