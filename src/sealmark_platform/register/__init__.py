"""The public directory."""
