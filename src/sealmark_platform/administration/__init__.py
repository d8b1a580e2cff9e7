"""The desk of a body's administrators, and everybody's own settings and declarations."""
