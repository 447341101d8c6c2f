class Signature: ...

class Type:
    def __call__(self, *arguments: Type) -> Signature: ...

class Array(Type):
    def __init__(
        self, dtype: Type, ndim: int, layout: str, *, readonly: bool = False, aligned: bool = True
    ) -> None: ...

int32: Type
int64: Type
uint8: Type
uint64: Type
void: Type
