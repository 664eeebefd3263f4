//! Search parameters that are added to a database at run time.
//!
//! Promises: what is read here can be searched: an expression that compiles, a known kind, known types.
//! What it does not do: build the index (the store does, and says when it is live), or change a parameter of R4.
//! Spec: <https://hl7.org/fhir/R4/searchparameter.html>.

use std::borrow::Cow;

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::json::Value;
use akson_fhir::outcome::Issue;
use akson_fhir::path::Expression;
use akson_fhir::resource::Resource;

use super::registry::{Draft, Registry};
use super::shape;

/// A search parameter of this database.
#[derive(Debug, Clone)]
pub struct Custom {
    pub(super) draft: Draft,
    bases: Vec<&'static str>,
}

impl Custom {
    /// Reads a SearchParameter resource. `live` says whether its index is complete.
    pub fn read(resource: &Resource, live: bool) -> Result<Custom, Vec<Issue>> {
        let root = resource.root();
        let mut issues = Vec::new();
        let code = text(root, "code");
        if code.is_empty() || code.contains([':', '.', ' ', '&', '=']) {
            issues.push(wrong("code", "a search parameter needs a code without : . = & and blanks"));
        }
        let kind = kind(&text(root, "type"));
        if kind.is_none() {
            issues.push(wrong(
                "type",
                "the type must be number, date, string, token, reference, composite, quantity or uri",
            ));
        }
        if text(root, "url").is_empty() {
            issues.push(wrong("url", "a search parameter needs a url"));
        }
        let expression = text(root, "expression");
        if expression.is_empty() {
            issues.push(wrong("expression", "an expression is needed: FHIRPath from the base type on"));
        } else if let Err(error) = Expression::parse(&expression) {
            issues.push(wrong("expression", format!("the expression cannot be read as FHIRPath: {error}")));
        }
        let bases = names(root, "base");
        if bases.is_empty() {
            issues.push(wrong("base", "at least one known resource type is needed"));
        }
        let (Some(kind), true) = (kind, issues.is_empty()) else { return Err(issues) };
        let components = root.get("component").into_iter().flat_map(|list| list.items());
        Ok(Custom {
            draft: Draft {
                code,
                url: text(root, "url"),
                kind,
                expression,
                targets: names(root, "target"),
                components: components.map(|c| (text(c, "definition"), text(c, "expression"))).collect(),
                description: text(root, "description"),
                live,
                custom: true,
            },
            bases,
        })
    }

    /// Its name in a query.
    pub fn code(&self) -> &str {
        &self.draft.code
    }

    /// The types it is on.
    pub fn bases(&self) -> &[&'static str] {
        &self.bases
    }

    /// Its canonical address.
    pub fn url(&self) -> &str {
        &self.draft.url
    }

    /// Whether it is indexed and searched as another is.
    pub fn means(&self, other: &Custom) -> bool {
        let (one, two) = (&self.draft, &other.draft);
        self.bases == other.bases
            && (&one.code, one.kind, &one.expression) == (&two.code, two.kind, &two.expression)
            && (&one.targets, &one.components) == (&two.targets, &two.components)
    }

    /// What is wrong if another one of this database has the same name on the same type.
    pub fn collision(&self, registry: &Registry) -> Option<Issue> {
        let mut types = self.types();
        let other = types.find_map(|name| {
            let known = registry.find(name, &self.draft.code)?;
            (known.custom && known.url != self.draft.url).then_some(known)
        })?;
        Some(wrong("code", format!("{} has this search parameter already, as {}", other.type_name, other.url)))
    }

    /// What is wrong if it is on no type, once it was taken in.
    pub fn left_out(&self, registry: &Registry) -> Option<Issue> {
        let mut types = self.types();
        let used = |name| registry.find(name, &self.draft.code).is_some_and(|known| known.url == self.draft.url);
        if types.any(used) {
            return None;
        }
        Some(match self.draft.kind {
            SearchKind::Composite => {
                wrong("component", "a composite needs parts that are search parameters of its base")
            }
            _ => {
                wrong("expression", "the expression leads nowhere: it begins with no type of base, or R4 has this name")
            }
        })
    }

    /// The resource types it may be on.
    pub fn types(&self) -> impl Iterator<Item = &'static str> {
        Definitions::r4().resource_types().map(|found| found.name).filter(|name| self.applies_to(name))
    }

    /// Whether it is on a type.
    pub fn applies_to(&self, type_name: &str) -> bool {
        self.bases.iter().any(|base| *base == type_name || matches!(*base, "Resource" | "DomainResource"))
            && (!shape::of_type(&self.draft.expression, type_name).is_empty())
    }
}

fn wrong(element: &str, text: impl Into<Cow<'static, str>>) -> Issue {
    Issue::error("value", format!("SearchParameter.{element}"), text)
}

fn text(value: Value<'_>, key: &str) -> String {
    value.get(key).and_then(Value::as_str).map(|text| text.into_owned()).unwrap_or_default()
}

fn names(root: Value<'_>, key: &str) -> Vec<&'static str> {
    let definitions = Definitions::r4();
    let listed = root.get(key).into_iter().flat_map(|list| list.items());
    listed.filter_map(|item| Some(definitions.get(definitions.type_id(item.str()?)?).name)).collect()
}

fn kind(text: &str) -> Option<SearchKind> {
    Some(match text {
        "number" => SearchKind::Number,
        "date" => SearchKind::Date,
        "string" => SearchKind::String,
        "token" => SearchKind::Token,
        "reference" => SearchKind::Reference,
        "composite" => SearchKind::Composite,
        "quantity" => SearchKind::Quantity,
        "uri" => SearchKind::Uri,
        _ => return None,
    })
}
