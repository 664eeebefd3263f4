//! The body of a version: its text without the server's stamp, compressed.
//!
//! Stored is the compact text as it came, with the id inside and without `meta.versionId` and `meta.lastUpdated`;
//! these two are spliced in when it is read, so nothing is ever serialized again. A blob is a flag byte, the
//! places of the stamp and of the id, and a zstd frame (with the dictionary of the type, once there is one).
//! The checksum is over the text, the type and the version.

use std::cell::RefCell;

use akson_fhir::json::Value;
use akson_fhir::resource::Resource;
use sha2::{Digest, Sha256};
use zstd::zstd_safe::{CCtx, DCtx};

use crate::Error;
use crate::clock::{INSTANT_LENGTH, write_instant};
use crate::dictionary::Dictionary;
use crate::short::{self, Owner};

/// The stamp goes inside a `meta` that is there.
const IN_META: u8 = 1;
/// The text is kept as it is, because compressing did not help.
const PLAIN: u8 = 2;
const LEVEL: i32 = 3;
/// How every zstd frame begins; left out in blobs.
const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// No stored text is longer.
const TEXT_BYTES_MAX: usize = 256 << 20;
/// Room for a stamp.
const STAMP_BYTES: usize = 80 + INSTANT_LENGTH;

/// A text without the server's stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unstamped {
    /// The text, id inside.
    pub text: String,
    /// Where the stamp goes.
    pub stamp_at: usize,
    /// Whether it goes inside a `meta` that has other members.
    pub in_meta: bool,
    /// Where the id stands (inside its quotes).
    pub id_at: usize,
}

impl Unstamped {
    /// The text of a resource under this id.
    pub fn new(resource: &Resource, id: &str) -> Unstamped {
        let root = resource.root();
        let text = resource.text();
        let mut edits: [(usize, usize, String); 2] = Default::default();
        let named = root.get("resourceType").map_or(1, |value| value.span().1);
        let (id_edit, id_at_source) = match root.get("id") {
            Some(value) => {
                let (from, to) = value.span();
                let new = if value.str() == Some(id) { text[from..to].to_owned() } else { format!("\"{id}\"") };
                ((from, to, new), to)
            }
            None => ((named, named, format!(",\"id\":\"{id}\"")), named),
        };
        edits[0] = id_edit;
        let meta = root.get("meta").map(Meta::of);
        let (mut stamp_at, mut in_meta) = (id_at_source, false);
        if let Some(Meta::Kept { at, edit }) = &meta {
            (stamp_at, in_meta) = (*at, true);
            edits[1] = edit.clone().unwrap_or((*at, *at, String::new()));
        } else if let Some(Meta::Gone { member }) = meta {
            edits[1] = without(text, member);
        }
        edits.sort_by_key(|edit| (edit.0, edit.1));
        splice(text, &edits, stamp_at, in_meta, id)
    }

    /// The text with the stamp in it.
    pub fn stamped(&self, version: i64, updated: i64) -> String {
        let mut out = String::with_capacity(self.text.len() + STAMP_BYTES);
        out.push_str(&self.text[..self.stamp_at]);
        write_stamp(&mut out, self.in_meta, version, updated);
        out.push_str(&self.text[self.stamp_at..]);
        out
    }

    /// The digest that the version's checksum is made from.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }

    /// The blob.
    pub(crate) fn pack(&self, owner: Owner<'_>, dictionary: Option<&Dictionary>) -> Result<Vec<u8>, Error> {
        let mut blob = Vec::with_capacity(16 + self.text.len() / 3);
        let short = self.short(owner);
        blob.push(if self.in_meta { IN_META } else { 0 });
        write_number(&mut blob, self.stamp_at);
        write_number(&mut blob, self.id_at);
        let head = blob.len();
        compress(&mut blob, &short, dictionary)?;
        if blob.len() - head >= short.len() {
            blob.truncate(head);
            blob[0] |= PLAIN;
            blob.extend_from_slice(&short);
        }
        blob.shrink_to_fit();
        Ok(blob)
    }

