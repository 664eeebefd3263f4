//! Bundles as answers, put together from stored texts without reading them.
//!
//! Spec: <https://hl7.org/fhir/R4/bundle.html>, <https://hl7.org/fhir/R4/search.html#Bundle>.

use akson_core::{EntryAnswer, Found, Mode, Past, Seen};
use akson_fhir::json::write_string;
use akson_fhir::outcome;

use super::answer;
use super::error::Refusal;
use super::negotiate::{Return, Shown};
use super::shape;

/// A bundle that is being written.
pub struct Bundle {
    out: String,
    entries: usize,
}

impl Bundle {
    /// Begins a bundle of a kind: `searchset`, `history`, `transaction-response`…
    pub fn begin(kind: &str, total: Option<u64>, links: &[(&str, String)], capacity: usize) -> Bundle {
        let mut out = String::with_capacity(capacity + 512);
        out.push_str("{\"resourceType\":\"Bundle\",\"type\":\"");
        out.push_str(kind);
        out.push('"');
        if let Some(total) = total {
            out.push_str(",\"total\":");
            out.push_str(&total.to_string());
        }
        for (place, (relation, url)) in links.iter().enumerate() {
            out.push_str(if place == 0 { ",\"link\":[" } else { "," });
            out.push_str("{\"relation\":\"");
            out.push_str(relation);
            out.push_str("\",\"url\":");
            write_string(&mut out, url);
            out.push('}');
        }
        if !links.is_empty() {
            out.push(']');
        }
        Bundle { out, entries: 0 }
    }

    /// The bundle as text.
    pub fn end(mut self) -> Vec<u8> {
        if self.entries > 0 {
            self.out.push(']');
        }
        self.out.push('}');
        self.out.into_bytes()
    }

    fn entry(&mut self) {
        self.out.push_str(if self.entries == 0 { ",\"entry\":[{" } else { ",{" });
        self.entries += 1;
    }

    fn close(&mut self) {
        self.out.push('}');
    }

    fn member(&mut self, name: &str) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
    }

    fn string(&mut self, name: &str, value: &str) {
        self.member(name);
        write_string(&mut self.out, value);
    }

    fn full_url(&mut self, base: &str, seen: &Seen) {
        self.member("fullUrl");
        self.out.push('"');
        for part in [base, "/", seen.type_name, "/", &seen.id] {
            self.out.push_str(part);
        }
        self.out.push('"');
    }

    fn resource(&mut self, text: &[u8], shown: &Shown) {
        self.member("resource");
        let cut = shape::shape(text, shown);
        match (cut, std::str::from_utf8(text)) {
            (Some(cut), _) => self.out.push_str(&cut),
            (None, Ok(text)) => self.out.push_str(text),
            // The store holds only UTF-8; a damaged body is found by its checksum before.
            (None, Err(_)) => self.out.push_str("null"),
        }
    }

    fn issues(&mut self, issues: &[akson_fhir::outcome::Issue]) {
        self.entry();
        self.member("resource");
        self.out.push_str(&outcome::outcome(issues));
        self.out.push_str(",\"search\":{\"mode\":\"outcome\"}");
        self.close();
    }
}

/// The answer to a search. The links are complete addresses.
pub fn searchset(base: &str, shown: &Shown, found: &Found, links: &[(&str, String)]) -> Vec<u8> {
    let size: usize = found.entries.iter().map(|(seen, _)| seen.text.len() + 160).sum();
    let mut bundle = Bundle::begin("searchset", found.total, links, size);
    for (seen, mode) in &found.entries {
        bundle.entry();
        bundle.full_url(base, seen);
        bundle.resource(&seen.text, shown);
        bundle.out.push_str(match mode {
            Mode::Match => ",\"search\":{\"mode\":\"match\"}",
            Mode::Include => ",\"search\":{\"mode\":\"include\"}",
        });
        bundle.close();
    }
    if !found.issues.is_empty() {
        bundle.issues(&found.issues);
    }
    bundle.end()
}

