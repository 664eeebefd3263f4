//! The operators: logic of three values, equality, order, union, arithmetic.
//!
//! Promises: an empty operand gives the empty collection wherever FHIRPath says so; an overflow gives it too; types that
//! do not fit are an error. <http://hl7.org/fhirpath/N1/#operations>

use super::collect::Distinct;
use super::compare;
use super::error::PathError;
use super::eval::{Frame, Run, limited, one, single, truth_items};
use super::functions::convert;
use super::item::{Item, Items};
use super::tree::{Node, Operator};
use crate::value::date::Step;
use crate::value::decimal::{Decimal, DecimalError};
use crate::value::quantity::Quantity;
use std::borrow::Cow;
use std::cmp::Ordering;

impl<'a> Run<'a, '_> {
    /// Operators of one precedence, from left to right.
    pub fn chain(&self, first: &Node, rest: &[(Operator, Node)], frame: Frame<'a, '_>) -> Result<Items<'a>, PathError> {
        if let Some(truth) = self.chain_truth(first, rest, frame)? {
            return Ok(truth_items(truth));
        }
        let mut left = self.eval(first, frame)?;
        if rest.first().is_some_and(|(operator, _)| *operator == Operator::Union) {
            let mut union = Distinct::of(self, &left)?;
            for (_, node) in rest {
                for item in &self.eval(node, frame)? {
                    union.add(self, item)?;
                }
            }
            return Ok(union.items);
        }
        for (operator, node) in rest {
            left = limited(self.binary(*operator, &left, &self.eval(node, frame)?)?)?;
        }
        Ok(left)
    }

    /// The truth of a chain of logic or of a single equality, without making collections; `None` for other chains.
    pub fn chain_truth(
        &self,
        first: &Node,
        rest: &[(Operator, Node)],
        frame: Frame<'a, '_>,
    ) -> Result<Option<Option<bool>>, PathError> {
        match rest {
            [(operator @ (Operator::Equal | Operator::NotEqual), right)] => {
                let left = self.eval(first, frame)?;
                let equal = match right {
                    Node::Literal(literal) => compare::equal_all(&left, std::slice::from_ref(literal)),
                    _ => compare::equal_all(&left, &self.eval(right, frame)?),
                };
                Ok(Some(equal.map(|equal| equal == (*operator == Operator::Equal))))
            }
            [(Operator::And | Operator::Or | Operator::Xor | Operator::Implies, _), ..] => {
                let mut left = self.condition(first, frame)?;
                for (operator, node) in rest {
                    left = match (operator, left) {
                        (Operator::And, Some(false)) => Some(false),
                        (Operator::Or, Some(true)) | (Operator::Implies, Some(false)) => Some(true),
                        _ => logic(*operator, left, self.condition(node, frame)?),
                    };
                }
                Ok(Some(left))
            }
            _ => Ok(None),
        }
    }

    fn binary(&self, operator: Operator, left: &[Item<'a>], right: &[Item<'a>]) -> Result<Items<'a>, PathError> {
        match operator {
            Operator::Equal => Ok(truth_items(compare::equal_all(left, right))),
            Operator::NotEqual => Ok(truth_items(compare::equal_all(left, right).map(|equal| !equal))),
            Operator::Equivalent => self.equivalent(left, right, true),
            Operator::NotEquivalent => self.equivalent(left, right, false),
            Operator::In => self.membership(left, right),
            Operator::Contains => self.membership(right, left),
            Operator::Concatenate => {
                let text = |items: &[Item<'a>]| Ok(single(items)?.and_then(convert::text_of).unwrap_or_default());
                Ok(one(Item::String(Cow::Owned(text(left)? + &text(right)?))))
            }
            _ => {
                let (Some(left), Some(right)) = (single(left)?, single(right)?) else { return Ok(Items::new()) };
                match operator {
                    Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                        let ordering = compare::order(left, right)?;
                        Ok(truth_items(ordering.map(|ordering| in_order(operator, ordering))))
                    }
                    _ => Ok(arithmetic(operator, &left.system(), &right.system())?.into_iter().collect()),
                }
            }
        }
    }

    fn equivalent(&self, left: &[Item<'a>], right: &[Item<'a>], wanted: bool) -> Result<Items<'a>, PathError> {
        self.spend(left.len().saturating_mul(right.len()))?;
        Ok(truth_items(Some(compare::equivalent_all(left, right) == wanted)))
    }

    fn membership(&self, item: &[Item<'a>], of: &[Item<'a>]) -> Result<Items<'a>, PathError> {
        let Some(item) = single(item)? else { return Ok(Items::new()) };
        self.spend(of.len())?;
        Ok(truth_items(Some(of.iter().any(|other| compare::equal(item, other) == Some(true)))))
    }

    /// The sign turned.
    pub fn negative(&self, items: &[Item<'a>]) -> Result<Items<'a>, PathError> {
        let Some(item) = single(items)? else { return Ok(Items::new()) };
        let negated = match &*item.system() {
            Item::Integer(number) => number.checked_neg().map(Item::Integer),
            Item::Decimal(number) => number.negated().ok().map(Item::Decimal),
            Item::Quantity(quantity) => quantity.negated().ok().map(|q| Item::Quantity(Box::new(q))),
            _ => return Err(PathError::run("a sign needs a number")),
        };
        Ok(negated.into_iter().collect())
    }
}

fn logic(operator: Operator, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match operator {
        Operator::And => match (left, right) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Operator::Or => match (left, right) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Operator::Xor => Some(left? != right?),
        _ => match (left, right) {
            (Some(false), _) | (_, Some(true)) => Some(true),
            (Some(true), right) => right,
            _ => None,
        },
    }
}

fn in_order(operator: Operator, ordering: Ordering) -> bool {
    match operator {
        Operator::Less => ordering.is_lt(),
        Operator::LessOrEqual => ordering.is_le(),
        Operator::Greater => ordering.is_gt(),
        _ => ordering.is_ge(),
    }
}

/// The result of an arithmetic operator; `None` for an overflow or a division by zero.
fn arithmetic<'a>(operator: Operator, left: &Item<'a>, right: &Item<'a>) -> Result<Option<Item<'a>>, PathError> {
    if let (Item::Integer(a), Item::Integer(b)) = (left, right)
        && operator != Operator::Divide
    {
        return Ok(integers(operator, *a, *b).map(Item::Integer));
    }
    if let (Some(a), Some(b)) = (compare::number(left), compare::number(right)) {
        return Ok(decimals(operator, a, b));
    }
    if let (Item::String(a), Item::String(b), Operator::Plus) = (left, right, operator) {
        return Ok(Some(Item::String(Cow::Owned(format!("{a}{b}")))));
    }
    if let (Item::Quantity(step), Operator::Plus | Operator::Minus) = (right, operator)
        && let Some(moved) = moved(operator, left, step)?
    {
        return Ok(moved);
    }
    if let (Some(a), Some(b)) = (compare::as_quantity(left), compare::as_quantity(right)) {
        let result = match operator {
            Operator::Plus => a.plus(&b),
            Operator::Minus => a.minus(&b),
            Operator::Times => a.times(&b),
            Operator::Divide => a.divided_by(&b),
            _ => return Err(PathError::run("a quantity cannot be divided into whole parts")),
        };
        return Ok(result.map(|quantity| Item::Quantity(Box::new(owned(quantity)))));
    }
    Err(PathError::run("these types cannot be calculated with"))
}

fn owned<'a>(quantity: Quantity<'_>) -> Quantity<'a> {
    use crate::value::quantity::Unit;
    let unit = match quantity.unit {
        Unit::Calendar(calendar) => Unit::Calendar(calendar),
        Unit::Ucum(code) => Unit::Ucum(Cow::Owned(code.into_owned())),
    };
    Quantity { value: quantity.value, unit }
}

