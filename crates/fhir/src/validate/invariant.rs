//! Tries the invariants of a type or element on a value.
//!
//! Rules are tried by code, by the bits of the members seen, or by FHIRPath, whichever is the
//! cheapest that can say it. Expressions are compiled once per process. A rule that FHIRPath cannot
//! evaluate does not refuse a resource: it is told as a warning.
//! Spec: <https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.constraint>.

use std::sync::OnceLock;

use super::report::Place;
use super::structure::Walk;
use super::table::{How, Members, Rule};
use crate::definition::{Constraint, TypeId};
use crate::json::{Tree, Value};
use crate::outcome::Severity;
use crate::path::{Context, Expression, Item};

impl<'a> Walk<'a> {
    /// Tries the rules of an object whose members have been seen.
    pub(super) fn rules(
        &mut self,
        rules: &'static [Rule],
        object: Value<'a>,
        type_id: TypeId,
        seen: Members,
        place: &Place<'_>,
    ) {
        for rule in rules {
            if !rule.constraint.error && !self.report.wants(Severity::Warning) || seen & rule.needs != rule.needs {
                continue;
            }
            let held = match &rule.how {
                How::Quick(quick) => Some(quick.test(object, seen) == Some(true)),
                How::Contained => Some(self.is_contained(object)),
                How::Native(native) => Some(native.holds(object)),
                How::Path(_) if rule.mentions != 0 && seen & rule.mentions == 0 => Some(holds_empty(rule, type_id)),
                How::Path(cell) => self.path(cell, rule.constraint.expression, Item::node(object, type_id)),
            };
            self.judge(held, rule.constraint, place);
        }
    }

    /// Tries the rules of an element on a primitive value.
    pub(super) fn primitive_rules(&mut self, rules: &'static [Rule], item: &Item<'a>, place: &Place<'_>) {
        for rule in rules {
            if let How::Path(cell) = &rule.how {
                let held = self.path(cell, rule.constraint.expression, item.clone());
                self.judge(held, rule.constraint, place);
            }
        }
    }

    fn judge(&mut self, held: Option<bool>, constraint: &Constraint, place: &Place<'_>) {
        let severity = if constraint.error && !super::errata::only_warns(constraint.key) {
            Severity::Error
        } else {
            Severity::Warning
        };
        match held {
            Some(true) => {}
            Some(false) => {
                self.report.add(severity, "invariant", place, format!("{}: {}", constraint.key, constraint.human))
            }
            None => self.report.warning(
                "not-supported",
                place,
                format!("{}: this rule could not be evaluated", constraint.key),
            ),
        }
    }

    fn path(&mut self, cell: &OnceLock<Option<Expression>>, text: &str, focus: Item<'a>) -> Option<bool> {
        let expression = cell.get_or_init(|| Expression::parse(text).ok()).as_ref()?;
        self.evaluate(expression, focus)
    }

    /// Whether an expression is true of a focus; none if it cannot be evaluated.
    pub(super) fn evaluate(&mut self, expression: &Expression, focus: Item<'a>) -> Option<bool> {
        let profiles = self.options.profiles;
        let terminology = self.options.terminology;
        let member_of = move |item: &Item<'_>, url: &str| super::binding::item_in(item, url, profiles, terminology);
        let scope = self.scope;
        let resolve = |text: &str| self.target(text).map(|(value, type_id)| Item::node(value, type_id));
        let context = Context {
            resource: Some(Item::node(scope.resource.0, scope.resource.1)),
            root_resource: Some(Item::node(scope.root_resource.0, scope.root_resource.1)),
            moment: self.options.moment,
            resolve: Some(&resolve),
            member_of: Some(&member_of),
            conforms_to: None,
            trace: None,
            variables: Default::default(),
        };
        expression.test(focus, &context).ok()
    }
}

/// What the rule says of an object without members.
fn holds_empty(rule: &Rule, type_id: TypeId) -> bool {
    *rule.holds_empty.get_or_init(|| {
        let (How::Path(cell), Ok(tree)) = (&rule.how, Tree::parse(b"{}")) else { return true };
        let Some(expression) = cell.get_or_init(|| Expression::parse(rule.constraint.expression).ok()) else {
            return true;
        };
        let context = Context::of(tree.root());
        expression.test(Item::node(tree.root(), type_id), &context).unwrap_or(true)
    })
}