    /// The text as it is compressed.
    pub(crate) fn short(&self, owner: Owner<'_>) -> Vec<u8> {
        short::shorten(owner, &self.text, self.id_at)
    }

    /// The text of a blob.
    pub(crate) fn unpack(blob: &[u8], owner: Owner<'_>, dictionary: Option<&Dictionary>) -> Result<Unstamped, Error> {
        let mut rest = blob;
        let damaged = || Error::Damaged("the head of a body cannot be read".to_owned());
        let (flags, tail) = rest.split_first().ok_or_else(damaged)?;
        rest = tail;
        let mut number = || read_number(&mut rest).ok_or_else(damaged);
        let (stamp_at, id_at) = (number()?, number()?);
        let bytes = if flags & PLAIN != 0 { rest.to_vec() } else { decompress(rest, dictionary)? };
        let bytes = short::lengthen(owner, bytes, STAMP_BYTES)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::Damaged("a body is not UTF-8".to_owned()))?;
        if !text.is_char_boundary(stamp_at) || !text.is_char_boundary(id_at) {
            return Err(damaged());
        }
        Ok(Unstamped { text, stamp_at, in_meta: flags & IN_META != 0, id_at })
    }

    /// The id inside the text.
    pub fn id(&self) -> &str {
        self.text[self.id_at..].split('"').next().unwrap_or_default()
    }
}

/// The checksum of a version: its text's digest, sealed with type and version.
pub(crate) fn sum(digest: &[u8; 32], type_number: i64, version: i64) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(digest);
    hasher.update(type_number.to_le_bytes());
    hasher.update(version.to_le_bytes());
    let full: [u8; 32] = hasher.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&full[..16]);
    short
}

/// What remains of a `meta` without the stamp.
enum Meta<'a> {
    Kept { at: usize, edit: Option<(usize, usize, String)> },
    Gone { member: Value<'a> },
}

impl<'a> Meta<'a> {
    fn of(meta: Value<'a>) -> Meta<'a> {
        let (from, to) = meta.span();
        let stamp = |key: &str| key == "versionId" || key == "lastUpdated";
        let stamps = meta.members().filter(|(key, _)| stamp(key)).count();
        if stamps == meta.len() {
            return Meta::Gone { member: meta };
        }
        if stamps == 0 {
            return Meta::Kept { at: from + 1, edit: None };
        }
        let mut kept = String::with_capacity(to - from);
        for (key, value) in meta.members().filter(|(key, _)| !stamp(key)) {
            kept.push_str(if kept.is_empty() { "\"" } else { ",\"" });
            kept.push_str(key);
            kept.push_str("\":");
            kept.push_str(value.raw());
        }
        Meta::Kept { at: from + 1, edit: Some((from + 1, to - 1, kept)) }
    }
}

/// The edit that takes a member out; `resourceType` is always there, so a comma is on one side.
fn without(text: &str, member: Value<'_>) -> (usize, usize, String) {
    let (from, to) = (member.key_at(), member.span().1);
    if text.as_bytes().get(to) == Some(&b',') { (from, to + 1, String::new()) } else { (from - 1, to, String::new()) }
}

/// Applies the edits, which do not overlap, and finds where stamp and id stand then.
fn splice(text: &str, edits: &[(usize, usize, String); 2], stamp: usize, in_meta: bool, id: &str) -> Unstamped {
    let grown: usize = edits.iter().map(|edit| edit.2.len()).sum();
    let mut out = String::with_capacity(text.len() + grown);
    let (mut at, mut stamp_at, mut id_at) = (0, 0, 0);
    for (from, to, new) in edits {
        if *from < at {
            continue;
        }
        out.push_str(&text[at..*from]);
        let is_meta = in_meta && *from == stamp;
        if is_meta {
            stamp_at = out.len();
        }
        out.push_str(new);
        if !is_meta && !new.is_empty() {
            id_at = out.len() - 1 - id.len();
            if !in_meta {
                stamp_at = out.len();
            }
        }
        at = *to;
    }
    out.push_str(&text[at..]);
    Unstamped { text: out, stamp_at, in_meta, id_at }
}

fn write_stamp(out: &mut String, in_meta: bool, version: i64, updated: i64) {
    use std::fmt::Write;
    out.push_str(if in_meta { "\"versionId\":\"" } else { ",\"meta\":{\"versionId\":\"" });
    let _ = write!(out, "{version}");
    out.push_str("\",\"lastUpdated\":\"");
    write_instant(out, updated);
    out.push_str(if in_meta { "\"," } else { "\"}" });
}

fn write_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 128 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for n in 0..5 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(byte & 127) << (7 * n);
        if byte & 128 == 0 {
            return Some(number);
        }
    }
    None
}

