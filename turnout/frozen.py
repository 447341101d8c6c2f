"""The classes of values: those of attrs, each made ready when it is first used.

`attrs.frozen` writes the methods of a class as Python text and compiles it when the class is
made. Half of the time that `turnout check` took to start went into the methods of three
hundred classes, most of which a run never makes a value of. So a class is made here with its
fields alone; `__init__` is made at the first value, of code that classes with as many fields
share; what attrs knows of the fields (`attrs.fields`, `attrs.evolve`, ...) is had from attrs
when it is asked for, and equality, hash and representation are closures over the fields.

A value with many fields is made as one that changes, and is told then that it doesn't: to set a
field of a class that refuses to is a call, which takes four times as long. So such a class has
its fields in a class below it, of which nobody has a value for longer than that.

To a type checker, and in what they mean, `frozen`, `define` and `attribute` are `frozen`,
`define` and `field` of attrs. A class that asks for more is made by attrs at once: one with
`super()`, another attrs class below it, methods of its own in place of those, options of the
class beyond `eq`, or of a field beyond its default and where it counts. A test holds the two
kinds equal.
"""

import sys
from collections.abc import Callable
from functools import cache, cached_property
from operator import attrgetter
from reprlib import recursive_repr
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeAlias, get_origin

import attrs

__all__ = ["attribute", "define", "frozen"]

if TYPE_CHECKING:
    from attrs import define, frozen
    from attrs import field as attribute
else:

    def frozen(cls: type | None = None, **options: Any) -> Any:  # noqa: ANN401 - as attrs has it
        """Make a class of values that don't change; as a decorator, with or without options."""
        return _made(attrs.frozen, cls, options)

    def define(cls: type | None = None, **options: Any) -> Any:  # noqa: ANN401 - as attrs has it
        """Make a class of things that change; as a decorator, with or without options."""
        return _made(attrs.define, cls, options)

    def attribute(**options: Any) -> Any:  # noqa: ANN401 - as attrs has it
        """Return what stands for a field whose options are these, until its class is made."""
        return _Asked(options)


_OWN = frozenset(
    {"__init__", "__eq__", "__hash__", "__repr__", "__getstate__", "__setstate__", "__slots__"}
    | {"__setattr__", "__delattr__", "__getattr__", "__weakref__", "__match_args__"}
)
"""What is made here; a class that has one of these of its own is left to attrs."""

_MANY = 6
"""Fields from which on it is worth while to have them in a class of their own."""

_FACTORY: Any = attrs.Factory
_OPTIONS = frozenset({"default", "factory", "eq", "hash", "init", "repr"})
"""Options of a field that are seen to here."""


@attrs.frozen
class _Asked:
    """A field as it is asked for."""

    options: dict[str, Any]


class _Field(NamedTuple):
    """A field as it is made. default: attrs' NOTHING for none, or a Factory.

    init: whether whoever makes a value can give it.
    """

    name: str
    default: Any
    eq: bool
    hash: bool
    init: bool
    repr: bool


class _Fields:
    """What is below a class of values with many fields."""

    __slots__ = ()


@attrs.frozen
class _Unchanging:
    """What attrs makes of a frozen class without fields: it says how a change is refused."""


def _made(by: Callable[..., Any], cls: type | None, options: dict[str, Any]) -> Any:  # noqa: ANN401
    if cls is None:

        def decorated(cls: type) -> Any:  # noqa: ANN401
            return _made(by, cls, options)

        return decorated
    fields = _fields(cls) if options.keys() <= {"eq"} and _is_plain(cls) else None
    if fields is None:
        return _by_attrs(by, cls, options)
    is_frozen = by is attrs.frozen
    names = tuple(each.name for each in fields)
    body = {name: value for name, value in vars(cls).items() if name not in {*names, "__dict__"}}
    body.pop("__weakref__", None)
    remembers = any(isinstance(value, cached_property) for value in body.values())
    slots = (*names, *(["__dict__"] if remembers else []), "__weakref__")
    bases = cls.__bases__
    if is_frozen and len(names) >= _MANY and bases == (object,):
        bases, slots = (type("Fields", (_Fields,), {"__slots__": slots}),), ()
    body.update(
        __slots__=slots,
        __qualname__=cls.__qualname__,
        __match_args__=names,
        __init__=_Init(fields, is_frozen=is_frozen),
        __attrs_attrs__=_Known(by, cls, options),
        __repr__=_representation(tuple(each.name for each in fields if each.repr)),
        __replace__=attrs.evolve,
    )
    body["__getstate__"], body["__setstate__"] = _pickling(names)
    if is_frozen:
        body["__setattr__"] = vars(_Unchanging)["__setattr__"]
        body["__delattr__"] = vars(_Unchanging)["__delattr__"]
    if options.get("eq", True):
        body["__eq__"] = _equality(tuple(each.name for each in fields if each.eq))
        hashed = tuple(each.name for each in fields if each.hash)
        body["__hash__"] = _hash(hashed, cls) if is_frozen else None
    return type(cls)(cls.__name__, bases, body)


