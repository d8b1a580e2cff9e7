"""Stores: answers of many waves as Parquet files that every engine reads."""
