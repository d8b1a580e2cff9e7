"""svy: means of many items in some domains: Parquet file, number of items, domains asked for -> JSON on the last line."""

import importlib.metadata
import json
import sys
import time

import polars as pl
import svy

path, count, asked = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rows = pl.read_parquet(path)
sample = svy.Sample(rows, svy.Design(stratum="stratum", wgt="weight"))
start = time.process_time()
means, errors = [], []
for number in range(1, count + 1):
    found = sample.estimation.mean(f"i{number:02}", by="domain", where=svy.col("domain") <= asked)
    cells = sorted(found.estimates, key=lambda cell: int(cell.by_level[0]))
    means.append([cell.est for cell in cells])
    errors.append([cell.se for cell in cells])
seconds = time.process_time() - start
across = {"means": means, "errors": errors}
flat = {name: [value for row in zip(*columns, strict=True) for value in row] for name, columns in across.items()}
print(json.dumps({"seconds": seconds, **flat, "version": f"svy {importlib.metadata.version('svy')}"}))
