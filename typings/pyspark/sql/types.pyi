from collections.abc import Sequence

class DataType: ...
class StringType(DataType): ...
class BooleanType(DataType): ...

class ArrayType(DataType):
    def __init__(self, elementType: DataType) -> None: ...  # noqa: N803 - as it is called there

class StructField(DataType):
    def __init__(self, name: str, dataType: DataType) -> None: ...  # noqa: N803

class StructType(DataType):
    def __init__(self, fields: Sequence[StructField]) -> None: ...
