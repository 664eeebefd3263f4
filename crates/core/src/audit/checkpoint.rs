//! A checkpoint: how many rows a log has and the root over them, signed.
//!
//! Who keeps one can prove later that nothing before it was changed, taken out or put in between.
//! Spec: <https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md>.

use akson_store::audit::merkle::Hash;

use super::key::{Key, Public};
use crate::base64;

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    text: String,
    signatures: Vec<String>,
}

/// Signs one.
pub(crate) fn sign(key: &Key, origin: &str, size: u64, root: &Hash) -> String {
    let mut text = format!("{origin}\n{size}\n");
    base64::encode(root, &mut text);
    text.push('\n');
    let signature = key.sign(&text);
    format!("{text}\n{signature}")
}

/// Those in a text, one after the other; what is none is left out.
pub(crate) fn parse_all(text: &str) -> Vec<Checkpoint> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((body, after)) = rest.split_once("\n\n") {
        let mut signatures = Vec::new();
        rest = after;
        while rest.starts_with('\u{2014}') {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            signatures.push(line.to_string());
            rest = after;
        }
        found.extend(parse(body.trim_start_matches('\n'), signatures));
    }
    found
}

fn parse(body: &str, signatures: Vec<String>) -> Option<Checkpoint> {
    let mut lines = body.lines();
    let (origin, size, root) = (lines.next()?.to_string(), lines.next()?.parse().ok()?, base64::decode(lines.next()?)?);
    let root = Hash::try_from(root.as_slice()).ok()?;
    Some(Checkpoint { origin, size, root, text: format!("{body}\n"), signatures })
}

impl Checkpoint {
    /// Whether this key has signed it.
    pub(crate) fn is_signed_by(&self, key: &Public) -> bool {
        self.signatures.iter().any(|line| key.has_signed(&self.text, line))
    }
}
