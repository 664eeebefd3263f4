//! Lines, the rows they become, and what a row's leaf says.
//!
//! A row holds the lines of one request about one part; only the first row of a request says the query. What the leaf says
//! is made of the row's own values and of nothing else, so that everybody who has the row can make it again.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::merkle::{self, Hash};
use crate::Place;

/// Bytes of a salt. What is as long as a hash in its place is the leaf of a row that was erased.
pub const SALT_BYTES: usize = 16;
/// Bytes of the leaf that are kept behind the salt.
pub const CHECK_BYTES: usize = 4;
/// The first byte of a leaf's content, for the day when it says more.
const LEAF_FORM: u8 = 1;

/// What the lines of one request have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Who: a text that the caller of the store makes and reads; kept once, however often it is named.
    pub actor: Arc<str>,
    /// Why, as far as it was said.
    pub reason: String,
    /// The request's name.
    pub request: String,
    /// The query.
    pub query: String,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who, why and how.
    pub asked: Arc<Asked>,
    /// Whose record and which resource; zeros if none in particular.
    pub place: Place,
    /// Number of the type ([`crate::types::number`]), 0 for none.
    pub type_number: i64,
    /// The version that was read or written, 0 for none.
    pub version: i64,
    /// What was done; the numbers are the caller's.
    pub action: i64,
    /// How it ended; the numbers are the caller's.
    pub outcome: i64,
}

impl Line {
    /// Whether the other line says the same of another resource in the same part.
    fn goes_with(&self, other: &Line) -> bool {
        self.place.part == other.place.part
            && self.action == other.action
            && self.outcome == other.outcome
            && self.is_of_request(other)
    }

    fn is_of_request(&self, other: &Line) -> bool {
        Arc::ptr_eq(&self.asked, &other.asked) || self.asked == other.asked
    }
}

/// A row as it is kept: lines of one request about one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The time of the commit: microseconds since 1970.
    pub at: i64,
    /// Whose record; 0 for nobody's in particular.
    pub part: i64,
    /// What was done.
    pub action: i64,
    /// How it ended.
    pub outcome: i64,
    /// Who.
    pub actor: Arc<str>,
    /// Why.
    pub reason: String,
    /// The request's name, packed.
    pub request: Vec<u8>,
    /// The query.
    pub query: String,
    /// The resources, packed.
    pub what: Vec<u8>,
    /// Makes the leaf one that nobody can guess the content of.
    pub salt: [u8; SALT_BYTES],
}

/// A resource in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Its number, 0 for none in particular.
    pub rid: i64,
    /// Number of its type.
    pub type_number: i64,
    /// The version, 0 for none.
    pub version: i64,
}

impl Row {
    /// The row's leaf.
    pub fn leaf(&self) -> Hash {
        self.leaf_of(&actor_hash(&self.actor))
    }

    /// The row's leaf, where the hash of the actor is known.
    pub(super) fn leaf_of(&self, actor: &Hash) -> Hash {
        let mut content = Vec::with_capacity(128 + self.query.len() + self.what.len());
        content.push(LEAF_FORM);
        for number in [self.at, self.part, self.action, self.outcome] {
            content.extend_from_slice(&number.to_le_bytes());
        }
        content.extend_from_slice(actor);
        for bytes in [self.reason.as_bytes(), &self.request, self.query.as_bytes(), &self.what] {
            content.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            content.extend_from_slice(bytes);
        }
        merkle::leaf(&self.salt, &content)
    }

    /// The resources it names.
    pub fn named(&self) -> Vec<Named> {
        unpack(&self.what)
    }

    /// Names the resources.
    pub fn set_named(&mut self, named: &[Named]) {
        self.what.clear();
        let mut before = 0;
        for named in named {
            for number in [named.rid.wrapping_sub(before), named.type_number, named.version] {
                pack(&mut self.what, number);
            }
            before = named.rid;
        }
    }

    /// Names the request.
    pub fn set_request_name(&mut self, name: &str) {
        self.request = packed_name(name);
    }

    /// The request's name.
    pub fn request_name(&self) -> String {
        match self.request.split_first() {
            Some((0, packed)) => packed.iter().map(|byte| format!("{byte:02x}")).collect(),
            Some((_, text)) => String::from_utf8_lossy(text).into_owned(),
            None => String::new(),
        }
    }
}

/// The hash of a text about who.
pub(super) fn actor_hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

/// The number under which a text about who is kept.
pub(super) fn actor_id(hash: &Hash) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_le_bytes(first)
}

/// The rows of a commit's lines, their salts still to come.
pub(super) fn rows(lines: &[Line], at: i64) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let (mut first, mut before): (Option<&Line>, Option<&Line>) = (None, None);
    for line in lines {
        let last = match (rows.last_mut(), first, before) {
            (Some(row), Some(first), Some(before)) if first.goes_with(line) => {
                // The numbers of one request are close to each other.
                add(&mut row.what, line, before.place.rid);
                None
            }
            (Some(_), Some(first), _) if first.is_of_request(line) => Some(""),
            _ => Some(line.asked.query.as_str()),
        };
        before = Some(line);
        let Some(query) = last else { continue };
        first = Some(line);
        let mut what = Vec::new();
        if (line.place.rid, line.type_number, line.version) != (0, 0, 0) {
            add(&mut what, line, 0);
        }
        rows.push(Row {
            at,
            part: line.place.part,
            action: line.action,
            outcome: line.outcome,
            actor: line.asked.actor.clone(),
            reason: line.asked.reason.clone(),
            request: packed_name(&line.asked.request),
            query: query.to_owned(),
            what,
            salt: [0; SALT_BYTES],
        });
    }
    rows
}