def _by_attrs(by: Callable[..., Any], cls: type, options: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the class as attrs makes it."""
    for name, value in [*vars(cls).items()]:
        if isinstance(value, _Asked):
            setattr(cls, name, attrs.field(**value.options))
    return by(cls, **options)


def _is_plain(cls: type) -> bool:
    """Return whether nothing but fields and functions stands in a class, or below it."""
    if any("__attrs_attrs__" in vars(below) for below in cls.__mro__[1:]):
        return False
    own = vars(cls)
    hashes_not = own.get("__hash__", 0) is None and "__eq__" in own
    if hashes_not or any(name in _OWN and name != "__weakref__" for name in own):
        return False
    return not any(_names_its_class(value) for value in own.values())


def _names_its_class(value: object) -> bool:
    """Return whether a function holds on to its class, as `super()` does."""
    if isinstance(value, FunctionType):
        return "__class__" in value.__code__.co_freevars
    if isinstance(value, str | _Asked):
        return False
    inner = getattr(value, "__func__", getattr(value, "fget", getattr(value, "func", value)))
    return isinstance(inner, FunctionType) and "__class__" in inner.__code__.co_freevars


def _fields(cls: type) -> list[_Field] | None:
    """Return the fields of a class, None where attrs has more to do for them."""
    fields: list[_Field] = []
    own = vars(cls)
    for name, kind in _annotations(cls).items():
        if _is_of_the_class(kind):
            continue
        default: Any = own.get(name, attrs.NOTHING)
        if default is attrs.NOTHING and not name.startswith("__"):
            fields.append(_Field(name, default, eq=True, hash=True, init=True, repr=True))
            continue
        asked: dict[str, Any] = (
            default.options if isinstance(default, _Asked) else {"default": default}
        )
        factory = asked.get("factory")
        made = asked.get("default", attrs.NOTHING) if factory is None else _FACTORY(factory)
        takes_self = isinstance(made, _FACTORY) and made.takes_self
        eq, counts, shown = asked.get("eq", True), asked.get("hash"), asked.get("repr", True)
        is_given = asked.get("init", True)
        is_known = asked.keys() <= _OPTIONS and isinstance(eq, bool) and isinstance(shown, bool)
        if takes_self or not is_known or name.startswith("__"):
            return None
        hashed = eq if counts is None else counts
        fields.append(_Field(name, made, eq, hashed, is_given, shown))
    return fields


def _annotations(cls: type) -> dict[str, Any]:
    if sys.version_info >= (3, 14):
        from annotationlib import Format, get_annotations  # noqa: PLC0415 - new in 3.14

        return get_annotations(cls, format=Format.FORWARDREF)
    written: dict[str, Any] = vars(cls).get("__annotations__", {})
    return written


def _is_of_the_class(kind: object) -> bool:
    if isinstance(kind, str):
        return "ClassVar" in kind.partition("[")[0]
    return kind is ClassVar or getattr(kind, "__origin__", None) is ClassVar


class _Init:
    """Stands for `__init__` until somebody asks for it, and then writes it."""

    def __init__(self, fields: list[_Field], *, is_frozen: bool) -> None:
        self._fields = fields
        self._is_frozen = is_frozen

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner = owner

    def __get__(self, instance: object, _: type) -> Any:  # noqa: ANN401 - a method of any class
        owner = self._owner
        made = vars(owner)["__init__"]
        if made is self:
            made = _init(owner, self._fields, is_frozen=self._is_frozen)
            setattr(owner, "__init__", made)  # noqa: B010 - which replaces this
        return made if instance is None else made.__get__(instance)


def _init(owner: type, fields: list[_Field], *, is_frozen: bool) -> FunctionType:
    """Return the method that sets each field to what is given, or to its default."""
    is_begun = issubclass(owner, _Fields)
    names: dict[str, Any] = {"NOTHING": attrs.NOTHING}
    if is_begun:
        names |= {"Fields": owner.__base__, "Whole": owner, "begin": _TO_CLASS}
    defaults: list[object] = []
    for number, each in enumerate(fields):
        names[f"set{number}"] = getattr(owner, each.name).__set__
        if each.default is not attrs.NOTHING:
            is_made = isinstance(each.default, _FACTORY)
            factory = each.default.factory if is_made else None
            # `dict[str, int]()` is `dict()`, at the price of a look at what it is generic in.
            names[f"made{number}"] = (get_origin(factory) or factory) if is_made else each.default
            if each.init:
                defaults.append(attrs.NOTHING if is_made else each.default)
        elif defaults and each.init:
            message = f"{owner.__qualname__}: no default for {each.name!r} after one that has one"
            raise ValueError(message)
    own = {f"a{number}": each.name for number, each in enumerate(fields)}
    way: _Way = "begun" if is_begun else "set" if is_frozen else "plain"
    code = _code(tuple(map(_form, fields)), way, ends=hasattr(owner, _END))
    code = code.replace(
        co_names=tuple(own.get(name, name) for name in code.co_names),
        co_varnames=("self", *(each.name.lstrip("_") for each in fields if each.init)),
        co_filename=f"<{owner.__module__}.{owner.__qualname__}>",
    )
    made = FunctionType(code, names, "__init__", tuple(defaults))
    made.__module__ = owner.__module__
    made.__qualname__ = f"{owner.__qualname__}.__init__"
    made.__annotations__ = {**_annotations(owner), "return": None}
    return made


def _form(field: _Field) -> str:
    """Return where the value of a field comes from: a name of one of `_FORMS`."""
    if isinstance(field.default, _FACTORY):
        return "made" if field.init else "always made"
    if field.init:
        return "given"
    return "unset" if field.default is attrs.NOTHING else "always"


_FORMS: dict[str, str] = {
    "given": "a{0}",
    "made": "made{0}() if a{0} is NOTHING else a{0}",
    "always made": "made{0}()",
    "always": "made{0}",
}
_END = "__attrs_post_init__"


_TO_CLASS: Any = vars(object)["__class__"].__set__
_Way: TypeAlias = Literal["begun", "set", "plain"]
"""How fields are set: as those of a value that changes, which is told then that it doesn't; by a
call each; or as they are."""


@cache
def _code(forms: tuple[str, ...], way: _Way, *, ends: bool) -> CodeType:
    """Return the code of `__init__` for fields of these forms. ends: something comes behind it.

    Compiling is what takes the time; of classes with as many fields only the names differ.
    """
    given = [f"a{number}" for number, form in enumerate(forms) if form in {"given", "made"}]
    lines = [f"def __init__({', '.join(['self', *given])}):"]
    values = {
        number: _FORMS[form].format(number)
        for number, form in enumerate(forms)
        if form != "unset"  # whoever has the value sets it
    }
    calls = [f"set{number}(self, {value})" for number, value in values.items()]
    plain = [f"self.a{number} = {value}" for number, value in values.items()]
    if way == "begun":  # a class of somebody's that is made of this one may have more in it
        whole = ["begin(self, Fields)", *plain, "self.__class__ = Whole"]
        lines += ["  if type(self) is Whole:", *(f"    {line}" for line in whole), "  else:"]
    indent = "    " if way == "begun" else "  "
    lines += [f"{indent}{line}" for line in (*(plain if way == "plain" else calls), "pass")]
    lines.append(f"  self.{_END}()" if ends else "  pass")
    # As attrs does it: of the names of our own fields, and never of anything that was read.
    made = compile("\n".join(lines), "<fields>", "exec")
    return next(part for part in made.co_consts if isinstance(part, CodeType))


class _Known:
    """Stands for what attrs knows of the fields until somebody asks for it."""

    def __init__(self, by: Callable[..., Any], cls: type, options: dict[str, Any]) -> None:
        self._by = by
        self._cls = cls
        self._options = options

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner = owner

    def __get__(self, instance: object, _: type) -> Any:  # noqa: ANN401 - what attrs has there
        known = _by_attrs(self._by, self._cls, self._options).__attrs_attrs__
        setattr(self._owner, "__attrs_attrs__", known)  # noqa: B010 - which replaces this
        return known


def _values(names: tuple[str, ...]) -> Callable[[Any], Any]:
    """Return what gets the values of the fields: one by itself, others together."""
    return attrgetter(*names) if names else lambda _: ()


def _equality(names: tuple[str, ...]) -> Callable[[Any, object], Any]:
    values = _values(names)

    def __eq__(self: Any, other: object) -> Any:  # noqa: ANN401, N807 - the method itself
        kind = self.__class__
        return values(self) == values(other) if other.__class__ is kind else NotImplemented

    return __eq__


def _hash(names: tuple[str, ...], of: type) -> Callable[[Any], int]:
    values = _values(names)
    salt = hash(f"{of.__module__}.{of.__qualname__}")

    def __hash__(self: Any) -> int:  # noqa: ANN401, N807 - the method itself
        return hash((salt, values(self)))

    return __hash__


def _representation(names: tuple[str, ...]) -> Callable[[Any], str]:
    @recursive_repr()
    def __repr__(self: Any) -> str:  # noqa: ANN401, N807 - the method itself
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__.rpartition('>.')[2]}({shown})"

    return __repr__


def _pickling(
    names: tuple[str, ...],
) -> tuple[Callable[[Any], dict[str, Any]], Callable[[Any, dict[str, Any]], None]]:
    """Return `__getstate__` and `__setstate__`."""

    def __getstate__(self: Any) -> dict[str, Any]:  # noqa: ANN401, N807 - the method itself
        return {name: getattr(self, name) for name in names}

    def __setstate__(self: Any, state: dict[str, Any]) -> None:  # noqa: ANN401, N807
        for name in names:
            if name in state:
                object.__setattr__(self, name, state[name])

    return __getstate__, __setstate__
