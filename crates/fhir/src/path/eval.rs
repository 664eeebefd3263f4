//! Walks a compiled expression over a resource.
//!
//! Promises: every node visited is paid from one allowance, so no expression runs away; a collection past its limit is
//! an error. Operators are in `eval_operators`, functions in `functions`.

use super::context::Context;
use super::error::PathError;
use super::functions;
use super::item::{Item, Items};
use super::limits::{COLLECTION_MAX, STRING_BYTES_MAX, WORK_MAX};
use super::tree::{Node, Step, Variable};
use smallvec::smallvec;
use std::borrow::Cow;
use std::cell::Cell;

/// One evaluation.
pub(super) struct Run<'a, 'c> {
    pub context: &'c Context<'a>,
    focus: &'c Item<'a>,
    work: Cell<u64>,
}

/// What `$this`, `$index` and `$total` are at some place.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a, 'f> {
    pub this: &'f [Item<'a>],
    pub index: Option<usize>,
    pub total: Option<&'f Items<'a>>,
}

impl<'a, 'f> Frame<'a, 'f> {
    /// The frame for one item of a collection.
    pub fn of(self, item: &'f Item<'a>, index: usize) -> Frame<'a, 'f> {
        Frame { this: std::slice::from_ref(item), index: Some(index), total: self.total }
    }
}

/// Evaluates to a collection.
pub(super) fn evaluate<'a>(root: &Node, focus: Item<'a>, context: &Context<'a>) -> Result<Items<'a>, PathError> {
    let run = Run { context, focus: &focus, work: Cell::new(0) };
    run.eval(root, Frame { this: std::slice::from_ref(&focus), index: None, total: None })
}

/// Evaluates to a truth.
pub(super) fn evaluate_truth<'a>(
    root: &Node,
    focus: Item<'a>,
    context: &Context<'a>,
) -> Result<Option<bool>, PathError> {
    let run = Run { context, focus: &focus, work: Cell::new(0) };
    run.condition(root, Frame { this: std::slice::from_ref(&focus), index: None, total: None })
}

/// The truth of a collection: none if empty, a single item that is no boolean is true.
pub(super) fn truth(items: &[Item<'_>]) -> Result<Option<bool>, PathError> {
    match items {
        [] => Ok(None),
        [Item::Boolean(truth)] => Ok(Some(*truth)),
        [item] => match &*item.system() {
            Item::Boolean(truth) => Ok(Some(*truth)),
            _ => Ok(Some(true)),
        },
        _ => Err(PathError::run("expected a single item where a truth is needed")),
    }
}

/// The only item of a collection; none if empty, an error if there are more.
pub(super) fn single<'i, 'a>(items: &'i [Item<'a>]) -> Result<Option<&'i Item<'a>>, PathError> {
    match items {
        [] => Ok(None),
        [item] => Ok(Some(item)),
        _ => Err(PathError::run("expected a single item")),
    }
}

/// A collection of one item.
pub(super) fn one<'a>(item: Item<'a>) -> Items<'a> {
    smallvec![item]
}

/// A collection of a truth, or the empty one.
pub(super) fn truth_items<'a>(truth: Option<bool>) -> Items<'a> {
    truth.map(Item::Boolean).into_iter().collect()
}

