//! What happened in a record, from contacts, notes, scorings, messages, procedures, vaccines and doses: one line each.
//!
//! What it does not do: tell more of a resource than its own words do.

use akson_core::Wanted;

use super::Names;
use super::vitals::{NEWS2, SNOMED};
use crate::http::language::Language;
use crate::web::parts::events::Event;
use crate::web::read::{self, Resource};
use crate::web::when;

/// Letters of an excerpt.
const EXCERPT_MAX: usize = 180;

/// A kind of event: its code in addresses, the type, the parameter of its time, and what else is asked for.
pub struct Kind {
    /// Its code.
    pub code: &'static str,
    /// What it is called.
    pub words: [&'static str; 3],
    type_name: &'static str,
    date: &'static str,
    more: &'static [(&'static str, &'static str)],
    icon: &'static str,
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    kind("contact", ["Kontakter", "Kontaktar", "Contacts"], ("Encounter", "date"), &[], "HouseHeart"),
    kind("note", ["Notater", "Notat", "Notes"], ("Composition", "date"), &[], "NotePencil"),
    kind(
        "score",
        ["NEWS2", "NEWS2", "NEWS2"],
        ("Observation", "date"),
        &[("code", "http://snomed.info/sct|1104051000000101")],
        "Vitals",
    ),
    kind("result", ["Prøvesvar", "Prøvesvar", "Results"], ("DiagnosticReport", "date"), &[], "TestFlask"),
    kind("message", ["Meldinger", "Meldingar", "Messages"], ("Communication", "sent"), &[], "EnvelopeClosed"),
    kind("procedure", ["Tiltak", "Tiltak", "Procedures"], ("Procedure", "date"), &[], "Stethoscope"),
    kind("vaccine", ["Vaksiner", "Vaksinar", "Vaccines"], ("Immunization", "date"), &[], "ShieldLock"),
];

const fn kind(
    code: &'static str,
    words: [&'static str; 3],
    (type_name, date): (&'static str, &'static str),
    more: &'static [(&'static str, &'static str)],
    icon: &'static str,
) -> Kind {
    Kind { code, words, type_name, date, more, icon }
}

impl Kind {
    /// What to ask for: the newest, before a moment if one is given.
    pub fn wanted(&self, before: Option<i64>, most: usize) -> Wanted {
        let mut pairs: Vec<(String, String)> =
            self.more.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        pairs.extend(before.map(|before| (self.date.to_string(), format!("lt{}", when::instant(before)))));
        pairs.push(("_sort".to_string(), format!("-{}", self.date)));
        pairs.push(("_count".to_string(), most.to_string()));
        Wanted { type_name: self.type_name, pairs }
    }
}

/// An event and when it was.
pub type At = (i64, Event);

/// The events among resources of a kind, the newest first.
pub fn events(kind: &Kind, found: &[Resource], names: &Names, now: i64, language: Language) -> Vec<At> {
    let mut all: Vec<At> = found.iter().filter_map(|one| event(kind, one, names, now, language)).collect();
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    all
}

fn event(kind: &Kind, one: &Resource, names: &Names, now: i64, language: Language) -> Option<At> {
    if matches!(one.text(&["status"]).as_str(), "entered-in-error" | "not-done" | "cancelled") {
        return None;
    }
    let written = time(one);
    let at = when::moment(&written)?;
    let (title, text, by) = said(one, names, language);
    let warns = is_sum(one) && one.text(&["valueInteger"]).parse::<u8>().is_ok_and(|sum| sum >= 5);
    let text = match (text.is_empty(), by.is_empty()) {
        (_, true) => text,
        (true, false) => by,
        (false, false) => format!("{text} · {by}"),
    };
    // What has a date only was at no time of that day.
    let time = if written.contains('T') { when::near(at, now, language) } else { when::date(at) };
    Some((at, Event { icon: kind.icon, time, day: when::date(at), title, text, warns }))
}

fn is_sum(one: &Resource) -> bool {
    read::is(one.at(&["code"]), SNOMED, NEWS2)
}

fn time(one: &Resource) -> String {
    let places: &[&[&str]] = match one.type_name {
        "Encounter" => &[&["period", "start"]],
        "Composition" => &[&["date"]],
        "Communication" => &[&["sent"], &["received"]],
        "Procedure" => &[&["performedDateTime"], &["performedPeriod", "start"]],
        "Immunization" => &[&["occurrenceDateTime"]],
        _ => &[&["effectiveDateTime"], &["effectivePeriod", "start"], &["issued"]],
    };
    places.iter().map(|place| one.text(place)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// Title, text and who.
fn said(one: &Resource, names: &Names, language: Language) -> (String, String, String) {
    let or =
        |text: String, words: [&'static str; 3]| if text.is_empty() { language.pick(words).to_string() } else { text };
    let first = |path: &[&str]| one.at(path).and_then(|all| all.items().next());
    let who = |path: &[&str], inside: &str| names.of(first(path).and_then(|one| one.get(inside)));
    match one.type_name {
        "Encounter" => {
            let title = or(read::words(one.at(&["reasonCode"])), ["Kontakt", "Kontakt", "Contact"]);
            let unit = names.of(one.at(&["serviceProvider"]));
            (title, unit, who(&["participant"], "individual"))
        }
        "Composition" => {
            let title = or(one.text(&["title"]), ["Notat", "Notat", "Note"]);
            let parts = read::items(one.root(), &["section"]).map(|part| read::text(part, &["text", "div"]));
            let text = excerpt(&parts.map(|part| plain(&part)).collect::<Vec<_>>().join(" "));
            (title, text, names.of(first(&["author"])))
        }
        "Communication" => {
            let title = or(read::words(one.at(&["topic"])), ["Melding", "Melding", "Message"]);
            let text = excerpt(&one.text(&["payload", "contentString"]));
            (title, text, names.of(one.at(&["sender"])))
        }
        "Procedure" => {
            let title = or(read::words(one.at(&["code"])), ["Tiltak", "Tiltak", "Procedure"]);
            (title, String::new(), who(&["performer"], "actor"))
        }
        "Immunization" => {
            let title = or(read::words(one.at(&["vaccineCode"])), ["Vaksine", "Vaksine", "Vaccine"]);
            (title, String::new(), who(&["performer"], "actor"))
        }
        "Observation" if is_sum(one) => {
            (format!("NEWS2 {}", one.text(&["valueInteger"])), String::new(), names.of(first(&["performer"])))
        }
        _ => {
            let title = or(read::words(one.at(&["code"])), ["Prøvesvar", "Prøvesvar", "Result"]);
            (title, excerpt(&one.text(&["conclusion"])), names.of(first(&["performer"])))
        }
    }
}

/// The words of a narrative without its marks.
pub fn plain(div: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for letter in div.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            _ if inside => {}
            _ => out.push(letter),
        }
    }
    let out = out
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_MAX) {
        None => text.to_string(),
        Some((at, _)) => format!("{} …", text[..at].rsplit_once(' ').map_or(&text[..at], |(whole, _)| whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrative_is_read_without_its_marks() {
        assert_eq!(plain("<div><p>Sliten &amp; varm.</p><p>Temp &lt; 38</p></div>"), "Sliten & varm. Temp < 38");
    }

    #[test]
    fn an_excerpt_ends_with_a_whole_word() {
        assert_eq!(excerpt("kort"), "kort");
        let long = excerpt(&"ord ".repeat(100));
        assert!(long.ends_with("ord …") && long.chars().count() <= EXCERPT_MAX + 2);
    }
}
