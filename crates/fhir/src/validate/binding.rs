//! Codes against value sets and code systems.
//!
//! A required binding refuses, an extensible one warns. Value sets come from the definitions, from
//! the profiles given, then from the caller's terminology; what none of them knows is not judged.
//! Spec: <https://hl7.org/fhir/R4/terminologies.html#strength>.

use super::profile::Profiles;
use super::report::Place;
use super::structure::Walk;
use super::table::Bound;
use crate::definition::{Definitions, Strength, TypeId};
use crate::json::{Kind, Value};
use crate::path::Item;

/// Answers whether a value set has a code: its address, the code's system and the code.
pub type MemberOf<'a> = dyn Fn(&str, Option<&str>, &str) -> Option<bool> + 'a;
/// Answers whether a code system has a code: its address and the code.
pub type CodeIn<'a> = dyn Fn(&str, &str) -> Option<bool> + 'a;

/// What the caller knows of value sets and code systems beyond the definitions.
#[derive(Clone, Copy)]
pub struct Terminology<'a> {
    /// Whether a code (with its system, if it has one) is in a value set; none if that is not known.
    pub member_of: &'a MemberOf<'a>,
    /// Whether a code system has a code; none if that is not known.
    pub code_in: &'a CodeIn<'a>,
}

const LANGUAGES: &str = "http://hl7.org/fhir/ValueSet/languages";
const ALL_LANGUAGES: &str = "http://hl7.org/fhir/ValueSet/all-languages";
const MIME_TYPES: &str = "http://hl7.org/fhir/ValueSet/mimetypes";

impl<'a> Walk<'a> {
    /// A code, string or address bound by the specification.
    pub(super) fn bound_text(&mut self, text: &str, bound: &'static Bound, place: &Place<'_>) {
        let quick = bound.set().is_some_and(|set| set.find(None, text).is_some());
        if !quick {
            let inside = self.in_value_set(bound.url, None, text);
            self.judge_code(inside, bound.strength, bound.url, place);
        }
    }

    /// A value with members bound by the specification.
    pub(super) fn bound_complex(
        &mut self,
        value: Value<'a>,
        type_id: TypeId,
        bound: &'static Bound,
        place: &Place<'_>,
    ) {
        self.bound_value(value, type_id, bound.strength, bound.url, place);
    }

    /// A value of any type bound to a value set.
    pub(super) fn bound_value(
        &mut self,
        value: Value<'a>,
        type_id: TypeId,
        strength: Strength,
        url: &str,
        place: &Place<'_>,
    ) {
        if type_id == self.table.codeable_concept {
            return self.bound_concept(value, strength, url, place);
        }
        if value.kind() == Kind::String {
            let text = value.as_str().unwrap_or_default();
            let inside = self.in_value_set(url, None, &text);
            return self.judge_code(inside, strength, url, place);
        }
        let Some(code) = value.get("code").and_then(Value::str) else {
            return;
        };
        let system = value.get("system").and_then(Value::str);
        if type_id != self.table.coding && system.is_none() {
            return;
        }
        let inside = self.in_value_set(url, system.or(Some("")), code);
        self.judge_code(inside, strength, url, place);
    }

    fn bound_concept(&mut self, concept: Value<'a>, strength: Strength, url: &str, place: &Place<'_>) {
        let codings = concept.get("coding").into_iter().flat_map(Value::items);
        let mut all_outside = true;
        let mut any = false;
        for coding in codings {
            let Some(code) = coding.get("code").and_then(Value::str) else { continue };
            any = true;
            let system = coding.get("system").and_then(Value::str);
            all_outside &= self.in_value_set(url, system.or(Some("")), code) == Some(false);
        }
        let excused = concept.get("extension").is_some() || concept.get("coding").is_some();
        if any && all_outside {
            self.judge_code(Some(false), strength, url, place);
        } else if !any && !excused && strength == Strength::Required {
            self.report.error(
                "code-invalid",
                place,
                format!("a code of the value set {url} is needed here, text alone is not enough"),
            );
        }
    }

    fn judge_code(&mut self, inside: Option<bool>, strength: Strength, url: &str, place: &Place<'_>) {
        if inside != Some(false) {
            return;
        }
        match strength {
            Strength::Required => {
                self.report.error("code-invalid", place, format!("the code must be one of the value set {url}"))
            }
            Strength::Extensible => self.report.warning(
                "code-invalid",
                place,
                format!("the code should be one of the value set {url}, if any of them fits"),
            ),
            Strength::Preferred | Strength::Example => {}
        }
    }

