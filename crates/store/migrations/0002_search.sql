-- Walks of a search: the resources of a type by part and number, and the patients of a shared resource.

CREATE INDEX resource_of_type ON resource (type, part);

CREATE INDEX compartment_of ON compartment (part, rid);
