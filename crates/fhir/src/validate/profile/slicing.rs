//! Which slice a value belongs to, and what slicing demands.
//!
//! A discriminator's path is followed in the value and in the slice's nodes side by side; the value
//! belongs to the slice if what it has there meets what the slice says there. The paths are the
//! small part of FHIRPath that discriminators may use.
//! Spec: <https://hl7.org/fhir/R4/profiling.html#discriminator>.

use super::check::STEPS_MAX;
use super::gather::{Focus, Found, Values};
use super::load::{Discriminator, Node, Profile, Rules, Slicing, Tell};
use super::matching;
use crate::definition::Strength;
use crate::json::Value;
use crate::validate::report::Place;
use crate::validate::structure::Walk;

/// Elements inside each other that a slice's demands are looked for in.
const DEPTH_MAX: usize = 12;

/// A node of a profile.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) profile: &'a Profile,
    pub(super) index: usize,
}

impl<'a> Spot<'a> {
    pub(super) fn node(self) -> Option<&'a Node> {
        self.profile.nodes.get(self.index)
    }

    fn at(self, index: usize) -> Spot<'a> {
        Spot { index, ..self }
    }

    /// The node whose children are the children of this one.
    pub(super) fn holder(self) -> Option<&'a Node> {
        let node = self.node()?;
        match &node.content_reference {
            Some(id) if node.children.is_empty() => self.profile.nodes.iter().find(|other| other.id == *id),
            _ => Some(node),
        }
    }
}

