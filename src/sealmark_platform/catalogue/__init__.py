"""Editions of schemes that a body has adopted, pinned by digest."""