/// The name of a request: the server's own ones are 32 hexadecimal digits.
pub(super) fn packed_name(name: &str) -> Vec<u8> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits: Option<Vec<u8>> = name.as_bytes().iter().map(digit).collect();
    match digits {
        Some(digits) if digits.len() == 32 => {
            std::iter::once(0).chain(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1])).collect()
        }
        _ if name.is_empty() => Vec::new(),
        _ => std::iter::once(1).chain(name.bytes()).collect(),
    }
}

fn add(what: &mut Vec<u8>, line: &Line, before: i64) {
    for number in [line.place.rid.wrapping_sub(before), line.type_number, line.version] {
        pack(what, number);
    }
}

/// Seven bits a byte, low ones first; the sign in the lowest bit.
pub(super) fn pack(out: &mut Vec<u8>, number: i64) {
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    while rest >= 128 {
        out.push(rest as u8 | 128);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// The numbers that were packed.
pub(super) fn numbers(bytes: &[u8]) -> impl Iterator<Item = i64> + '_ {
    let mut bytes = bytes.iter();
    std::iter::from_fn(move || {
        let (mut number, mut shift) = (0_u64, 0);
        loop {
            let byte = *bytes.next()?;
            number |= u64::from(byte & 127) << shift.min(63);
            if byte < 128 {
                return Some((number >> 1) as i64 ^ -((number & 1) as i64));
            }
            shift += 7;
        }
    })
}

pub(super) fn unpack(what: &[u8]) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let mut numbers = numbers(what);
    while let (Some(step), Some(type_number), Some(version)) = (numbers.next(), numbers.next(), numbers.next()) {
        let before = found.last().map_or(0, |named| named.rid);
        found.push(Named { rid: before.wrapping_add(step), type_number, version });
    }
    found
}

/// How many lines a row holds: one for each resource, at least one.
pub(super) fn lines_of(what: &[u8]) -> u64 {
    (what.iter().filter(|byte| **byte < 128).count() as u64 / 3).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(part: i64, rid: i64, request: &str) -> Line {
        let asked = Asked {
            actor: "operator".into(),
            reason: String::new(),
            request: request.to_owned(),
            query: "name=a".to_owned(),
        };
        let place = Place { part, rid };
        Line { asked: Arc::new(asked), place, type_number: 300, version: 1, action: 2, outcome: 0 }
    }

    fn check(lines: &[Line], expected: &[(&[i64], &str)]) {
        let rows = rows(lines, 7);
        let found: Vec<(Vec<i64>, &str)> =
            rows.iter().map(|row| (row.named().iter().map(|named| named.rid).collect(), row.query.as_str())).collect();
        let expected: Vec<(Vec<i64>, &str)> = expected.iter().map(|(rids, query)| (rids.to_vec(), *query)).collect();
        assert_eq!(found, expected);
        assert_eq!(rows.iter().map(|row| lines_of(&row.what)).sum::<u64>(), lines.len() as u64);
    }

    #[test]
    fn lines_of_a_request_about_one_part_are_one_row() {
        check(&[], &[]);
        check(&[line(1, 1, "a"), line(1, 2, "a"), line(1, 200_000, "a")], &[(&[1, 2, 200_000], "name=a")]);
        check(&[line(1, 1, "a"), line(1, 2, "b")], &[(&[1], "name=a"), (&[2], "name=a")]);
        check(&[line(1, 1, "a"), line(2, 2, "a"), line(2, 1, "a")], &[(&[1], "name=a"), (&[2, 1], "")]);
        let refused = Line { outcome: 1, ..line(1, 2, "a") };
        check(&[line(1, 1, "a"), refused], &[(&[1], "name=a"), (&[2], "")]);
        let nothing = Line { type_number: 0, version: 0, ..line(0, 0, "a") };
        check(&[nothing], &[(&[], "name=a")]);
    }

    #[test]
    fn all_that_a_row_says_counts_in_its_leaf() {
        let row = &rows(&[line(1, 1, "a")], 7)[0];
        let mut others = vec![row.clone(); 10];
        others[0].at += 1;
        others[1].part += 1;
        others[2].action += 1;
        others[3].outcome += 1;
        others[4].actor = "other".into();
        others[5].reason.push('x');
        others[6].request.push(1);
        others[7].query.push('x');
        others[8].what.push(1);
        others[9].salt[0] ^= 1;
        for other in &others {
            assert_ne!(other.leaf(), row.leaf(), "{other:?}");
        }
    }

    #[test]
    fn names_of_requests_come_back() {
        for name in ["", "a", "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789ABCDEF"] {
            let row = &rows(&[line(1, 1, name)], 7)[0];
            assert_eq!(row.request_name(), name);
        }
    }

    #[test]
    fn numbers_come_back() {
        let all = [0, 1, -1, 63, 64, 300, i64::MAX, i64::MIN];
        let mut bytes = Vec::new();
        all.iter().for_each(|number| pack(&mut bytes, *number));
        assert_eq!(numbers(&bytes).collect::<Vec<_>>(), all);
    }
}
