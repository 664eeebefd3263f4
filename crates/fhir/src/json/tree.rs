//! The tape and the cursor that walks it.

use std::borrow::Cow;
use std::sync::Arc;

use super::error::JsonError;
use super::text::unescape;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number as written.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

/// One value on the tape. Children follow their parent; `next` is the node after the whole value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Start of the value in the text, the quote or bracket included.
    pub(super) start: u32,
    /// End of the value in the text.
    pub(super) end: u32,
    /// Index of the node after this value and all inside it.
    pub(super) next: u32,
    /// Members of an object or items of an array.
    pub(super) count: u32,
    /// Start of the member's key inside its quotes.
    pub(super) key_start: u32,
    /// Length of the key; zero in arrays and at the root.
    pub(super) key_length: u16,
    pub(super) kind: Kind,
    /// A string that holds a backslash.
    pub(super) escaped: bool,
}

#[derive(Debug)]
pub(super) struct Tape {
    pub(super) text: String,
    pub(super) nodes: Vec<Node>,
}

/// A parsed text: compact (no white space outside strings), with its tape. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tree(pub(super) Arc<Tape>);

impl Tree {
    /// Parses a whole JSON text.
    pub fn parse(text: &[u8]) -> Result<Tree, JsonError> {
        super::parse::parse(text)
    }

    /// The outermost value.
    pub fn root(&self) -> Value<'_> {
        Value { tree: self, node: 0 }
    }

    /// The text without white space between tokens.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The value with this number (see [`Value::node`]); `None` past the end of the tape.
    pub fn value(&self, node: u32) -> Option<Value<'_>> {
        ((node as usize) < self.0.nodes.len()).then_some(Value { tree: self, node })
    }
}

/// A place on the tape.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    tree: &'a Tree,
    node: u32,
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Value({:?} #{})", self.kind(), self.node)
    }
}

impl PartialEq for Value<'_> {
    /// The same place of the same tree.
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node && Arc::ptr_eq(&self.tree.0, &other.tree.0)
    }
}

impl Eq for Value<'_> {}

impl<'a> Value<'a> {
    fn at(self) -> &'a Node {
        &self.tree.0.nodes[self.node as usize]
    }

    fn slice(self, start: u32, end: u32) -> &'a str {
        &self.tree.0.text[start as usize..end as usize]
    }

    /// What this value is.
    pub fn kind(self) -> Kind {
        self.at().kind
    }

    /// The member of an object with this key.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        let node = self.at();
        if node.kind != Kind::Object {
            return None;
        }
        let (text, nodes) = (self.tree.0.text.as_bytes(), &self.tree.0.nodes);
        let mut at = self.node + 1;
        while at < node.next {
            let member = &nodes[at as usize];
            let from = member.key_start as usize;
            if member.key_length as usize == key.len() && &text[from..from + key.len()] == key.as_bytes() {
                return Some(Value { tree: self.tree, node: at });
            }
            at = member.next;
        }
        None
    }

    /// The members of an object in their order; of anything else, none.
    pub fn members(self) -> Members<'a> {
        Members(self.walk(Kind::Object))
    }

    /// The items of an array; of anything else, none.
    pub fn items(self) -> Items<'a> {
        Items(self.walk(Kind::Array))
    }

    fn walk(self, kind: Kind) -> Walk<'a> {
        let node = self.at();
        let end = if node.kind == kind { node.next } else { self.node + 1 };
        Walk { tree: self.tree, at: self.node + 1, end }
    }

    /// How many members or items there are.
    pub fn len(self) -> usize {
        self.at().count as usize
    }

    /// No members, no items, or not a container.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The text of a string.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let node = self.at();
        match (node.kind, node.escaped) {
            (Kind::String, false) => Some(Cow::Borrowed(self.slice(node.start + 1, node.end - 1))),
            (Kind::String, true) => Some(unescape(self.slice(node.start + 1, node.end - 1))),
            _ => None,
        }
    }

    /// The text of a string that has no escapes.
    pub fn str(self) -> Option<&'a str> {
        let node = self.at();
        (node.kind == Kind::String && !node.escaped).then(|| self.slice(node.start + 1, node.end - 1))
    }

    /// A number exactly as written.
    pub fn number(self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then(|| self.raw())
    }

    /// A boolean.
    pub fn bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.raw() == "true")
    }

    /// The text of this value as it stands.
    pub fn raw(self) -> &'a str {
        let node = self.at();
        self.slice(node.start, node.end)
    }

    /// Where the value stands in [`Tree::text`].
    pub fn span(self) -> (usize, usize) {
        let node = self.at();
        (node.start as usize, node.end as usize)
    }

    /// The key under which an object holds this value; empty in an array and at the root.
    pub fn key(self) -> &'a str {
        let node = self.at();
        self.slice(node.key_start, node.key_start + u32::from(node.key_length))
    }

    /// Where the key's opening quote stands in [`Tree::text`]; only for members of objects.
    pub fn key_at(self) -> usize {
        (self.at().key_start as usize).saturating_sub(1)
    }

    /// The number of this value in its tree, in document order.
    pub fn node(self) -> u32 {
        self.node
    }

    /// The tree in which it stands.
    pub fn tree(self) -> &'a Tree {
        self.tree
    }
}

struct Walk<'a> {
    tree: &'a Tree,
    at: u32,
    end: u32,
}

impl<'a> Walk<'a> {
    fn step(&mut self) -> Option<Value<'a>> {
        if self.at >= self.end {
            return None;
        }
        let value = Value { tree: self.tree, node: self.at };
        self.at = value.at().next;
        Some(value)
    }
}

/// The members of an object.
pub struct Members<'a>(Walk<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let value = self.0.step()?;
        Some((value.key(), value))
    }
}

/// The items of an array.
pub struct Items<'a>(Walk<'a>);

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.step()
    }
}
