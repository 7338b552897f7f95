"""NannyML's univariate drift calculator on two Parquet files: python nannyml_drift.py BASELINE CURRENT. Prints what it alerts on, as JSON."""

import json
import os
import sys

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # nothing is reported to anybody

import nannyml
import pandas as pd

NUMERIC = [f"x{i}" for i in range(15)]
CATEGORICAL = [f"c{i}" for i in range(5)]

columns = NUMERIC + CATEGORICAL
baseline = pd.read_parquet(sys.argv[1], columns=columns)
current = pd.read_parquet(sys.argv[2], columns=columns)
calculator = nannyml.UnivariateDriftCalculator(column_names=columns, treat_as_categorical=CATEGORICAL)
calculator.fit(baseline)
result = calculator.calculate(current).filter(period="analysis").to_df()
alerts = {
    name: int(sum(result[key].sum() for key in result.columns if key[0] == name and key[-1] == "alert"))
    for name in columns
}
print(json.dumps({"drifted": sorted(name for name, count in alerts.items() if count > 5), "chunks": len(result)}))
