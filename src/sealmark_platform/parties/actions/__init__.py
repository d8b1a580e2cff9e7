"""Changing who takes part: bodies, their people, organizations. Each change leaves one entry in the trail."""