    /// A coding: its code should exist in its system, where the system is known in full. It is
    /// no error, since what is said with a wrong code must still be kept; where a value set is
    /// required, that refuses it.
    pub(super) fn coding(&mut self, coding: Value<'a>, place: &Place<'_>) {
        let (Some(system), Some(code)) =
            (coding.get("system").and_then(Value::str), coding.get("code").and_then(Value::str))
        else {
            return;
        };
        let known = match self.definitions.code_system(system) {
            Some(found) if found.find(code).is_some() => return,
            Some(found) if found.complete => Some(false),
            _ => match self.options.profiles.codes().code_in(system, code) {
                None => self.options.terminology.and_then(|terminology| (terminology.code_in)(system, code)),
                known => known,
            },
        };
        if known == Some(false) {
            self.report.warning(
                "code-invalid",
                &place.member("code"),
                format!("the code system {} has no such code", super::report::short(system)),
            );
        }
        if self.definitions.value_set(system).is_some() && self.definitions.code_system(system).is_none() {
            self.report.error(
                "code-invalid",
                &place.member("system"),
                "this is the address of a value set; give that of the code system",
            );
        }
    }

    /// Whether a code is in a value set. A system that is empty stands for a coding without one.
    pub(super) fn in_value_set(&self, url: &str, system: Option<&str>, code: &str) -> Option<bool> {
        in_value_set(url, system, code, self.options.profiles, self.options.terminology)
    }
}

fn in_value_set(
    url: &str,
    system: Option<&str>,
    code: &str,
    profiles: &Profiles,
    terminology: Option<Terminology<'_>>,
) -> Option<bool> {
    let bare = url.split('|').next().unwrap_or(url);
    if matches!(bare, LANGUAGES | ALL_LANGUAGES)
        && system.is_none_or(|system| system == "urn:ietf:bcp:47")
        && is_language(code)
    {
        return Some(true);
    }
    if bare == MIME_TYPES {
        return Some(is_mime(code));
    }
    let asked = system.filter(|system| !system.is_empty());
    let given = profiles.codes().contains(bare, system, code);
    let here = given.or_else(|| match Definitions::r4().value_set(bare) {
        Some(set) if system == Some("") => set.contains(Some(""), code).filter(|_| set.open_systems.is_empty()),
        Some(set) => set.contains(system, code),
        None => None,
    });
    here.or_else(|| terminology.and_then(|terminology| (terminology.member_of)(url, asked, code)))
}

/// Whether an item (code, Coding, CodeableConcept, string) is in a value set, for `memberOf()`.
pub(super) fn item_in(
    item: &Item<'_>,
    url: &str,
    profiles: &Profiles,
    terminology: Option<Terminology<'_>>,
) -> Option<bool> {
    let coded = |value: Value<'_>| {
        let code = value.get("code").and_then(Value::str)?;
        in_value_set(url, value.get("system").and_then(Value::str).or(Some("")), code, profiles, terminology)
    };
    let Some(value) = item.value().filter(|value| value.kind() == Kind::Object) else {
        return in_value_set(url, None, &item.as_str()?, profiles, terminology);
    };
    match value.get("coding") {
        None => coded(value),
        Some(codings) => {
            let mut answers = codings.items().map(coded);
            answers
                .try_fold(Some(false), |_, answer| if answer == Some(true) { Err(Some(true)) } else { Ok(answer) })
                .unwrap_or_else(|found| found)
        }
    }
}

/// Whether a text has the form of a language tag (BCP 47).
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let right = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=8).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic()) && parts.all(right)
}

/// Whether a text has the form of a media type, parameters allowed.
fn is_mime(text: &str) -> bool {
    let kind = text.split(';').next().unwrap_or_default().trim();
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&byte);
    // Versions of R4's own examples name file formats by a word alone.
    let mut parts = kind.split('/');
    let named = |part: Option<&str>| part.is_some_and(|part| !part.is_empty() && part.bytes().all(right));
    named(parts.next()) && parts.next().is_none_or(|sub| named(Some(sub))) && parts.next().is_none()
}