/// The answer to a history.
pub fn history(base: &str, shown: &Shown, past: &Past, links: &[(&str, String)]) -> Vec<u8> {
    let size: usize = past.versions.iter().map(|seen| seen.text.len() + 320).sum();
    let mut bundle = Bundle::begin("history", past.total, links, size);
    for seen in &past.versions {
        bundle.entry();
        bundle.full_url(base, seen);
        if !seen.deleted {
            bundle.resource(&seen.text, shown);
        }
        let method = match (seen.deleted, seen.version) {
            (true, _) => "DELETE",
            (false, 1) => "POST",
            _ => "PUT",
        };
        let url = match method {
            "POST" => seen.type_name.to_string(),
            _ => format!("{}/{}", seen.type_name, seen.id),
        };
        bundle.member("request");
        bundle.out.push_str(&format!("{{\"method\":\"{method}\",\"url\":\"{url}\"}}"));
        let status = match method {
            "POST" => "201 Created",
            "DELETE" => "204 No Content",
            _ => "200 OK",
        };
        response(&mut bundle, status, None, Some(seen), None);
        bundle.close();
    }
    bundle.end()
}

/// The answer to a batch or transaction. The links of the searches in it are complete addresses, in their order.
pub fn answers(
    base: &str,
    (shown, wanted): (&Shown, Return),
    kind: &str,
    answers: Vec<EntryAnswer>,
    links: Vec<Vec<(&str, String)>>,
) -> Vec<u8> {
    let mut links = links.into_iter();
    let mut bundle = Bundle::begin(kind, None, &[], answers.len() * 200);
    for answer in answers {
        bundle.entry();
        match answer {
            EntryAnswer::Written(written) => {
                let seen = &written.seen;
                if seen.deleted {
                    response(&mut bundle, "204 No Content", None, Some(seen), None);
                } else {
                    bundle.full_url(base, seen);
                    if wanted == Return::Representation {
                        bundle.resource(&seen.text, shown);
                    }
                    let status = if written.change == akson_core::Change::Created { "201 Created" } else { "200 OK" };
                    let told = (wanted == Return::Outcome).then(|| answer::told(written.change));
                    let location = format!("{}/{}/_history/{}", seen.type_name, seen.id, seen.version);
                    response(&mut bundle, status, Some(&location), Some(seen), told);
                }
            }
            EntryAnswer::Nothing => response(&mut bundle, "204 No Content", None, None, None),
            EntryAnswer::NotChanged(seen) => response(&mut bundle, "304 Not Modified", None, Some(&seen), None),
            EntryAnswer::Seen(seen) => {
                bundle.full_url(base, &seen);
                bundle.resource(&seen.text, shown);
                response(&mut bundle, "200 OK", None, Some(&seen), None);
            }
            EntryAnswer::Found(found) => {
                let text = searchset(base, shown, &found, &links.next().unwrap_or_default());
                bundle.resource(&text, &Shown::default());
                response(&mut bundle, "200 OK", None, None, None);
            }
            EntryAnswer::Past(past) => {
                let text = history(base, shown, &past, &[]);
                bundle.resource(&text, &Shown::default());
                response(&mut bundle, "200 OK", None, None, None);
            }
            EntryAnswer::Told(text) => {
                bundle.resource(text.as_bytes(), &Shown::default());
                response(&mut bundle, "200 OK", None, None, None);
            }
            EntryAnswer::Refused(error) => {
                let refusal = Refusal::from(error);
                let status = status_line(refusal.status);
                response(&mut bundle, &status, None, None, Some(outcome::outcome(&refusal.issues)));
            }
        }
        bundle.close();
    }
    bundle.end()
}

fn response(bundle: &mut Bundle, status: &str, location: Option<&str>, seen: Option<&Seen>, told: Option<String>) {
    bundle.member("response");
    bundle.out.push('{');
    bundle.string("status", status);
    if let Some(location) = location {
        bundle.string("location", location);
    }
    if let Some(seen) = seen {
        bundle.string("etag", &format!("W/\"{}\"", seen.version));
        bundle.string("lastModified", &akson_core::instant(seen.updated));
    }
    if let Some(told) = told {
        bundle.member("outcome");
        bundle.out.push_str(&told);
    }
    bundle.out.push('}');
}

fn status_line(status: u16) -> String {
    let reason = axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    format!("{status} {}", reason.unwrap_or("")).trim_end().to_string()
}
