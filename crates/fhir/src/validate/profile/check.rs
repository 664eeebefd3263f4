//! Holds a value against a compiled profile.
//!
//! Only what the profile adds is checked here; the walk has checked the specification. Work is
//! bounded: [`STEPS_MAX`] nodes per resource, and a profile that leads back to itself on the same
//! value is not tried twice. Spec: <https://hl7.org/fhir/R4/profiling.html>.

use std::cmp::Ordering;

use super::gather::{Focus, Found};
use super::load::{Node, NodeType, Profile};
use super::slicing::Spot;
use super::{bare, matching};
use crate::definition::Strength;
use crate::json::{Kind, Tree, Value};
use crate::outcome::Severity;
use crate::validate::report::{Place, Report, short};
use crate::validate::structure::{Typed, Walk};

/// Nodes of profiles that are tried for one resource.
pub const STEPS_MAX: usize = 1_000_000;
/// Profiles that are tried inside each other.
const PROFILES_DEEP_MAX: usize = 16;
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";

impl<'a> Walk<'a> {
    /// The profiles that a resource claims, and those the caller asks of the outermost one.
    pub(in crate::validate) fn asked_profiles(
        &mut self,
        value: Value<'a>,
        type_id: crate::definition::TypeId,
        place: &Place<'_>,
    ) {
        let claimed = value.get("meta").and_then(|meta| meta.get("profile"));
        for (index, url) in claimed.into_iter().flat_map(Value::items).filter_map(Value::str).enumerate() {
            let (meta, at) = (place.member("meta"), index);
            self.asked(url, (value, type_id), place, &meta.member("profile").at(at));
        }
        if value.node() == self.top.0.node() {
            for url in self.options.asked {
                self.asked(url, (value, type_id), place, place);
            }
        }
    }

    fn asked(&mut self, url: &str, typed: Typed<'a>, place: &Place<'_>, named_at: &Place<'_>) {
        if let Some(profile) = self.options.profiles.find(url) {
            return self.try_profile(profile, typed, place);
        }
        let core = bare(url).strip_prefix(CORE).and_then(|name| self.definitions.type_id(name));
        match core {
            Some(wanted) if !self.definitions.is_a(typed.1, wanted) => {
                self.report.error("structure", named_at, "the profile is that of another resource type")
            }
            Some(_) => {}
            None => self.report.warning(
                "not-found",
                named_at,
                format!("the profile {} is not known here and was not checked", short(url)),
            ),
        }
    }

    /// Holds a value against a whole profile.
    pub(in crate::validate) fn try_profile(
        &mut self,
        profile: &'a Profile,
        (value, type_id): Typed<'a>,
        place: &Place<'_>,
    ) {
        self.profile_on(profile, Focus::of(value, type_id), place);
    }

    fn profile_on(&mut self, profile: &'a Profile, focus: Focus<'a>, place: &Place<'_>) {
        let key = (profile.url.as_str(), focus.value.or(focus.extra).map_or(u32::MAX, Value::node));
        if self.profile_open.contains(&key) || self.profile_open.len() >= PROFILES_DEEP_MAX {
            return;
        }
        if profile.type_id.is_some_and(|wanted| !self.definitions.is_a(focus.type_id, wanted)) {
            let text = format!(
                "the profile {} is for {}, this is {}",
                profile.url,
                profile.type_name,
                self.definitions.get(focus.type_id).name
            );
            return self.report.error("structure", place, text);
        }
        for fault in &profile.faults {
            self.report.warning("not-supported", place, fault.clone());
        }
        self.profile_open.push(key);
        self.node(Spot { profile, index: 0 }, focus, place);
        self.profile_open.pop();
    }

    /// Whether a value keeps a profile, told to nobody; none if the profile is not known.
    pub(super) fn keeps(&mut self, url: &str, focus: Focus<'a>) -> Option<bool> {
        if let Some(profile) = self.options.profiles.find(url) {
            return Some(self.silently(|walk| walk.profile_on(profile, focus, &Place::root(""))));
        }
        let core = bare(url).strip_prefix(CORE).and_then(|name| self.definitions.type_id(name))?;
        // SimpleQuantity and MoneyQuantity are types in name only: what they hold is a Quantity.
        let simple = self.definitions.get(core).base == Some(focus.type_id)
            && focus.value.is_some_and(|value| value.get("comparator").is_none());
        Some(simple || self.definitions.is_a(focus.type_id, core))
    }

    /// Whether a value keeps what one node says.
    pub(super) fn fits(&mut self, spot: Spot<'a>, focus: Focus<'a>) -> bool {
        self.silently(|walk| walk.node(spot, focus, &Place::root("")))
    }

