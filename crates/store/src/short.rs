//! Ids inside a body, in fewer bytes.
//!
//! Ids made here are random to any compressor, but each follows from a place, and most are of the same patient as the
//! resource itself. So before packing, the resource's own id and those in references to the same part become a
//! mark and a small number; when a body is read they are made again. Marks are control characters, which
//! stand in no JSON text, and everything else stays byte for byte.

use akson_fhir::definition::Definitions;

use crate::ids::{self, Ids};
use crate::{Error, Place, types};

/// The resource's own id.
const OWN: u8 = 1;
/// The id of the patient whose part it is.
const PATIENT: u8 = 2;
/// The id of another resource in the part; the distance of its number follows, in digits of 5 bits, low ones first.
const NEAR: u8 = 3;
/// Added to a digit, so that it is no control character and always ASCII.
const DIGIT: u8 = b'0';
/// Digits of a distance.
const DIGITS_MAX: usize = 12;

/// Whose body it is.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'i> {
    pub(crate) ids: &'i Ids,
    pub(crate) type_number: i64,
    pub(crate) place: Place,
}

/// The text with marks for ids; `id_at` is where the resource's own id stands.
pub(crate) fn shorten(owner: Owner<'_>, text: &str, id_at: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut from = 0;
    for quote in memchr::memchr_iter(b'"', bytes) {
        // An id ends at a quote and begins behind the one before it, or behind a slash.
        let Some(start) = quote.checked_sub(ids::LENGTH).filter(|start| *start >= from) else { continue };
        let before = bytes.get(start.wrapping_sub(1)).copied();
        let mark = match before {
            Some(b'"') if start == id_at => own_mark(owner, &text[start..quote]),
            Some(b'/') => near_mark(owner, text, start, quote),
            _ => None,
        };
        let Some((mark, distance)) = mark else { continue };
        out.extend_from_slice(&bytes[from..start]);
        out.push(mark);
        if mark == NEAR {
            write_distance(&mut out, distance);
        }
        from = quote;
    }
    out.extend_from_slice(&bytes[from..]);
    out
}

fn own_mark(owner: Owner<'_>, id: &str) -> Option<(u8, i64)> {
    (owner.ids.read(owner.type_number, id)? == owner.place).then_some((OWN, 0))
}

/// A reference `Type/id` to something in the same part.
fn near_mark(owner: Owner<'_>, text: &str, start: usize, quote: usize) -> Option<(u8, i64)> {
    let type_number = type_before(text.as_bytes(), start - 1)?;
    let place = owner.ids.read(type_number, text.get(start..quote)?)?;
    if place.part != owner.place.part || place.part <= 0 {
        return None;
    }
    if place.rid == place.part && type_number == patient() {
        return Some((PATIENT, 0));
    }
    Some((NEAR, place.rid - owner.place.rid))
}

/// The type whose name ends before this slash and begins behind a quote or slash.
fn type_before(bytes: &[u8], slash: usize) -> Option<i64> {
    let name = bytes[..slash].rsplit(|byte| !byte.is_ascii_alphabetic()).next()?;
    let name = std::str::from_utf8(name).ok()?;
    let number = types::number(Definitions::r4().type_id(name)?);
    (number > 0).then_some(number)
}

fn patient() -> i64 {
    types::number(crate::compartment::patient_type())
}

fn write_distance(out: &mut Vec<u8>, distance: i64) {
    // The sign goes to the lowest bit, so that small distances are short.
    let mut rest = ((distance << 1) ^ (distance >> 63)) as u64;
    loop {
        let more = if rest >= 32 { 32 } else { 0 };
        out.push(DIGIT + (rest as u8 & 31) + more);
        rest >>= 5;
        if rest == 0 {
            return;
        }
    }
}

fn read_distance(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let mut number: u64 = 0;
    for n in 0..DIGITS_MAX {
        let digit = bytes.get(*at)?.checked_sub(DIGIT)?;
        *at += 1;
        number |= u64::from(digit & 31) << (5 * n);
        if digit & 32 == 0 {
            return Some((number >> 1) as i64 ^ -((number & 1) as i64));
        }
    }
    None
}

/// The text that [`shorten`] made short.
pub(crate) fn lengthen(owner: Owner<'_>, bytes: Vec<u8>, room: usize) -> Result<Vec<u8>, Error> {
    let damaged = || Error::Damaged("a body's ids cannot be read".to_owned());
    let next_mark = |from: usize| memchr::memchr3(OWN, PATIENT, NEAR, &bytes[from..]);
    if next_mark(0).is_none() {
        return Ok(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len() + room);
    let mut at = 0;
    while let Some(length) = next_mark(at) {
        out.extend_from_slice(&bytes[at..at + length]);
        at += length + 1;
        let Place { part, rid } = owner.place;
        let id = match bytes[at - 1] {
            OWN => owner.ids.make(owner.type_number, owner.place),
            PATIENT => owner.ids.make(patient(), Place { part, rid: part }),
            _ => {
                let distance = read_distance(&bytes, &mut at).ok_or_else(damaged)?;
                let slash = out.len().checked_sub(1).ok_or_else(damaged)?;
                let type_number = type_before(&out, slash).ok_or_else(damaged)?;
                owner.ids.make(type_number, Place { part, rid: rid.wrapping_add(distance) })
            }
        };
        out.extend_from_slice(id.as_bytes());
    }
    out.extend_from_slice(&bytes[at..]);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, length: usize) {
        let ids = Ids::new([5; 16]);
        let owner = Owner { ids: &ids, type_number: 96, place: Place { part: 40, rid: 70 } };
        let made = |name: &str, part, rid| {
            ids.make(types::number(Definitions::r4().type_id(name).unwrap()), Place { part, rid })
        };
        let text = text
            .replace("OWN", &made("Observation", 40, 70))
            .replace("PATIENT", &made("Patient", 40, 40))
            .replace("NEAR", &made("Encounter", 40, 12))
            .replace("FAR", &made("Encounter", 41, 12))
            .replace("LATER", &made("Encounter", 40, 1 << 40));
        let id_at = text.find("\"id\":\"").map_or(0, |at| at + 6);
        let short = shorten(owner, &text, id_at);
        assert_eq!(short.len(), length, "{}", String::from_utf8_lossy(&short));
        assert_eq!(lengthen(owner, short, 64).unwrap(), text.as_bytes());
    }

    #[test]
    fn ids_become_short_and_come_back() {
        check(r#"{"id":"OWN","x":1}"#, 16);
        check(r#"{"id":"OWN","x":"OWN"}"#, 43);
        check(r#"{"reference":"Patient/PATIENT"}"#, 25);
        check(r#"{"reference":"http://there/Patient/PATIENT"}"#, 38);
        check(r#"{"reference":"Encounter/NEAR"}"#, 29);
        check(r#"{"reference":"Encounter/LATER"}"#, 36);
    }

    #[test]
    fn what_is_no_made_id_of_the_part_stays() {
        check(r#"{"reference":"Encounter/FAR"}"#, 52);
        check(r#"{"reference":"Nothing/PATIENT"}"#, 50);
        check(r#"{"reference":"PATIENT"}"#, 42);
        check(r#"{"a":"","b":"abcdefghijklmnopqrstuvwxyz","id":"/"}"#, 50);
        check("", 0);
    }
}
