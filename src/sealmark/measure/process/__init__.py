"""Processes over time: control charts, seasons and trends of counts and measured values."""
