//! Edits of a text by splicing: collected first, applied at once.

use super::tree::{Kind, Tree, Value};

/// Edits of one tree's text. Everything that is not edited stays byte for byte.
pub struct Splice<'a> {
    tree: &'a Tree,
    edits: Vec<(usize, usize, String)>,
}

impl<'a> Splice<'a> {
    /// No edits yet.
    pub fn new(tree: &'a Tree) -> Self {
        Splice { tree, edits: Vec::new() }
    }

    /// Puts another JSON text in the place of a value.
    pub fn replace(&mut self, value: Value<'_>, text: &str) {
        let (from, to) = value.span();
        self.edits.push((from, to, text.to_owned()));
    }

    /// Puts text at an offset of [`Tree::text`]; several at one offset keep the order in which they were given.
    pub fn insert_at(&mut self, at: usize, text: &str) {
        self.edits.push((at, at, text.to_owned()));
    }

    /// Takes a span out.
    pub fn delete(&mut self, from: usize, to: usize) {
        self.edits.push((from, to, String::new()));
    }

    /// Puts a member first in an object: `key` unescaped, `text` a JSON text.
    pub fn insert_first(&mut self, object: Value<'_>, key: &str, text: &str) {
        debug_assert_eq!(object.kind(), Kind::Object);
        let comma = if object.is_empty() { "" } else { "," };
        self.insert_at(object.span().0 + 1, &format!("\"{key}\":{text}{comma}"));
    }

    /// Takes a member out of its object, with the comma that belongs to it.
    pub fn remove_member(&mut self, member: Value<'_>) {
        let text = self.tree.text().as_bytes();
        let (mut from, mut to) = (member.key_at(), member.span().1);
        if text.get(to) == Some(&b',') {
            to += 1;
        } else if from > 0 && text[from - 1] == b',' {
            from -= 1;
        }
        self.delete(from, to);
    }

    /// The edited text. Edits may not overlap; of two that do, the later one is left out.
    pub fn finish(mut self) -> String {
        self.edits.sort_by_key(|(from, to, _)| (*from, *to));
        let text = self.tree.text();
        let grown: usize = self.edits.iter().map(|(_, _, new)| new.len()).sum();
        let mut out = String::with_capacity(text.len() + grown);
        let mut at = 0;
        for (from, to, new) in &self.edits {
            if *from < at {
                continue;
            }
            out.push_str(&text[at..*from]);
            out.push_str(new);
            at = *to;
        }
        out.push_str(&text[at..]);
        out
    }
}
