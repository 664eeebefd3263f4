//! The compiled expression and its front door.
//!
//! Compile once with [`Expression::parse`], keep it, evaluate it as often as needed from any thread.

use super::context::Context;
use super::error::PathError;
use super::eval;
use super::item::{Item, Items};
use super::parse;
use super::tree::Node;

/// A compiled FHIRPath expression.
#[derive(Debug)]
pub struct Expression {
    root: Node,
    text: Box<str>,
}

impl Expression {
    /// Reads an expression; unknown functions, wrong numbers of arguments and unknown types are refused here.
    pub fn parse(text: &str) -> Result<Expression, PathError> {
        Ok(Expression { root: parse::parse(text)?, text: text.into() })
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Evaluates with one item as the focus (`%context`).
    pub fn evaluate<'a>(&self, focus: Item<'a>, context: &Context<'a>) -> Result<Items<'a>, PathError> {
        eval::evaluate(&self.root, focus, context)
    }

    /// Evaluates to a single truth; the empty collection is false.
    pub fn test<'a>(&self, focus: Item<'a>, context: &Context<'a>) -> Result<bool, PathError> {
        Ok(self.truth(focus, context)?.unwrap_or(false))
    }

    /// Evaluates to a truth of three values: `None` for the empty collection. A single item that is not a boolean is
    /// true, several items are an error.
    pub fn truth<'a>(&self, focus: Item<'a>, context: &Context<'a>) -> Result<Option<bool>, PathError> {
        eval::evaluate_truth(&self.root, focus, context)
    }
}