fn integers(operator: Operator, a: i32, b: i32) -> Option<i32> {
    match operator {
        Operator::Plus => a.checked_add(b),
        Operator::Minus => a.checked_sub(b),
        Operator::Times => a.checked_mul(b),
        Operator::WholeDivide => a.checked_div(b),
        _ => a.checked_rem(b),
    }
}

fn decimals<'a>(operator: Operator, a: Decimal, b: Decimal) -> Option<Item<'a>> {
    let whole = |number: Decimal| number.to_i64().and_then(|n| i32::try_from(n).ok()).map(Item::Integer);
    let result: Result<Option<Decimal>, DecimalError> = match operator {
        Operator::Plus => a.plus(b).map(Some),
        Operator::Minus => a.minus(b).map(Some),
        Operator::Times => a.times(b).map(Some),
        Operator::Divide => a.divided_by(b),
        Operator::WholeDivide => return a.whole_quotient(b).ok().flatten().and_then(whole),
        _ => a.remainder(b),
    };
    result.ok().flatten().map(Item::Decimal)
}

/// A date or time moved by a duration; `None` if the left side is neither.
fn moved<'a>(operator: Operator, from: &Item<'a>, by: &Quantity<'_>) -> Result<Option<Option<Item<'a>>>, PathError> {
    if !matches!(from, Item::Date(_) | Item::DateTime(_) | Item::Time(_)) {
        return Ok(None);
    }
    let Some(step) = by.step() else {
        return Err(PathError::run("only calendar durations and definite ones up to weeks move a date"));
    };
    let step = if operator == Operator::Plus { Some(step) } else { turned(step) };
    let Some(step) = step else { return Ok(Some(None)) };
    Ok(Some(match (from, step) {
        (Item::Date(date), step) => date.plus(step).map(Item::Date),
        (Item::DateTime(date), step) => date.plus(step).map(Item::DateTime),
        (Item::Time(time), Step::Milliseconds(ms)) => Some(Item::Time(time.plus(ms))),
        _ => return Err(PathError::run("a time of day cannot move by months")),
    }))
}

fn turned(step: Step) -> Option<Step> {
    Some(match step {
        Step::Years(count) => Step::Years(count.checked_neg()?),
        Step::Months(count) => Step::Months(count.checked_neg()?),
        Step::Milliseconds(count) => Step::Milliseconds(count.checked_neg()?),
    })
}
