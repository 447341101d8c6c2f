# The parts of PySpark that are used here: its extra is in no environment of developers.

from typing import Any

class SparkSession:
    builder: Any
