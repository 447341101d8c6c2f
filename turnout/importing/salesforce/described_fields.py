"""What Salesforce's metadata says of fields: their types, labels and lists of values.

Both formats are read: `objects/Lead/fields/X.field-meta.xml` and `objects/Lead.object`, with the
standard and global value sets beside them. What isn't described there, of the fields that every
Lead and Case has, stands in tables here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from turnout.dsl.headers import column_key
from turnout.importing.foreign import FieldKind, ForeignField
from turnout.importing.xml_tree import Element, xml_tree

_KINDS: Mapping[str, FieldKind] = {
    "Picklist": "one of",
    "MultiselectPicklist": "any of",
    "Checkbox": "boolean",
    "Number": "number",
    "Percent": "percent",
    "Currency": "money",
    "Date": "date",
    "DateTime": "date",
    "Email": "email",
    "Phone": "text",
    "Url": "text",
    "Text": "text",
    "TextArea": "text",
    "LongTextArea": "text",
    "Html": "text",
    "AutoNumber": "text",
    "Lookup": "text",
    "MasterDetail": "text",
}

_LISTS: frozenset[FieldKind | None] = frozenset({"one of", "any of", None})

_STANDARD: Mapping[str, tuple[str, FieldKind | None]] = {
    "AnnualRevenue": ("Annual Revenue", "money"),
    "City": ("City", "text"),
    "Company": ("Company", "text"),
    "Country": ("Country", "country"),
    "CountryCode": ("Country Code", "country"),
    "CreatedDate": ("Created Date", "date"),
    "Description": ("Description", "text"),
    "Email": ("Email", "email"),
    "Industry": ("Industry", None),
    "IsEscalated": ("Escalated", "boolean"),
    "LeadSource": ("Lead Source", None),
    "Name": ("Name", "text"),
    "NumberOfEmployees": ("No. of Employees", "integer"),
    "Origin": ("Case Origin", None),
    "OwnerId": ("Owner ID", "text"),
    "Phone": ("Phone", "text"),
    "PostalCode": ("Postal Code", "code"),
    "Priority": ("Priority", None),
    "Product": ("Product", None),
    "Rating": ("Rating", None),
    "Reason": ("Case Reason", None),
    "RecordType": ("Record Type", None),
    "RecordTypeId": ("Record Type ID", "text"),
    "State": ("State/Province", "subdivision"),
    "StateCode": ("State/Province Code", "subdivision"),
    "Status": ("Status", None),
    "Street": ("Street", "text"),
    "Subject": ("Subject", "text"),
    "SuppliedEmail": ("Web Email", "email"),
    "Title": ("Title", "text"),
    "Type": ("Type", None),
    "Website": ("Website", "text"),
}

_OTHER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "RecordTypeId": ("RecordType.Name", "Lead Record Type", "Case Record Type", "Record Type")
}
"""Columns that say what criteria ask, before the one of the field: a record type by its label."""

STANDARD_NAMES: Mapping[str, str] = {column_key(name): name for name in _STANDARD} | {
    column_key(label): name for name, (label, _) in _STANDARD.items()
}
"""The names of standard fields, by what counts of what columns call them."""

_VALUE_SETS: Mapping[str, str] = {
    "Industry": "Industry",
    "LeadSource": "LeadSource",
    "Rating": "AccountRating",
    "Origin": "CaseOrigin",
    "Priority": "CasePriority",
    "Reason": "CaseReason",
    "Type": "CaseType",
}
"""Which standard value set a standard field has; that of a status is named after its object."""


class DescribedFields:
    """The fields of the objects in a folder of metadata, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        """Begin with none. folder: with `objects` and the value sets, anywhere below."""
        self._folder = folder
        self._objects: dict[str, Mapping[str, Element]] = {}
        self._known_fields: dict[tuple[str, str], ForeignField] = {}

    def field(self, kind: str, name: str) -> ForeignField:
        """Return what is known of a field of an object.

        name: as criteria have it: `Rating`, `Region__c`, or `Account.Type` of another object.
        """
        if (kind, name) not in self._known_fields:
            self._known_fields[kind, name] = self._field(kind, name)
        return self._known_fields[kind, name]

    def _field(self, kind: str, name: str) -> ForeignField:
        other, _, last = name.rpartition(".")
        of, plain = (other.rpartition(".")[2] or kind), last or name
        element = self._fields(of).get(plain)
        known: FieldKind | None
        label, known = self._known(plain)
        if element is not None:
            label = element.said("label") or label
            told = element.said("type")
            known = _KINDS[told] if told in _KINDS else known  # noqa: SIM401 - `get` widens the type
        values = tuple(dict.fromkeys(self._values(of, plain, element)))
        if known == "number" and element is not None and element.said("scale") == "0":
            known = "integer"
        label = f"{_label(other)}: {label}" if other else label
        columns = tuple(dict.fromkeys((*_OTHER_COLUMNS.get(name, ()), name, label)))
        return ForeignField(name, columns, _listed(known, values), values)

    def default_owner(self, kind: str) -> tuple[Path, Element] | None:
        """Return the settings that name the default owner of an object; only cases have some."""
        for path in sorted(self._folder.rglob(f"{kind}.settings*")):
            if path.name in {f"{kind}.settings", f"{kind}.settings-meta.xml"}:
                settings = xml_tree(path)
                if settings.said(f"default{kind}Owner"):
                    return path, settings
        return None

    def kind_of(self, kind: str, name: str) -> FieldKind | None:
        """Return the type of a field of an object, None where only its use can tell."""
        return self.field(kind, name).kind

    @staticmethod
    def _known(name: str) -> tuple[str, FieldKind | None]:
        return _STANDARD.get(name, (_label(name), None))

    def _fields(self, kind: str) -> Mapping[str, Element]:
        if kind not in self._objects:
            self._objects[kind] = dict(self._read(kind))
        return self._objects[kind]

    def _read(self, kind: str) -> Iterator[tuple[str, Element]]:
        for path in sorted(self._folder.rglob(f"{kind}.object")):
            for element in xml_tree(path).all("fields"):
                yield element.said("fullName"), element
        for path in sorted(self._folder.rglob("*.field-meta.xml")):
            if path.parent.parent.name == kind:
                element = xml_tree(path)
                yield element.said("fullName"), element

    def _values(self, kind: str, name: str, element: Element | None) -> Iterator[str]:
        if element is not None:
            listed = element.first("valueSet")
            definition = None if listed is None else listed.first("valueSetDefinition")
            older = element.first("picklist")
            if definition is not None:
                yield from _active(definition, "value")
            elif older is not None:
                yield from _active(older, "picklistValues")
            elif listed is not None and (shared := listed.said("valueSetName")):
                yield from self._value_set(f"{shared}.globalValueSet", "customValue")
            if definition is not None or older is not None or listed is not None:
                return
        standard = f"{kind}Status" if name == "Status" else _VALUE_SETS.get(name)
        if standard is not None and name in _STANDARD:
            yield from self._value_set(f"{standard}.standardValueSet", "standardValue")

    def _value_set(self, name: str, of: str) -> Iterator[str]:
        for path in sorted(self._folder.rglob(f"{name}*")):
            if path.name in {name, f"{name}-meta.xml"}:
                yield from _active(xml_tree(path), of)
                return


def _listed(known: FieldKind | None, values: tuple[str, ...]) -> FieldKind | None:
    """Return the type of a field with these values: a list has some, or only its use can tell."""
    if known not in _LISTS:
        return known
    return (known or "one of") if values else None


def _active(element: Element, name: str) -> Iterator[str]:
    """Yield the values of a list that are in use."""
    for each in element.all(name):
        if each.said("isActive").lower() != "false" and each.said("fullName"):
            yield each.said("fullName")


def _label(name: str) -> str:
    """Return a name as a label has it: `Region_Code__c` is `Region Code`."""
    return name.removesuffix("__c").removesuffix("__r").replace("_", " ")