    fn silently(&mut self, run: impl FnOnce(&mut Walk<'a>)) -> bool {
        let outer = std::mem::replace(&mut self.report, Report::new(Severity::Fatal));
        run(self);
        std::mem::replace(&mut self.report, outer).errors == 0
    }

    /// One value against one node and all below it.
    pub(super) fn node(&mut self, spot: Spot<'a>, focus: Focus<'a>, place: &Place<'_>) {
        let Some(node) = spot.node().filter(|node| node.active) else { return };
        self.profile_steps += 1;
        if self.profile_steps > STEPS_MAX {
            return self.report.error(
                "too-costly",
                &Place::root(""),
                "the profiles ask for too many steps on this resource",
            );
        }
        if !node.types.is_empty() && !self.has_type(node, focus) {
            let allowed: Vec<&str> = node.types.iter().map(|held| held.code.as_str()).collect();
            return self.report.error(
                "structure",
                place,
                format!("the profile {} allows only {} here", spot.profile.url, allowed.join(", ")),
            );
        }
        self.plain(spot.profile, node, focus, place);
        for rule in &node.rules {
            let (Some(expression), Some(item)) = (&rule.expression, focus.item()) else { continue };
            let severity = if rule.error { Severity::Error } else { Severity::Warning };
            if !self.report.wants(severity) && !rule.error {
                continue;
            }
            match self.evaluate(expression, item) {
                Some(true) => {}
                Some(false) => self.report.add(severity, "invariant", place, format!("{}: {}", rule.key, rule.human)),
                None => self.report.warning(
                    "not-supported",
                    place,
                    format!("{}: this rule could not be evaluated", rule.key),
                ),
            }
        }
        self.type_demands(node, focus, place);
        let Some(holder) = spot.holder() else { return };
        for index in &holder.children {
            let child = Spot { index: *index, ..spot };
            let Some(held) = child.node().filter(|held| held.active) else { continue };
            let values = focus.gather(&held.name);
            self.count(held, spot.profile, values.len(), place);
            for found in &values {
                self.node(child, found.focus, &self.place(place, &held.name, found));
            }
            if !held.slices.is_empty() {
                self.slices(child, &values, place);
            }
        }
    }

    /// The place of a value that was found in an element.
    pub(super) fn place<'p>(&self, place: &'p Place<'p>, name: &'p str, found: &Found<'a>) -> Place<'p> {
        let here = place.choice(name, found.held);
        let here = found.index.map_or(here, |index| here.at(index));
        let object = self.definitions.get(found.focus.type_id);
        if object.kind == crate::definition::TypeKind::Resource { here.holding(object.name) } else { here }
    }

    /// How many values there are.
    pub(super) fn count(&mut self, node: &Node, profile: &Profile, count: usize, place: &Place<'_>) {
        let name = if node.slice.is_empty() { node.name.clone() } else { format!("{}:{}", node.name, node.slice) };
        if count < node.min {
            self.report.error(
                "required",
                place,
                format!(
                    "{name} must be given at least {} times, it is {count} times (profile {})",
                    node.min, profile.url
                ),
            );
        }
        if let Some(max) = node.max.filter(|max| count > *max) {
            self.report.error(
                "structure",
                place,
                format!("{name} may be given at most {max} times, it is {count} times (profile {})", profile.url),
            );
        }
    }

    fn has_type(&self, node: &Node, focus: Focus<'a>) -> bool {
        node.types.iter().any(|held| held.type_id.is_none_or(|wanted| self.definitions.is_a(focus.type_id, wanted)))
    }

    /// Values, lengths, ranges and codes.
    fn plain(&mut self, profile: &Profile, node: &'a Node, focus: Focus<'a>, place: &Place<'_>) {
        let value = focus.value;
        if let Some(fixed) =
            node.fixed.as_ref().filter(|fixed| !value.is_some_and(|value| matching::is_equal(value, fixed.root())))
        {
            self.report.error(
                "value",
                place,
                format!("this must be exactly {} (profile {})", shown(fixed), profile.url),
            );
        }
        if let Some(pattern) = node
            .pattern
            .as_ref()
            .filter(|pattern| !value.is_some_and(|value| matching::has_pattern(value, pattern.root())))
        {
            self.report.error("value", place, format!("this must hold {} (profile {})", shown(pattern), profile.url));
        }
        let Some(value) = value else { return };
        if node.least.as_ref().is_some_and(|least| matching::compare(value, least.root()) == Some(Ordering::Less)) {
            self.report.error(
                "value",
                place,
                format!("this is below the least value that the profile {} allows", profile.url),
            );
        }
        if node.most.as_ref().is_some_and(|most| matching::compare(value, most.root()) == Some(Ordering::Greater)) {
            self.report.error(
                "value",
                place,
                format!("this is above the greatest value that the profile {} allows", profile.url),
            );
        }
        if let Some(longest) =
            node.length_max.filter(|longest| value.as_str().is_some_and(|text| text.chars().count() > *longest))
        {
            self.report.error(
                "too-long",
                place,
                format!("this may have at most {longest} letters (profile {})", profile.url),
            );
        }
        if let Some((strength, url)) = &node.binding {
            self.bound_value(value, focus.type_id, *strength, url, place);
        }
        // Text without a code is outside of no value set.
        if let Some(url) = node
            .largest
            .as_ref()
            .filter(|_| value.kind() == Kind::String || value.get("coding").is_some() || value.get("code").is_some())
        {
            self.bound_value(value, focus.type_id, Strength::Required, url, place);
        }
    }

    /// The profiles that a value of this type must keep, and what its reference may lead to.
    fn type_demands(&mut self, node: &'a Node, focus: Focus<'a>, place: &Place<'_>) {
        let fitting: Vec<&'a NodeType> = node
            .types
            .iter()
            .filter(|held| held.type_id.is_some_and(|wanted| self.definitions.is_a(focus.type_id, wanted)))
            .collect();
        if !fitting.is_empty() && fitting.iter().all(|held| !held.profiles.is_empty()) {
            let urls: Vec<&'a str> = fitting.iter().flat_map(|held| held.profiles.iter().map(String::as_str)).collect();
            self.keeps_one(&urls, focus, place);
        }
        if fitting.iter().any(|held| !held.targets.is_empty()) && fitting.iter().all(|held| !held.targets.is_empty()) {
            let urls: Vec<&'a str> = fitting.iter().flat_map(|held| held.targets.iter().map(String::as_str)).collect();
            self.leads_to_one(&urls, focus, place);
        }
    }

    fn keeps_one(&mut self, urls: &[&'a str], focus: Focus<'a>, place: &Place<'_>) {
        if let [only] = urls {
            let only: &'a str = only;
            let own_url = focus.value.and_then(|value| value.get("url")).and_then(Value::str);
            if focus.type_id == self.table.extension && own_url == Some(bare(only)) {
                return;
            }
            return match self.options.profiles.find(only) {
                Some(profile) => self.profile_on(profile, focus, place),
                None if self.keeps(only, focus) == Some(false) => {
                    self.report.error("structure", place, format!("this must be {only}"))
                }
                None if self.keeps(only, focus).is_none() => self.report.warning(
                    "not-found",
                    place,
                    format!("the profile {only} is not known here and was not checked"),
                ),
                None => {}
            };
        }
        let mut unknown = false;
        for url in urls {
            match self.keeps(url, focus) {
                Some(true) => return,
                Some(false) => {}
                None => unknown = true,
            }
        }
        if !unknown {
            self.report.error("structure", place, format!("this keeps none of the profiles {}", urls.join(", ")));
        }
    }

    fn leads_to_one(&mut self, urls: &[&'a str], focus: Focus<'a>, place: &Place<'_>) {
        let Some(value) = focus.value.filter(|value| value.kind() == Kind::Object) else { return };
        let Some(text) = value.get("reference").and_then(Value::str) else { return };
        let Some(found) = self.target_type(text) else { return };
        let name = self.definitions.get(found).name;
        let fits = |walk: &Walk<'a>, url: &str| {
            walk.type_of_profile(url)
                .is_none_or(|wanted| wanted == name || matches!(wanted.as_str(), "Resource" | "DomainResource"))
        };
        let fitting: Vec<&str> = urls.iter().copied().filter(|url| fits(self, url)).collect();
        if fitting.is_empty() {
            let wanted: Vec<String> = urls.iter().filter_map(|url| self.type_of_profile(url)).collect();
            return self.report.error(
                "structure",
                place,
                format!("the profile allows no reference to {name} here; allowed: {}", wanted.join(", ")),
            );
        }
        let Some((target, type_id)) = self.target(text) else { return };
        if !fitting.iter().any(|url| self.keeps(url, Focus::of(target, type_id)).unwrap_or(true)) {
            self.report.error(
                "structure",
                place,
                format!("what this refers to keeps none of the profiles {}", fitting.join(", ")),
            );
        }
    }

    /// The type that a profile constrains; none if the profile is not known.
    pub(super) fn type_of_profile(&self, url: &str) -> Option<String> {
        if let Some(name) = bare(url).strip_prefix(CORE).filter(|name| self.definitions.type_id(name).is_some()) {
            return Some(name.to_owned());
        }
        self.options.profiles.find(url).map(|profile| profile.type_name.clone())
    }
}

/// A value of a profile, as far as it is fit for a text.
fn shown(tree: &Tree) -> &str {
    short(tree.text())
}
