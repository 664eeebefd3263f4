//! Extensions: known ones are held to their definition and its context, unknown ones are told.
//!
//! An unknown extension may be ignored by every reader, so it is allowed; an unknown modifier
//! extension may not, so it is refused. Spec: <https://hl7.org/fhir/R4/extensibility.html>.

use super::primitive::is_absolute;
use super::profile::{Profile, Profiles};
use super::report::{Place, short};
use super::structure::{Slot, Walk};
use crate::json::Value;
use crate::outcome::Severity;
use crate::path::{Context, Expression, Item};

/// Domains that are for examples.
const EXAMPLES: [&str; 4] = ["http://example.org/", "https://example.org/", "http://acme.com/", "http://acme.org/"];

impl<'a> Walk<'a> {
    /// One extension whose members have been walked.
    pub(super) fn extension(&mut self, holder: Value<'a>, value: Value<'a>, slot: Slot, place: &Place<'_>) {
        let modifier = slot.element.name == "modifierExtension";
        let Some(url) = value.get("url").and_then(Value::str) else { return };
        let nested = place.is_in_extension();
        if !is_absolute(url) {
            if !nested {
                self.report.error("extension", &place.member("url"), "the url of an extension must be absolute");
            }
            return;
        }
        let Some(profile) = self.options.profiles.find(url) else {
            return if modifier { self.unknown_modifier(url, place) } else { self.unknown_extension(place) };
        };
        if profile.type_name != "Extension" {
            return self.report.error("extension", place, "the url names a definition that is no extension");
        }
        if profile.modifier != modifier {
            let right = if profile.modifier { "modifierExtension" } else { "extension" };
            self.report.error("extension", place, format!("this extension belongs in {right}"));
        }
        if !self.in_context(profile, holder, place) {
            let list: Vec<&str> = profile.context.iter().map(|context| context.expression.as_str()).collect();
            self.report.error(
                "extension",
                place,
                format!("the extension {} is not allowed here; allowed: {}", profile.url, list.join(", ")),
            );
        }
        self.parts(profile, value, place);
        self.try_profile(profile, (value, self.table.extension), place);
    }

    /// The parts of a complex extension must be among those that it defines.
    fn parts(&mut self, profile: &Profile, value: Value<'a>, place: &Place<'_>) {
        let Some(list) = value.get("extension").filter(|_| !super::errata::has_other_parts(&profile.url)) else {
            return;
        };
        let known = Profiles::parts_of(profile);
        for (index, part) in list.items().enumerate() {
            let url = part.get("url").and_then(Value::str).filter(|url| !is_absolute(url));
            if url.is_some_and(|url| !known.is_empty() && !known.contains(&url)) {
                self.report.error(
                    "extension",
                    &place.member("extension").at(index),
                    format!("the extension {} has no such part; it has {}", profile.url, known.join(", ")),
                );
            }
        }
    }

    fn unknown_extension(&mut self, place: &Place<'_>) {
        if self.report.wants(Severity::Information) {
            let text = "this extension is unknown and was not checked";
            self.report.add(Severity::Information, "informational", place, text);
        }
    }

    fn unknown_modifier(&mut self, url: &str, place: &Place<'_>) {
        // What examples make up stands for nothing real, as other validators have it too.
        if EXAMPLES.iter().any(|domain| url.starts_with(domain)) {
            return self.unknown_extension(place);
        }
        let text =
            format!("the modifier extension {} is unknown, so the meaning of this element is unknown", short(url));
        self.report.error("extension", place, text);
    }

    /// Whether the place of an extension is one of its contexts.
    fn in_context(&mut self, profile: &'a Profile, holder: Value<'a>, place: &Place<'_>) -> bool {
        if profile.context.is_empty() {
            return true;
        }
        if super::errata::stands_anywhere(&profile.url) {
            return true;
        }
        let mut steps = place.steps();
        steps.pop();
        profile.context.iter().any(|context| match context.kind.as_str() {
            "element" => self.is_element(&context.expression, &steps),
            "extension" => self.extension_url == Some(context.expression.as_str()),
            _ => self.is_selected(&context.expression, holder),
        })
    }

    /// Whether an expression over the resource selects what holds the extension.
    fn is_selected(&mut self, expression: &str, holder: Value<'a>) -> bool {
        let Ok(expression) = Expression::parse(expression) else { return true };
        let (resource, type_id) = self.scope.resource;
        let context = Context { moment: self.options.moment, ..Context::of(resource) };
        let Ok(items) = expression.evaluate(Item::node(resource, type_id), &context) else { return true };
        items
            .iter()
            .any(|item| matches!(item, Item::Node { value, extra, .. } if *value == holder || *extra == Some(holder)))
    }

    /// Whether the element at a path (`Patient.contact.name`) is the one named: by its path, by its
    /// type, or by a type that these are derived from.
    fn is_element(&self, expression: &str, steps: &[(&str, &str)]) -> bool {
        let wanted = expression.rsplit('#').next().unwrap_or(expression);
        if matches!(wanted, "Element" | "Resource" | "Any" | "*") || (wanted == "DomainResource" && steps.len() == 1) {
            return true;
        }
        let same = |left: &str, right: &str| left == right.strip_suffix("[x]").unwrap_or(right);
        let names: Vec<&str> = steps.iter().map(|(name, _)| *name).collect();
        let holder = names.join(".");
        if same(&holder, wanted) {
            return true;
        }
        let mut steps = steps.iter();
        let Some(mut at) = steps.next().and_then(|(name, _)| self.definitions.type_id(name)) else { return false };
        let mut owner = at;
        let mut element = "";
        for (name, held) in steps {
            let Some(found) = self.definitions.element(at, name) else { return false };
            (owner, element) = (at, found.name);
            let held =
                if held.is_empty() { found.types.first().map(|held| held.id) } else { self.definitions.type_id(held) };
            let Some(held) = held else { return false };
            at = held;
        }
        let by_type = self.definitions.type_id(wanted).is_some_and(|wanted| self.definitions.is_a(at, wanted));
        let mut bases = std::iter::successors(Some(owner), |id| self.definitions.get(*id).base);
        by_type
            || bases.any(|base| {
                wanted.strip_prefix(self.definitions.get(base).name).and_then(|rest| rest.strip_prefix('.'))
                    == Some(element)
            })
    }
}
