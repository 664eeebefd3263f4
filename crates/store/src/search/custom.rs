//! Search parameters that are added to a database at run time.
//!
//! Promises: what is read here can be searched: an expression that compiles, a known kind, known types.
//! What it does not do: build the index (the store does, and says when it is live), or change a parameter of R4.
//! Spec: <https://hl7.org/fhir/R4/searchparameter.html>.

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::json::Value;
use akson_fhir::outcome::Issue;
use akson_fhir::path::Expression;
use akson_fhir::resource::Resource;

use super::registry::Draft;
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
        let expression = text(root, "expression");
        if expression.is_empty() || Expression::parse(&expression).is_err() {
            issues.push(wrong("expression", "the expression is missing or cannot be read as FHIRPath"));
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

    /// Whether it is on a type.
    pub fn applies_to(&self, type_name: &str) -> bool {
        self.bases.iter().any(|base| *base == type_name || matches!(*base, "Resource" | "DomainResource"))
            && (!shape::of_type(&self.draft.expression, type_name).is_empty())
    }
}

fn wrong(element: &str, text: &'static str) -> Issue {
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
