"""Evidently's DataDriftPreset on two Parquet files: python evidently_drift.py BASELINE CURRENT. Prints what it takes for drifted, as JSON."""

import json
import sys

import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

NUMERIC = [f"x{i}" for i in range(15)]
CATEGORICAL = [f"c{i}" for i in range(5)]


def dataset(path):
    frame = pd.read_parquet(path, columns=NUMERIC + CATEGORICAL)
    definition = DataDefinition(numerical_columns=NUMERIC, categorical_columns=CATEGORICAL)
    return Dataset.from_pandas(frame, data_definition=definition)


snapshot = Report([DataDriftPreset()]).run(current_data=dataset(sys.argv[2]), reference_data=dataset(sys.argv[1]))
drifted = []
for metric in snapshot.dict()["metrics"]:
    config = metric.get("config", {})
    if "ValueDrift" not in str(config.get("type", metric.get("metric_name", ""))):
        continue
    name, value, threshold = config.get("column"), metric["value"], config.get("threshold", 0.1)
    beyond = value < threshold if "p_value" in str(config.get("method", "")) else value >= threshold
    if beyond:
        drifted.append(name)
print(json.dumps({"drifted": sorted(drifted)}))
