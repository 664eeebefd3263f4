//! A JSON text that can be changed: containers are taken apart, all else stays as written.
//!
//! It guards the depth that a text may have; how much it may grow is for its users to watch.

use std::borrow::Cow;

use crate::json::{DEPTH_MAX, Kind, Tree, Value, write_string};

/// A value that can be changed.
#[derive(Debug, Clone)]
pub(super) enum Node<'a> {
    /// A string, number, flag or null as written.
    Leaf(Cow<'a, str>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object.
    Object(Members<'a>),
}

/// The members of an object in their order.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

impl<'a> Node<'a> {
    /// A copy of a value that can be changed.
    pub(super) fn new(value: Value<'a>) -> Node<'a> {
        match value.kind() {
            Kind::Object => {
                Node::Object(value.members().map(|(key, value)| (Cow::Borrowed(key), Node::new(value))).collect())
            }
            Kind::Array => Node::Array(value.items().map(Node::new).collect()),
            _ => Node::Leaf(Cow::Borrowed(value.raw())),
        }
    }

    /// The text.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Node::Leaf(text) => out.push_str(text),
            Node::Array(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Node::Object(members) => {
                out.push('{');
                for (place, (key, value)) in members.iter().enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    write_string(out, key);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// How many bytes the text has, more or less.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Node::Leaf(text) => text.len(),
            Node::Array(items) => 2 + items.iter().map(|item| 1 + item.bytes()).sum::<usize>(),
            Node::Object(members) => {
                2 + members.iter().map(|(key, value)| 4 + key.len() + value.bytes()).sum::<usize>()
            }
        }
    }

    /// Whether the value may stand below that many containers.
    pub(super) fn fits(&self, below: usize) -> bool {
        below + self.depth() <= DEPTH_MAX
    }

    fn depth(&self) -> usize {
        match self {
            Node::Leaf(_) => 0,
            Node::Array(items) => 1 + items.iter().map(Node::depth).max().unwrap_or_default(),
            Node::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or_default(),
        }
    }

    /// A member of an object.
    pub(super) fn member(&mut self, key: &str) -> Option<&mut Node<'a>> {
        match self {
            Node::Object(members) => members.iter_mut().find(|(known, _)| known == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Whether both say the same: numbers by value, strings by their letters, members in any order.
    pub(super) fn equals(&self, other: &Node<'_>) -> bool {
        match (self, other) {
            (Node::Leaf(left), Node::Leaf(right)) => left == right || same_leaf(left, right),
            (Node::Array(left), Node::Array(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.equals(right))
            }
            (Node::Object(left), Node::Object(right)) if left.len() == right.len() => {
                let mut left: Vec<_> = left.iter().collect();
                let mut right: Vec<_> = right.iter().collect();
                left.sort_by(|(left, _), (right, _)| left.cmp(right));
                right.sort_by(|(left, _), (right, _)| left.cmp(right));
                let same = |((key, left), (other, right)): (&(_, Node<'_>), &(_, Node<'_>))| {
                    key == other && left.equals(right)
                };
                left.into_iter().zip(right).all(same)
            }
            _ => false,
        }
    }
}

fn same_leaf(left: &str, right: &str) -> bool {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left == right,
        (None, None) => match (Tree::parse(left.as_bytes()), Tree::parse(right.as_bytes())) {
            (Ok(left), Ok(right)) => left.root().as_str().is_some_and(|text| right.root().as_str() == Some(text)),
            _ => false,
        },
        _ => false,
    }
}

/// A number as sign, digits without zeros at the ends, and the power of ten of the last digit.
fn number(text: &str) -> Option<(bool, String, i64)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if !rest.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let (plain, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
    let exponent: i64 = exponent.parse().ok()?;
    let digits = [whole, part].concat();
    let kept = digits.trim_end_matches('0');
    if kept.is_empty() {
        return Some((false, String::new(), 0));
    }
    let power = exponent.checked_add((digits.len() - kept.len()) as i64 - part.len() as i64)?;
    Some((negative, kept.trim_start_matches('0').to_owned(), power))
}
