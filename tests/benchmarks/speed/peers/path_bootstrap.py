"""plspm: one fit and some bootstrap samples: CSV, model (JSON), samples -> JSON on the last line."""

import importlib.metadata
import json
import sys
import time

import pandas as pd
import plspm.config as c
from plspm.mode import Mode
from plspm.plspm import Plspm
from plspm.scheme import Scheme

if __name__ == "__main__":
    path, model, samples = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
    answers = pd.read_csv(path)
    # Standardised by hand: with scaled=True this version still takes the covariances.
    answers = (answers - answers.mean()) / answers.std(ddof=1)
    structure = c.Structure()
    for end in dict.fromkeys(end for _, end in model["paths"]):
        structure.add_path([start for start, to in model["paths"] if to == end], [end])
    config = c.Config(structure.path(), scaled=False)
    for construct, items in model["blocks"].items():
        config.add_lv(construct, Mode.A, *(c.MV(item) for item in items))
    begin = time.process_time()
    fit = Plspm(answers, config, Scheme.CENTROID, iterations=300, tolerance=1e-10)
    single = time.process_time() - begin
    begin = time.process_time()
    for number in range(samples):
        Plspm(answers.sample(frac=1, replace=True, random_state=number).reset_index(drop=True), config,
              Scheme.CENTROID, iterations=300, tolerance=1e-10)  # fmt: skip
    seconds = time.process_time() - begin
    paths = fit.path_coefficients()
    found = [float(paths.loc[end, start]) for start, end in model["paths"]]
    print(json.dumps({"single": single, "seconds": seconds, "samples": samples, "paths": found,
                      "version": f"plspm {importlib.metadata.version('plspm')}"}))  # fmt: skip