thread_local! {
    static PACKER: RefCell<CCtx<'static>> = RefCell::new(CCtx::create());
    static UNPACKER: RefCell<(DCtx<'static>, Vec<u8>)> = RefCell::new((DCtx::create(), Vec::new()));
    static FRAME: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn said(code: usize) -> Error {
    Error::Damaged(format!("zstd: {}", zstd::zstd_safe::get_error_name(code)))
}

/// Appends the frame, without the four bytes that are alike in all.
fn compress(out: &mut Vec<u8>, text: &[u8], dictionary: Option<&Dictionary>) -> Result<(), Error> {
    PACKER.with_borrow_mut(|packer| {
        FRAME.with_borrow_mut(|frame| {
            frame.clear();
            frame.reserve(zstd::zstd_safe::compress_bound(text.len()));
            match dictionary {
                None => packer.compress(frame, text, LEVEL),
                Some(dictionary) => packer.compress_using_cdict(frame, text, dictionary.packer()),
            }
            .map_err(said)?;
            out.extend_from_slice(frame.strip_prefix(&MAGIC).unwrap_or(frame));
            Ok(())
        })
    })
}

fn decompress(bytes: &[u8], dictionary: Option<&Dictionary>) -> Result<Vec<u8>, Error> {
    UNPACKER.with_borrow_mut(|(unpacker, frame)| {
        frame.clear();
        frame.extend_from_slice(&MAGIC);
        frame.extend_from_slice(bytes);
        let length = match zstd::zstd_safe::get_frame_content_size(frame) {
            Ok(Some(length)) if length <= TEXT_BYTES_MAX as u64 => length as usize,
            _ => return Err(Error::Damaged("a body has no length".to_owned())),
        };
        let mut text = Vec::with_capacity(length + STAMP_BYTES);
        match dictionary {
            None => unpacker.decompress(&mut text, frame),
            Some(dictionary) => unpacker.decompress_using_ddict(&mut text, frame, dictionary.unpacker()),
        }
        .map_err(said)?;
        Ok(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, ids::Ids};
    use serde_json::Value as Json;

    fn owner(ids: &Ids) -> Owner<'_> {
        Owner { ids, type_number: 1, place: Place { part: 1, rid: 2 } }
    }

    fn check(text: &str, id: &str, expected: &str) {
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        let body = Unstamped::new(&resource, id);
        assert_eq!(body.id(), id, "{}", body.text);
        let stamped = body.stamped(3, 1_795_360_655_123_456);
        assert_eq!(stamped, expected);
        let ids = Ids::new([1; 16]);
        let owner = owner(&ids);
        let read = Unstamped::unpack(&body.pack(owner, None).unwrap(), owner, None).unwrap();
        assert_eq!(read, body);
        // What came back in can go out again, and is the same.
        let again = Unstamped::new(&Resource::parse_json(stamped.as_bytes()).unwrap(), id);
        assert_eq!(again.stamped(3, 1_795_360_655_123_456), stamped);
        serde_json::from_str::<Json>(&stamped).unwrap();
    }

    const STAMP: &str = r#""versionId":"3","lastUpdated":"2026-11-22T15:17:35.123456Z""#;

    fn stamp(text: &str) -> String {
        text.replace("STAMP", STAMP)
    }

    #[test]
    fn a_body_without_meta_gets_one_behind_the_id() {
        check(r#"{"resourceType":"Basic"}"#, "a", &stamp(r#"{"resourceType":"Basic","id":"a","meta":{STAMP}}"#));
        check(
            r#"{"x":1.00,"resourceType":"Basic","y":0.10e1}"#,
            "a",
            &stamp(r#"{"x":1.00,"resourceType":"Basic","id":"a","meta":{STAMP},"y":0.10e1}"#),
        );
        check(
            r#"{"id":"a","resourceType":"Basic"}"#,
            "a",
            &stamp(r#"{"id":"a","meta":{STAMP},"resourceType":"Basic"}"#),
        );
        check(
            r#"{"resourceType":"Basic","id":"old","y":[]}"#,
            "new-1",
            &stamp(r#"{"resourceType":"Basic","id":"new-1","meta":{STAMP},"y":[]}"#),
        );
    }

    #[test]
    fn a_meta_of_the_clients_keeps_its_place_and_rest() {
        let tag = r#""tag":[{"code":"æ"}]"#;
        check(
            &format!(r#"{{"resourceType":"Basic","id":"a","z":1,"meta":{{{tag}}}}}"#),
            "a",
            &stamp(&format!(r#"{{"resourceType":"Basic","id":"a","z":1,"meta":{{STAMP,{tag}}}}}"#)),
        );
        check(
            &format!(r#"{{"meta":{{"versionId":"9",{tag},"lastUpdated":"x"}},"resourceType":"Basic"}}"#),
            "a",
            &stamp(&format!(r#"{{"meta":{{STAMP,{tag}}},"resourceType":"Basic","id":"a"}}"#)),
        );
        check(
            &format!(r#"{{"resourceType":"Basic","meta":{{{tag},"versionId":"9","lastUpdated":"x"}},"id":"b"}}"#),
            "a",
            &stamp(&format!(r#"{{"resourceType":"Basic","meta":{{STAMP,{tag}}},"id":"a"}}"#)),
        );
    }

    #[test]
    fn a_meta_that_was_only_a_stamp_goes() {
        let expected = stamp(r#"{"resourceType":"Basic","id":"a","meta":{STAMP},"z":1}"#);
        check(r#"{"resourceType":"Basic","id":"a","meta":{"versionId":"9","lastUpdated":"x"},"z":1}"#, "a", &expected);
        check(r#"{"resourceType":"Basic","id":"a","z":1,"meta":{"versionId":"9"}}"#, "a", &expected);
        check(r#"{"meta":{},"resourceType":"Basic","z":1}"#, "a", &expected);
        check(r#"{"resourceType":"Basic","meta":{"lastUpdated":"x"},"id":"a","z":1}"#, "a", &expected);
        check(r#"{"resourceType":"Basic","id":"b","meta":{"lastUpdated":"x"},"z":1}"#, "a", &expected);
    }

    #[test]
    fn a_damaged_blob_is_an_error_not_a_panic() {
        let text = format!(r#"{{"resourceType":"Basic","text":"{}"}}"#, "words and words ".repeat(40));
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        let body = Unstamped::new(&resource, "a");
        let ids = Ids::new([1; 16]);
        let owner = owner(&ids);
        let blob = body.pack(owner, None).unwrap();
        assert!(blob.len() < 100);
        for length in 0..blob.len() {
            assert!(Unstamped::unpack(&blob[..length], owner, None).is_err());
        }
        for at in 0..blob.len() {
            for bit in 0..8 {
                let mut flipped = blob.clone();
                flipped[at] ^= 1 << bit;
                if let Ok(read) = Unstamped::unpack(&flipped, owner, None) {
                    let _ = (read.id(), read.stamped(1, 1), read.digest());
                }
            }
        }
    }
}
