"""What Salesforce's metadata says of fields: their types, labels and lists of values.

Both formats are read: `objects/Lead/fields/X.field-meta.xml` and `objects/Lead.object`, with the
standard and global value sets beside them. What isn't described there, of the fields that every
Lead and Case has, stands in tables here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from turnout.dsl.headers import column_key
from turnout.importing.foreign import FieldKind, ForeignField
from turnout.importing.salesforce.metadata_files import MetadataFiles
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
    "EncryptedText": "text",
    "Time": "text",
    "Location": "text",
    "Lookup": "text",
    "MasterDetail": "text",
    "Hierarchy": "text",
    "ExternalLookup": "text",
    "IndirectLookup": "text",
    "MetadataRelationship": "text",
    "Summary": "number",
}

_RECORD_TYPES = frozenset({"RecordTypeId", "RecordType.Name"})
"""Fields that criteria and formulas compare with the label of a record type."""

_LONGEST_COMMENT = 200
"""Characters of a description that stands above its field."""

_LISTS: frozenset[FieldKind | None] = frozenset({"one of", "any of", None})

_STANDARD: Mapping[str, tuple[str, FieldKind | None]] = {
    "AccountId": ("Account Name", "text"),
    "AnnualRevenue": ("Annual Revenue", "money"),
    "BillingCity": ("Billing City", "text"),
    "BillingCountry": ("Billing Country", "country"),
    "BillingCountryCode": ("Billing Country Code", "country"),
    "BillingPostalCode": ("Billing Zip/Postal Code", "code"),
    "BillingState": ("Billing State/Province", "subdivision"),
    "BillingStateCode": ("Billing State/Province Code", "subdivision"),
    "CaseNumber": ("Case Number", "text"),
    "City": ("City", "text"),
    "ClosedDate": ("Date/Time Closed", "date"),
    "Company": ("Company", "text"),
    "ContactEmail": ("Contact Email", "email"),
    "ContactId": ("Contact Name", "text"),
    "ContactPhone": ("Contact Phone", "text"),
    "Country": ("Country", "country"),
    "CountryCode": ("Country Code", "country"),
    "CreatedById": ("Created By", "text"),
    "CreatedDate": ("Created Date", "date"),
    "CurrencyIsoCode": ("Currency ISO Code", "text"),
    "Description": ("Description", "text"),
    "DoNotCall": ("Do Not Call", "boolean"),
    "Email": ("Email", "email"),
    "FirstName": ("First Name", "text"),
    "HasOptedOutOfEmail": ("Email Opt Out", "boolean"),
    "HasOptedOutOfFax": ("Fax Opt Out", "boolean"),
    "Industry": ("Industry", None),
    "IsClosed": ("Closed", "boolean"),
    "IsConverted": ("Converted", "boolean"),
    "IsEscalated": ("Escalated", "boolean"),
    "IsUnreadByOwner": ("Unread By Owner", "boolean"),
    "LastModifiedById": ("Last Modified By", "text"),
    "LastModifiedDate": ("Last Modified Date", "date"),
    "LastName": ("Last Name", "text"),
    "LeadSource": ("Lead Source", None),
    "MailingCountry": ("Mailing Country", "country"),
    "MailingState": ("Mailing State/Province", "subdivision"),
    "MobilePhone": ("Mobile", "text"),
    "Name": ("Name", "text"),
    "NumberOfEmployees": ("No. of Employees", "integer"),
    "Origin": ("Case Origin", None),
    "OwnerId": ("Owner ID", "text"),
    "Phone": ("Phone", "text"),
    "PostalCode": ("Zip/Postal Code", "code"),
    "Priority": ("Priority", None),
    "Product": ("Product", None),
    "Rating": ("Rating", None),
    "Reason": ("Case Reason", None),
    "RecordType": ("Record Type", None),
    "RecordTypeId": ("Record Type ID", None),
    "ShippingCountry": ("Shipping Country", "country"),
    "ShippingState": ("Shipping State/Province", "subdivision"),
    "State": ("State/Province", "subdivision"),
    "StateCode": ("State/Province Code", "subdivision"),
    "Status": ("Status", None),
    "Street": ("Street", "text"),
    "Subject": ("Subject", "text"),
    "SuppliedCompany": ("Web Company", "text"),
    "SuppliedEmail": ("Web Email", "email"),
    "SuppliedName": ("Web Name", "text"),
    "SuppliedPhone": ("Web Phone", "text"),
    "Title": ("Title", "text"),
    "Type": ("Type", None),
    "Website": ("Website", "text"),
}

_OF_BOTH = frozenset(
    "CreatedById CreatedDate CurrencyIsoCode Description LastModifiedById LastModifiedDate OwnerId "
    "RecordTypeId Status".split()
)
_OF_CASES = frozenset(
    "AccountId CaseNumber ClosedDate ContactEmail ContactId ContactPhone IsClosed IsEscalated "
    "Origin Priority Product Reason Subject SuppliedCompany SuppliedEmail SuppliedName "
    "SuppliedPhone Type".split()
)
_OF_LEADS = frozenset(
    "AnnualRevenue City Company Country CountryCode DoNotCall Email FirstName HasOptedOutOfEmail "
    "HasOptedOutOfFax Industry IsConverted IsUnreadByOwner LastName LeadSource MobilePhone Name "
    "NumberOfEmployees Phone PostalCode Rating State StateCode Street Title Website".split()
)

_MOMENTS = frozenset(
    {
        "ClosedDate",
        "CreatedDate",
        "EmailBouncedDate",
        "LastModifiedDate",
        "LastReferencedDate",
        "LastViewedDate",
        "SystemModstamp",
    }
)
"""Standard fields with a time of day."""

_OTHER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "RecordTypeId": ("RecordType.Name", "Lead Record Type", "Case Record Type", "Record Type"),
    "PostalCode": ("PostalCode", "Postal Code"),
    "CreatedById": ("CreatedBy.Name", "Created By"),
}
"""Columns that say what criteria ask, before the one of the field: a record type by its label."""


def _by_key(of: frozenset[str]) -> Mapping[str, str]:
    known = {name: label for name, (label, _) in _STANDARD.items() if name in of}
    labels = {column_key(label): name for name, label in known.items()}
    more = {column_key(each): name for name in known for each in _OTHER_COLUMNS.get(name, ())}
    return labels | more | {column_key(name): name for name in known}


STANDARD_NAMES: Mapping[str, Mapping[str, str]] = {
    "Lead": _by_key(_OF_BOTH | _OF_LEADS),
    "Case": _by_key(_OF_BOTH | _OF_CASES),
}
"""The names of an object's standard fields, by what counts of what columns call them."""

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

    def __init__(self, files: MetadataFiles) -> None:
        """Begin with none. files: with `objects` and the value sets among them."""
        self._files = files
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
        of, plain, other = _parts(kind, name)
        element = self._fields(of).get(plain)
        known: FieldKind | None
        label, known = self._known(plain)
        if element is not None:
            label = element.said("label") or label
            told = element.said("type")
            known = _KINDS[told] if told in _KINDS else known  # noqa: SIM401 - `get` widens the type
        listed = self._record_types(kind) if name in _RECORD_TYPES else None
        values = tuple(dict.fromkeys(listed or self._values(of, plain, element)))
        known = None if listed else known
        if known == "number" and element is not None and element.said("scale") == "0":
            known = "integer"
        label = f"{_label(other)}: {label}" if other else label
        columns = tuple(dict.fromkeys((*_OTHER_COLUMNS.get(name, ()), name, label)))
        comment = "" if element is None else _described(element)
        return ForeignField(name, columns, _listed(known, values), values, comment=comment)

    def is_moment(self, kind: str, name: str) -> bool:
        """Return whether a field of an object has a time of day besides its day."""
        of, plain, _ = _parts(kind, name)
        element = self._fields(of).get(plain)
        told = "" if element is None else element.said("type")
        return told == "DateTime" or (not told and plain in _MOMENTS)

    def default_owner(self, kind: str) -> tuple[Path, Element] | None:
        """Return the settings that name the default owner of an object; only cases have some."""
        for path in self._files.named(f"{kind}.settings"):
            settings = xml_tree(path)
            if settings.said(f"default{kind}Owner"):
                return path, settings
        return None

    def queues(self) -> Mapping[str, str]:
        """Return the labels of the queues that are described, by their names."""
        found: dict[str, str] = {}
        for path in self._files.ending(".queue"):
            name = path.name.split(".queue", 1)[0]
            found[name] = xml_tree(path).said("name") or name
        return found

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
        for path in self._files.named(f"{kind}.object"):
            for element in xml_tree(path).all("fields"):
                yield element.said("fullName"), element
        for path in self._files.ending(".field"):
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

    def _record_types(self, kind: str) -> list[str]:
        """Return the labels of an object's record types that are in use."""
        found: list[Element] = []
        for path in self._files.named(f"{kind}.object"):
            found += xml_tree(path).all("recordTypes")
        for path in self._files.ending(".recordType"):
            if path.parent.parent.name == kind:
                found.append(xml_tree(path))
        used = (each for each in found if each.said("active").lower() != "false")
        return [label for each in used if (label := each.said("label"))]

    def _value_set(self, name: str, of: str) -> Iterator[str]:
        for path in self._files.named(name):
            yield from _active(xml_tree(path), of)
            return


def _parts(kind: str, name: str) -> tuple[str, str, str]:
    """Return the object that has a field, the field's own name, and the way to the object.

    >>> _parts("Case", "Rating"), _parts("Case", "Contact.Account.Type")
    (('Case', 'Rating', ''), ('Account', 'Type', 'Contact.Account'))
    """
    other, _, last = name.rpartition(".")
    return (other.rpartition(".")[2] or kind), last or name, other


def _described(element: Element) -> str:
    """Return what the metadata says that a field is for, "" for nothing or more than a comment."""
    said = element.said("description") or element.said("inlineHelpText")
    return said if len(said) <= _LONGEST_COMMENT else ""


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
