"""Assignment rules of Salesforce, as its metadata has them.

Written from the public documentation of the Metadata API: types AssignmentRules, CustomObject,
CustomField, StandardValueSet, GlobalValueSet, in the metadata format (`Lead.object`) and the
source format (`objects/Lead/fields/X.field-meta.xml`).
"""