impl<'a> Run<'a, '_> {
    /// Pays for work; an error when the allowance is used up.
    pub fn spend(&self, steps: usize) -> Result<(), PathError> {
        let work = self.work.get() + steps as u64;
        self.work.set(work);
        if work > WORK_MAX { Err(PathError::run("evaluation takes too many steps")) } else { Ok(()) }
    }

    pub fn eval(&self, node: &Node, frame: Frame<'a, '_>) -> Result<Items<'a>, PathError> {
        match node {
            Node::Path { head: None, steps } => self.path(frame.this, steps, frame),
            Node::Path { head: Some(head), steps } => self.path(&self.eval(head, frame)?, steps, frame),
            Node::Chain { first, rest } => self.chain(first, rest, frame),
            Node::Literal(item) => Ok(one(item.clone())),
            Node::Empty => Ok(Items::new()),
            Node::This => Ok(frame.this.iter().cloned().collect()),
            Node::Index => Ok(frame.index.and_then(|i| i32::try_from(i).ok()).map(Item::Integer).into_iter().collect()),
            Node::Total => Ok(frame.total.cloned().unwrap_or_default()),
            Node::Variable(variable) => self.variable(variable),
            Node::Negative(operand) => self.negative(&self.eval(operand, frame)?),
            Node::Positive(operand) => {
                let items = self.eval(operand, frame)?;
                self.negative(&items).map(|_| items)
            }
        }
    }

    fn path(&self, from: &[Item<'a>], steps: &[Step], frame: Frame<'a, '_>) -> Result<Items<'a>, PathError> {
        let steps = match steps {
            // The usual start, `Patient.name` on a patient, stays where it is.
            [Step::TypeStart(wanted, _), rest @ ..] if from.iter().all(|item| wanted.holds(item)) => rest,
            _ => steps,
        };
        let Some((first, rest)) = steps.split_first() else { return Ok(from.iter().cloned().collect()) };
        let mut items = self.step(first, from, frame)?;
        for step in rest {
            match step {
                Step::As(wanted) | Step::OfType(wanted) => items.retain(|item| wanted.holds(item)),
                _ => items = self.step(step, &items, frame)?,
            }
        }
        Ok(items)
    }

    fn step(&self, step: &Step, from: &[Item<'a>], frame: Frame<'a, '_>) -> Result<Items<'a>, PathError> {
        match step {
            Step::Member(member) => {
                let mut out = Items::new();
                for item in from {
                    member.step(item, &mut out);
                }
                self.spend(1 + out.len())?;
                limited(out)
            }
            Step::TypeStart(wanted, member) => {
                let mut out = Items::new();
                for item in from {
                    if wanted.holds(item) {
                        out.push(item.clone());
                    } else {
                        member.step(item, &mut out);
                    }
                }
                Ok(out)
            }
            Step::Index(index) => {
                let index = self.eval(index, frame)?;
                let Some(index) = integer(&index)? else { return Ok(Items::new()) };
                Ok(usize::try_from(index).ok().and_then(|i| from.get(i)).cloned().into_iter().collect())
            }
            Step::Is(wanted) => Ok(truth_items(single(from)?.map(|item| wanted.holds(item)))),
            // FHIR R4's own parameters and invariants apply `as` to many items, so it is taken as a filter.
            Step::As(wanted) | Step::OfType(wanted) => {
                Ok(from.iter().filter(|item| wanted.holds(item)).cloned().collect())
            }
            Step::Call(call) => {
                self.spend(1)?;
                limited(functions::call(self, call, from, frame)?)
            }
        }
    }

    fn variable(&self, variable: &Variable) -> Result<Items<'a>, PathError> {
        let known = |item: &Option<Item<'a>>| item.clone().into_iter().collect();
        Ok(match variable {
            Variable::Context => one(self.focus.clone()),
            Variable::Resource => known(&self.context.resource),
            Variable::RootResource if self.context.root_resource.is_some() => known(&self.context.root_resource),
            Variable::RootResource => known(&self.context.resource),
            Variable::Text(text) => one(Item::String(Cow::Owned(text.to_string()))),
            Variable::Named(name) => match self.context.variables.iter().find(|(known, _)| *known == &**name) {
                Some((_, items)) => items.clone(),
                None => return Err(PathError::run(format!("unknown variable '%{name}'"))),
            },
        })
    }

    /// The truth of an expression.
    pub fn condition(&self, node: &Node, frame: Frame<'a, '_>) -> Result<Option<bool>, PathError> {
        match node {
            Node::Chain { first, rest } => match self.chain_truth(first, rest, frame)? {
                Some(truth) => Ok(truth),
                None => truth(&self.eval(node, frame)?),
            },
            _ => truth(&self.eval(node, frame)?),
        }
    }

    /// An argument's items, seen from where the function is called.
    pub fn argument(&self, arguments: &[Node], at: usize, frame: Frame<'a, '_>) -> Result<Items<'a>, PathError> {
        match arguments.get(at) {
            Some(node) => self.eval(node, frame),
            None => Ok(Items::new()),
        }
    }

    /// An argument that is a text.
    pub fn text_argument(
        &self,
        arguments: &[Node],
        at: usize,
        frame: Frame<'a, '_>,
    ) -> Result<Option<Cow<'a, str>>, PathError> {
        text(&self.argument(arguments, at, frame)?)
    }

    /// An argument that is a whole number.
    pub fn integer_argument(
        &self,
        arguments: &[Node],
        at: usize,
        frame: Frame<'a, '_>,
    ) -> Result<Option<i32>, PathError> {
        integer(&self.argument(arguments, at, frame)?)
    }
}

/// The single text of a collection.
pub(super) fn text<'a>(items: &[Item<'a>]) -> Result<Option<Cow<'a, str>>, PathError> {
    let Some(item) = single(items)? else { return Ok(None) };
    match item.as_str() {
        Some(text) => Ok(Some(text)),
        None if is_without_value(item) => Ok(None),
        None => Err(PathError::run("expected a string")),
    }
}

/// Whether an item is a primitive of which only id or extensions are given.
pub(super) fn is_without_value(item: &Item<'_>) -> bool {
    matches!(item, Item::Node { value, extra: Some(extra), .. } if value == extra)
}

/// The single whole number of a collection.
pub(super) fn integer(items: &[Item<'_>]) -> Result<Option<i32>, PathError> {
    match single(items)?.map(|item| item.system()) {
        None => Ok(None),
        Some(item) => match &*item {
            Item::Integer(number) => Ok(Some(*number)),
            _ => Err(PathError::run("expected an integer")),
        },
    }
}

/// Refuses a collection or a string past its limit.
pub(super) fn limited(items: Items<'_>) -> Result<Items<'_>, PathError> {
    match &items[..] {
        [Item::String(text)] if text.len() > STRING_BYTES_MAX => Err(PathError::run("string is too long")),
        all if all.len() > COLLECTION_MAX => Err(PathError::run("collection is too large")),
        _ => Ok(items),
    }
}
