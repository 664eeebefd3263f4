//! Collects issues and names their places.
//!
//! Promise: nothing is allocated until something is wrong; a hostile resource cannot make more than
//! [`ISSUES_MAX`] issues. Texts name members and rules, never the values of a record.

use std::borrow::Cow;

use crate::outcome::{Issue, Severity};

/// Issues told about one resource; the rest is counted by none.
pub const ISSUES_MAX: usize = 200;
/// Letters of a foreign name that are repeated in a text.
const NAME_LETTERS_MAX: usize = 64;

/// A place in a resource, chained to the place around it; lives on the stack of the walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    name: &'p str,
    /// The type that a choice holds.
    choice: &'p str,
    index: Option<usize>,
    /// The type of the resource that stands here; a path begins at the innermost one.
    resource: &'p str,
}

impl<'p> Place<'p> {
    /// Where a walk begins.
    pub(super) fn root(name: &'p str) -> Place<'p> {
        Place { parent: None, name, choice: "", index: None, resource: "" }
    }

    /// A member of this place.
    pub(super) fn member<'q>(&'q self, name: &'q str) -> Place<'q> {
        Place { parent: Some(self), name, choice: "", index: None, resource: "" }
    }

    /// A choice of this place, holding a type.
    pub(super) fn choice<'q>(&'q self, name: &'q str, held: &'q str) -> Place<'q> {
        Place { parent: Some(self), name, choice: held, index: None, resource: "" }
    }

    /// One of several values at this place.
    pub(super) fn at(self, index: usize) -> Place<'p> {
        Place { index: Some(index), ..self }
    }

    /// Whether this is an extension inside another.
    pub(super) fn is_in_extension(&self) -> bool {
        let inside = |place: &Place<'_>| matches!(place.name, "extension" | "modifierExtension");
        inside(self) && self.parent.is_some_and(inside)
    }

    /// This place, holding a resource of the type.
    pub(super) fn holding(self, resource: &'p str) -> Place<'p> {
        Place { resource, ..self }
    }

    /// The steps from the innermost resource to here: names, and the types that choices hold.
    pub(super) fn steps(&self) -> Vec<(&'p str, &'p str)> {
        let mut steps = Vec::new();
        let mut next = Some(self);
        while let Some(step) = next {
            let resource = !step.resource.is_empty();
            steps.push((if resource { step.resource } else { step.name }, step.choice));
            next = step.parent.filter(|_| !resource);
        }
        steps.reverse();
        steps
    }

    /// The place as FHIRPath.
    pub(super) fn expression(&self) -> String {
        let mut steps: Vec<&Place<'_>> = Vec::new();
        let mut next = Some(self);
        while let Some(step) = next {
            steps.push(step);
            next = step.parent;
        }
        let mut out = String::new();
        for step in steps.iter().rev() {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(step.name);
            if !step.choice.is_empty() {
                out.push_str(".ofType(");
                out.push_str(step.choice);
                out.push(')');
            }
            if let Some(index) = step.index {
                out.push_str(&format!("[{index}]"));
            }
        }
        out
    }
}

/// The issues found so far.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) issues: Vec<Issue>,
    /// Errors found, also those that are not told any more.
    pub(super) errors: usize,
    /// Only issues at least this bad are told.
    pub(super) least: Severity,
}

impl Report {
    pub(super) fn new(least: Severity) -> Report {
        Report { issues: Vec::new(), errors: 0, least }
    }

    /// Tells an error.
    pub(super) fn error(&mut self, code: &'static str, place: &Place<'_>, text: impl Into<Cow<'static, str>>) {
        self.add(Severity::Error, code, place, text);
    }

    /// Tells a warning.
    pub(super) fn warning(&mut self, code: &'static str, place: &Place<'_>, text: impl Into<Cow<'static, str>>) {
        self.add(Severity::Warning, code, place, text);
    }

    /// Tells an issue, unless it is told already or there are too many.
    pub(super) fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        place: &Place<'_>,
        text: impl Into<Cow<'static, str>>,
    ) {
        if severity >= Severity::Error {
            self.errors += 1;
        }
        if severity < self.least || self.issues.len() >= ISSUES_MAX {
            return;
        }
        let issue = Issue { severity, code, expression: place.expression(), text: text.into() };
        if !self.issues.contains(&issue) {
            self.issues.push(issue);
        }
    }

    /// Whether no more issues are told.
    pub(super) fn is_full(&self) -> bool {
        self.issues.len() >= ISSUES_MAX
    }

    /// Whether warnings are told at all; rules that only warn need not be tried otherwise.
    pub(super) fn wants(&self, severity: Severity) -> bool {
        severity >= self.least
    }
}

/// A name from outside, cut to a length fit for a text.
pub(super) fn short(name: &str) -> &str {
    let end = name.char_indices().nth(NAME_LETTERS_MAX).map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or(name)
}
