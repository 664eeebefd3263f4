//! `_text` and `_content`: words in the narrative, or in any text of a resource.
//!
//! There is no index of words: it would cost more space than all other indexes together. The bodies of what the other
//! conditions leave are read, up to a limit; above it the search is refused, never cut. All words must occur, each at
//! the beginning of a word, folded. Spec: <https://hl7.org/fhir/R4/search.html#content>.

use akson_fhir::json::{Kind, Tree, Value};

use super::expr::Expr;
use super::fold::fold;
use crate::Stored;

/// How many bodies one search may read.
pub const LOOKED_MAX: usize = 20_000;

/// Whether conditions ask for words.
pub fn any(conditions: &[&Expr]) -> bool {
    conditions.iter().any(|one| asks(one))
}

fn asks(expr: &Expr) -> bool {
    match expr {
        Expr::Narrative(_) | Expr::Content(_) => true,
        Expr::Any(any) => any.iter().any(asks),
        _ => false,
    }
}

/// Whether a resource has the words that conditions ask for.
pub fn fit(conditions: &[&Expr], stored: &Stored) -> bool {
    let Ok(tree) = Tree::parse(stored.bare().as_bytes()) else { return false };
    conditions.iter().filter(|one| asks(one)).all(|one| fits(one, &tree))
}

fn fits(expr: &Expr, tree: &Tree) -> bool {
    match expr {
        Expr::Any(any) => any.iter().any(|one| fits(one, tree)),
        Expr::Narrative(words) => {
            let div = tree.root().get("text").and_then(|text| text.get("div")).and_then(Value::as_str);
            div.is_some_and(|div| holds(&without_tags(&div), words))
        }
        Expr::Content(words) => {
            let mut text = String::new();
            let mut at = 0;
            while let Some(value) = tree.value(at) {
                if value.kind() == Kind::String
                    && let Some(found) = value.as_str()
                {
                    text.push(' ');
                    if value.key() == "div" { text.push_str(&without_tags(&found)) } else { text.push_str(&found) }
                }
                at += 1;
            }
            holds(&text, words)
        }
        _ => true,
    }
}

fn holds(text: &str, words: &[String]) -> bool {
    let folded = fold(text);
    let mut found = folded.split(|c: char| !c.is_alphanumeric());
    let all: Vec<&str> = found.by_ref().collect();
    words.iter().all(|word| all.iter().any(|one| one.starts_with(word.as_str())))
}

fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            other if !inside => out.push(other),
            _ => {}
        }
    }
    out
}
