"""The programming interface: what the pages show and do, as JSON, CSV and XLSX under ``/api/v1/``."""
