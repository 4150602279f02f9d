"""Trains a classifier on the iris data set and writes model.onnx, with what scikit-learn answers in expected.json."""

import json
from pathlib import Path

from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

here = Path(__file__).parent
iris = load_iris()
rows = iris.data.astype("float32")

classifier = make_pipeline(StandardScaler(), LogisticRegression())
classifier.fit(rows, iris.target)

model = to_onnx(
    classifier,
    initial_types=[("X", FloatTensorType([None, rows.shape[1]]))],  # any number of rows
    options={"zipmap": False},  # probabilities as one tensor, not as a list of dictionaries
    target_opset=17,
)
(here / "model.onnx").write_bytes(model.SerializeToString())

answers = {
    "rows": [[round(float(value), 1) for value in row] for row in rows],
    "labels": [str(iris.target_names[label]) for label in classifier.predict(rows)],
    "probabilities": classifier.predict_proba(rows).tolist(),
}
lines = (f'  "{key}": [\n    ' + ",\n    ".join(map(json.dumps, value)) + "\n  ]" for key, value in answers.items())
(here / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