/// One step of a discriminator's path.
enum Step<'p> {
    Member(&'p str),
    Extension(&'p str),
    Resolve,
    OfType(&'p str),
}

/// What a discriminator's path ends at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Value,
    /// What a reference leads to.
    Target,
}

impl<'a> Walk<'a> {
    /// Holds the values of a sliced element against its slices.
    pub(super) fn slices(&mut self, spot: Spot<'a>, values: &[Found<'a>], place: &Place<'_>) {
        let Some(node) = spot.node() else { return };
        let open = Slicing::default();
        let slicing = node.slicing.as_ref().unwrap_or(&open);
        let chosen: Vec<Option<usize>> =
            values.iter().map(|found| self.choose(spot, node, slicing, found.focus)).collect();
        self.order(node, slicing, &chosen, values, place);
        for (rank, index) in node.slices.iter().enumerate() {
            let inside: Values<'a> = values
                .iter()
                .zip(&chosen)
                .filter(|(_, choice)| **choice == Some(rank))
                .map(|(found, _)| *found)
                .collect();
            let slice = spot.at(*index);
            let Some(held) = slice.node() else { continue };
            self.count(held, spot.profile, inside.len(), place);
            for found in &inside {
                self.node(slice, found.focus, &self.place(place, &node.name, found));
            }
            if !held.slices.is_empty() {
                self.slices(slice, &inside, place);
            }
        }
    }

    fn order(
        &mut self,
        node: &Node,
        slicing: &Slicing,
        chosen: &[Option<usize>],
        values: &[Found<'a>],
        place: &Place<'_>,
    ) {
        let mut last = 0;
        let mut outside = false;
        for (choice, found) in chosen.iter().zip(values) {
            let here = self.place(place, &node.name, found);
            match choice {
                None if slicing.rules == Rules::Closed => {
                    self.report.error(
                        "structure",
                        &here,
                        format!("this is none of the slices of {}, and the profile allows no other", node.id),
                    );
                }
                None => outside = true,
                Some(rank) => {
                    if slicing.ordered && *rank < last {
                        self.report.error(
                            "structure",
                            &here,
                            format!("the slices of {} must stand in the order of the profile", node.id),
                        );
                    }
                    if slicing.rules == Rules::OpenAtEnd && outside {
                        self.report.error(
                            "structure",
                            &here,
                            format!("what is no slice of {} must stand after the slices", node.id),
                        );
                    }
                    last = last.max(*rank);
                }
            }
        }
    }

    fn choose(&mut self, spot: Spot<'a>, node: &'a Node, slicing: &Slicing, focus: Focus<'a>) -> Option<usize> {
        node.slices.iter().position(|index| self.in_slice(spot.at(*index), slicing, focus))
    }

    fn in_slice(&mut self, slice: Spot<'a>, slicing: &Slicing, focus: Focus<'a>) -> bool {
        if slicing.discriminators.is_empty() {
            return self.fits(slice, focus);
        }
        slicing.discriminators.iter().all(|discriminator| self.tells(slice, discriminator, focus))
    }

    /// Whether what a discriminator looks at speaks for the slice.
    fn tells(&mut self, slice: Spot<'a>, discriminator: &Discriminator, focus: Focus<'a>) -> bool {
        self.profile_steps += 1;
        if self.profile_steps > STEPS_MAX {
            return false;
        }
        let steps = steps(&discriminator.path);
        let mut spots = vec![slice];
        let mut values = vec![focus];
        let mut reached = Reached::Value;
        for step in &steps {
            reached = if matches!(step, Step::Resolve) { Reached::Target } else { Reached::Value };
            spots = spots.iter().flat_map(|spot| self.step_spot(*spot, step)).collect();
            values = values.iter().flat_map(|value| self.step_value(*value, step)).collect();
        }
        match discriminator.kind {
            Tell::Value => {
                spots.iter().any(|spot| values.iter().any(|value| self.meets(*spot, *value, 0) == Some(true)))
            }
            Tell::Exists => spots.iter().filter_map(|spot| spot.node()).all(|node| match (node.min, node.max) {
                (_, Some(0)) => values.is_empty(),
                (0, _) => true,
                _ => !values.is_empty(),
            }),
            Tell::Type => spots.iter().any(|spot| values.iter().any(|value| self.is_of_type(*spot, *value, reached))),
            Tell::Profile if !spots.iter().any(|spot| spot.node().is_some_and(|node| !node.types.is_empty())) => true,
            Tell::Profile => spots.iter().any(|spot| values.iter().any(|value| self.keeps_any(*spot, *value, reached))),
        }
    }

    fn step_spot(&self, spot: Spot<'a>, step: &Step<'_>) -> Vec<Spot<'a>> {
        let named = |spot: Spot<'a>, name: &str| -> Vec<Spot<'a>> {
            let children = spot.holder().into_iter().flat_map(|node| node.children.iter());
            children
                .map(|index| spot.at(*index))
                .filter(|child| child.node().is_some_and(|node| node.name == name))
                .collect()
        };
        match step {
            Step::Member(name) => {
                let mut found = named(spot, name);
                if found.is_empty() {
                    found = self
                        .type_profiles(spot)
                        .into_iter()
                        .flat_map(|profile| named(Spot { profile, index: 0 }, name))
                        .collect();
                }
                let choices = found.iter().filter(|spot| spot.node().is_some_and(|node| node.id.ends_with("[x]")));
                let held: Vec<Spot<'a>> = choices
                    .flat_map(|spot| {
                        spot.node().into_iter().flat_map(|node| node.slices.iter()).map(|index| spot.at(*index))
                    })
                    .collect();
                found.extend(held);
                found
            }
            Step::Extension(url) => {
                let all = named(spot, "extension");
                let slices = all.iter().flat_map(|all| {
                    all.node().into_iter().flat_map(|node| node.slices.iter()).map(|index| all.at(*index))
                });
                slices
                    .filter(|slice| {
                        slice.node().is_some_and(|node| {
                            node.types
                                .iter()
                                .any(|held| held.profiles.iter().any(|profile| super::bare(profile) == *url))
                        })
                    })
                    .collect()
            }
            Step::Resolve => vec![spot],
            Step::OfType(name) => {
                let slices = spot.node().into_iter().flat_map(|node| node.slices.iter()).map(|index| spot.at(*index));
                let fitting = slices
                    .filter(|slice| slice.node().is_some_and(|node| node.types.iter().any(|held| held.code == *name)));
                std::iter::once(spot).chain(fitting).collect()
            }
        }
    }

    fn step_value(&self, focus: Focus<'a>, step: &Step<'_>) -> Vec<Focus<'a>> {
        match step {
            Step::Member(name) => focus.gather(name).iter().map(|found| found.focus).collect(),
            Step::Extension(url) => {
                let has_url = |found: &&Found<'a>| {
                    found.focus.value.and_then(|value| value.get("url")).and_then(Value::str) == Some(url)
                };
                focus.gather("extension").iter().filter(has_url).map(|found| found.focus).collect()
            }
            Step::Resolve => {
                let text =
                    focus.value.and_then(|value| value.get("reference").map_or(Some(value), Some)).and_then(Value::str);
                text.and_then(|text| self.target_focus(text)).into_iter().collect()
            }
            Step::OfType(name) => {
                let fits =
                    self.definitions.type_id(name).is_some_and(|wanted| self.definitions.is_a(focus.type_id, wanted));
                if fits { vec![focus] } else { Vec::new() }
            }
        }
    }

    /// What a reference leads to, or only its type if no more is known.
    fn target_focus(&self, text: &str) -> Option<Focus<'a>> {
        match self.target(text) {
            Some((value, type_id)) => Some(Focus::of(value, type_id)),
            None => Some(Focus { value: None, extra: None, type_id: self.target_type(text)? }),
        }
    }

    /// The profiles that the values of a node must keep, if there is one per type.
    fn type_profiles(&self, spot: Spot<'a>) -> Vec<&'a Profile> {
        let held = spot.node().into_iter().flat_map(|node| node.types.iter());
        held.flat_map(|held| held.profiles.iter()).filter_map(|url| self.options.profiles.find(url)).collect()
    }

    /// Whether a value meets the fixed values, patterns and codes of a node and what is below it;
    /// none if the node says nothing of the kind.
    fn meets(&mut self, spot: Spot<'a>, focus: Focus<'a>, depth: usize) -> Option<bool> {
        self.profile_steps += 1;
        let node = spot.node().filter(|_| depth < DEPTH_MAX && self.profile_steps <= STEPS_MAX)?;
        let value = focus.value;
        if let Some(fixed) = &node.fixed {
            return Some(value.is_some_and(|value| matching::is_equal(value, fixed.root())));
        }
        if let Some(pattern) = &node.pattern {
            return Some(value.is_some_and(|value| matching::has_pattern(value, pattern.root())));
        }
        let mut answer = None;
        if let Some((Strength::Required, url)) = &node.binding {
            let inside = focus.item().and_then(|item| {
                crate::validate::binding::item_in(&item, url, self.options.profiles, self.options.terminology)
            });
            answer = inside;
        }
        let below = spot.holder()?.children.iter().map(|index| spot.at(*index));
        let inherited = self.type_profiles(spot).into_iter().map(|profile| Spot { profile, index: 0 });
        for child in below.collect::<Vec<_>>() {
            let Some(name) = child.node().filter(|node| node.active).map(|node| node.name.as_str()) else { continue };
            let values = focus.gather(name);
            let answers: Vec<Option<bool>> =
                values.iter().map(|found| self.meets(child, found.focus, depth + 1)).collect();
            let stated = answers.iter().any(Option::is_some) || (values.is_empty() && says_something(child, depth));
            if stated {
                let met = answers.contains(&Some(true));
                answer = Some(answer.unwrap_or(true) && met);
            }
        }
        for root in inherited {
            if let Some(met) = self.meets(root, focus, depth + 1) {
                answer = Some(answer.unwrap_or(true) && met);
            }
        }
        answer
    }

    fn is_of_type(&self, spot: Spot<'a>, focus: Focus<'a>, reached: Reached) -> bool {
        let Some(node) = spot.node() else { return false };
        if reached == Reached::Value {
            return node
                .types
                .iter()
                .any(|held| held.type_id.is_some_and(|wanted| self.definitions.is_a(focus.type_id, wanted)));
        }
        let name = self.definitions.get(focus.type_id).name;
        let by_target = node
            .types
            .iter()
            .flat_map(|held| held.targets.iter())
            .any(|target| self.type_of_profile(target).is_none_or(|held| held == name));
        by_target || node.types.iter().any(|held| held.code == name)
    }

    fn keeps_any(&mut self, spot: Spot<'a>, focus: Focus<'a>, reached: Reached) -> bool {
        let Some(node) = spot.node() else { return false };
        let of_targets = node.types.iter().flat_map(|held| held.targets.iter().filter(|_| reached == Reached::Target));
        let urls: Vec<&'a String> = node.types.iter().flat_map(|held| held.profiles.iter()).chain(of_targets).collect();
        urls.into_iter().any(|url| self.keeps(url, focus).unwrap_or(false))
    }
}

