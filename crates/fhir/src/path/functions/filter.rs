//! Functions that evaluate an expression for each item: `where`, `select`, `repeat`, `aggregate`, `sort`.
//!
//! <http://hl7.org/fhirpath/N1/#filtering-and-projection>

use super::Line;
use crate::path::collect::Distinct;
use crate::path::compare;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, single};
use crate::path::item::{Item, Items};
use crate::path::limits::{COLLECTION_MAX, REPEAT_ROUNDS_MAX};
use crate::path::tree::{Call, Node};
use std::cmp::Ordering;

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    Where,
    Select,
    Repeat,
    Aggregate,
    Sort,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("where", Function::Where, 1, 1),
    ("select", Function::Select, 1, 1),
    ("repeat", Function::Repeat, 1, 1),
    ("aggregate", Function::Aggregate, 1, 2),
    ("sort", Function::Sort, 0, 8),
];

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    if let Function::Sort = function {
        return sort(run, &call.arguments, input, frame);
    }
    let Some(expression) = call.arguments.first() else { return Ok(Items::new()) };
    let mut out = Items::new();
    match function {
        Function::Where => {
            for (at, item) in input.iter().enumerate() {
                run.spend(1)?;
                if run.condition(expression, frame.of(item, at))? == Some(true) {
                    out.push(item.clone());
                }
            }
        }
        Function::Select => {
            for (at, item) in input.iter().enumerate() {
                run.spend(1)?;
                out.extend(run.eval(expression, frame.of(item, at))?);
                if out.len() > COLLECTION_MAX {
                    return Err(PathError::run("collection is too large"));
                }
            }
        }
        Function::Repeat => return repeat(run, expression, input, frame),
        Function::Aggregate | Function::Sort => {
            let mut total = run.argument(&call.arguments, 1, frame)?;
            for (at, item) in input.iter().enumerate() {
                run.spend(1 + total.len())?;
                let inner = Frame { this: std::slice::from_ref(item), index: Some(at), total: Some(&total) };
                total = run.eval(expression, inner)?;
            }
            return Ok(total);
        }
    }
    Ok(out)
}

fn repeat<'a>(
    run: &Run<'a, '_>,
    expression: &Node,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let mut found = Distinct::default();
    let mut queue: Items<'a> = input.iter().cloned().collect();
    for _ in 0..REPEAT_ROUNDS_MAX {
        let mut next = Items::new();
        for (at, item) in queue.iter().enumerate() {
            for result in &run.eval(expression, frame.of(item, at))? {
                if found.add(run, result)? {
                    next.push(result.clone());
                }
            }
        }
        if next.is_empty() {
            return Ok(found.items);
        }
        if found.items.len() > COLLECTION_MAX {
            return Err(PathError::run("collection is too large"));
        }
        queue = next;
    }
    Err(PathError::run("repeat goes on for too many rounds"))
}

/// Sorts by each key in turn, the lowest first; a key with a minus before it turns the order.
fn sort<'a>(
    run: &Run<'a, '_>,
    keys: &[Node],
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let keys: Vec<(&Node, bool)> = match keys {
        [] => vec![(&Node::This, false)],
        keys => keys
            .iter()
            .map(|key| if let Node::Negative(inner) = key { (&**inner, true) } else { (key, false) })
            .collect(),
    };
    let mut lines = Vec::with_capacity(input.len());
    for (at, item) in input.iter().enumerate() {
        let mut line = Vec::with_capacity(keys.len());
        for (key, _) in &keys {
            line.push(single(&run.eval(key, frame.of(item, at))?)?.cloned());
        }
        lines.push((line, item));
    }
    run.spend(input.len().saturating_mul(16))?;
    let mut failed = None;
    lines.sort_by(|(a, _), (b, _)| {
        for ((a, b), (_, turned)) in a.iter().zip(b).zip(&keys) {
            let ordering = match (a, b) {
                (Some(a), Some(b)) => compare::order(a, b).unwrap_or_else(|error| {
                    failed = Some(error);
                    None
                }),
                (a, b) => Some(a.is_some().cmp(&b.is_some())),
            };
            let ordering = ordering.unwrap_or(Ordering::Equal);
            if ordering != Ordering::Equal {
                return if *turned { ordering.reverse() } else { ordering };
            }
        }
        Ordering::Equal
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(lines.into_iter().map(|(_, item)| item.clone()).collect()),
    }
}