/// Whether a node states a value, pattern or required codes at or below itself.
fn says_something(spot: Spot<'_>, depth: usize) -> bool {
    let Some(node) = spot.node().filter(|node| node.active && depth < DEPTH_MAX) else { return false };
    let own = node.fixed.is_some() || node.pattern.is_some() || matches!(node.binding, Some((Strength::Required, _)));
    own || node.children.iter().any(|index| says_something(spot.at(*index), depth + 1))
}

/// Takes a path apart: `extension('http://…').value`, `entry.resolve().code`, `$this`.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut found = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let end = rest.find(['.', '(']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let Some(inside) = after.strip_prefix('(') else {
            if name != "$this" && !name.is_empty() {
                found.push(Step::Member(name.strip_suffix("[x]").unwrap_or(name)));
            }
            rest = after.strip_prefix('.').unwrap_or_default();
            continue;
        };
        let (argument, after) = inside.split_once(')').unwrap_or((inside, ""));
        let argument = argument.trim_matches(['\'', '"', ' ']);
        match name {
            "extension" => found.push(Step::Extension(argument)),
            "resolve" => found.push(Step::Resolve),
            "ofType" => found.push(Step::OfType(argument)),
            _ => {}
        }
        rest = after.strip_prefix('.').unwrap_or_default();
    }
    found
}
