//! Ten thousand hostile requests: whatever comes in, the answer is a refusal or a result, soon, without growth.
//!
//! The bodies are made by a fixed recipe, so the same number is the same body on each run.

use std::io::ErrorKind;
use std::time::Instant;

use crate::server::{Server, assert_sound};
use crate::wire::Wire;

const REQUESTS: usize = 10_000;
const CLIENTS: usize = 4;
/// After the first part of the requests memory may grow by this much more, caches included.
const GROWTH_MAX_MB: u64 = 100;

const SEEDS: &[&str] = &[
    include_str!("../../sample/01-kari.json"),
    include_str!("../../sample/04-ingrid.json"),
    r#"{"resourceType":"Patient","birthDate":"1970-01-01","name":[{"family":"Å","_given":[null,{"extension":[]}]}]}"#,
    r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00,"unit":"kg"}}"#,
    r#"{"resourceType":"Parameters","parameter":[{"name":"a","valueDateTime":"2020-02-30T25:61:00Z"}]}"#,
    r#"[{"op":"replace","path":"/birthDate","value":"1980"},{"op":"test","path":"/a~0~1/-","value":1e400}]"#,
    r#"<Patient xmlns="http://hl7.org/fhir"><name><family value="A"/></name><birthDate value="1970"/></Patient>"#,
    r#"<Observation xmlns="http://hl7.org/fhir"><status value="final"/><code><text value="x"/></code></Observation>"#,
];

/// What is put into a body at some place.
const POISON: &[&str] = &[
    "\u{0}",
    "\u{feff}",
    "\"",
    "\\u0000",
    "\\ud800",
    "{",
    "[[[[[[[[",
    "}",
    "]]",
    "null",
    "-",
    "1e999999999",
    "0x10",
    "99999999999999999999999999999999999999.99",
    "NaN",
    "\"resourceType\":\"Patient\",",
    "\"__proto__\":{},",
    "<!--",
    "-->",
    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "&a;",
    "&#0;",
    "&#x110000;",
    "<![CDATA[",
    "9999-99-99",
    "2020-02-30T25:61:61+99:99",
    "'; DROP TABLE resource; --",
    "../../../../etc/passwd",
    "%00",
    "\\",
    "\u{202e}",
    "\u{1f600}",
];

const TYPES: &[&str] = &[
    "application/fhir+json",
    "application/fhir+json",
    "application/fhir+xml",
    "application/json; charset=utf-16",
    "application/json-patch+json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "",
    "application/fhir+json; fhirVersion=9.9",
];

const TARGETS: &[(&str, &str)] = &[
    ("POST", "/fhir"),
    ("POST", "/fhir/Patient"),
    ("PUT", "/fhir/Patient/hostile"),
    ("PATCH", "/fhir/Patient/hostile"),
    ("POST", "/fhir/Observation"),
    ("POST", "/fhir/Patient/_search"),
    ("POST", "/fhir/Patient/$validate"),
    ("POST", "/fhir/Nonsense"),
    ("PUT", "/fhir/Patient?identifier=x"),
    ("DELETE", "/fhir/Patient/none"),
    ("POST", "/fhir/Binary"),
];

const SEARCHES: &[&str] = &[
    "Patient?name=",
    "Patient?birthdate=",
    "Observation?value-quantity=",
    "Observation?code=",
    "Patient?_has:",
    "Patient?_filter=",
    "Observation?subject:Patient.",
    "Patient?_sort=",
    "Patient?_count=",
    "Patient?_include=",
    "Patient?_elements=",
    "Patient?identifier:of-type=",
    "Observation?combo-code-value-quantity=",
    "_history?_since=",
    "Patient/x/_history/",
    "Patient?_page=",
    "Observation?date=ge",
];

/// A small generator of numbers (SplitMix64): the same ones on each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

struct Hostile {
    method: &'static str,
    path: String,
    kind: &'static str,
    encoding: Option<&'static str>,
    body: Vec<u8>,
}

fn hostile(n: usize) -> Hostile {
    let mut numbers = Numbers(n as u64);
    let (method, path) = TARGETS[numbers.below(TARGETS.len())];
    let kind = numbers.one(TYPES);
    let mut made = Hostile { method, path: path.to_owned(), kind, encoding: None, body: mutated(&mut numbers) };
    match n % 100 {
        0 => made.body = nested(b"{\"a\":", 100_000),
        1 => made.body = nested(b"[", 200_000),
        2 => made.body = format!("{{\"resourceType\":\"Patient\",\"x\":{}}}", "9".repeat(500_000)).into_bytes(),
        3 => made.body = nested(b"<a>", 50_000),
        4 => made.body = laughs().into_bytes(),
        5 => made.body = attributes().into_bytes(),
        6 if n % 200 < 100 => (made.encoding, made.body) = (Some("gzip"), gzip_bomb(100 << 20)),
        6 => (made.encoding, made.body) = (Some("zstd"), zstd_bomb(100 << 20)),
        7 => made.encoding = Some(numbers.one(&["gzip", "zstd", "br", "deflate", "nonsense"])),
        8 if n % 200 < 100 => made.body = utf16(SEEDS[2]),
        8 => made.body = SEEDS[2].chars().map(|letter| letter as u8).collect(),
        9 => made.body = entries(30_000).into_bytes(),
        10..40 => {
            made.method = "GET";
            made.path = format!("/fhir/{}{}", numbers.one(SEARCHES), escaped(&mutated(&mut numbers)[..], &mut numbers));
            made.body = Vec::new();
        }
        _ => {}
    }
    made
}

/// A seed with one to four changes: cut, flipped, doubled, poisoned.
fn mutated(numbers: &mut Numbers) -> Vec<u8> {
    let mut body = numbers.one(SEEDS).as_bytes().to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(body.len());
        match numbers.below(6) {
            0 => body.truncate(at),
            1 if at < body.len() => body[at] ^= 1 << numbers.below(8),
            2 => {
                let piece = body[at..(at + 40).min(body.len())].to_vec();
                body.splice(at..at, piece);
            }
            3 => {
                let end = (at + numbers.below(60)).min(body.len());
                body.drain(at..end);
            }
            4 => body.insert(at, u8::try_from(128 + numbers.below(128)).unwrap()),
            _ => {
                body.splice(at..at, numbers.one(POISON).bytes());
            }
        }
    }
    body
}

fn nested(open: &[u8], depth: usize) -> Vec<u8> {
    open.repeat(depth)
}

fn laughs() -> String {
    let mut text = String::from("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY a0 \"ha\">");
    for n in 1..20 {
        text.push_str(&format!("<!ENTITY a{n} \"&a{0};&a{0};&a{0};&a{0};\">", n - 1));
    }
    text + "]><Patient xmlns=\"http://hl7.org/fhir\"><id value=\"&a19;\"/></Patient>"
}

fn attributes() -> String {
    let many: String = (0..20_000).map(|n| format!(" a{n}=\"\" xmlns:b{n}=\"c\"")).collect();
    format!("<Patient xmlns=\"http://hl7.org/fhir\"{many}/>")
}

fn utf16(text: &str) -> Vec<u8> {
    [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

fn entries(count: usize) -> String {
    let entry = r#"{"request":{"method":"GET","url":"Patient/x"}}"#;
    format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{}]}}"#, vec![entry; count].join(","))
}

/// A zstd stream of one byte repeated: blocks of four bytes, each for 128 KB.
fn zstd_bomb(size: usize) -> Vec<u8> {
    const BLOCK: u32 = 128 << 10;
    // Magic number, no special things, a window of 128 KB.
    let mut out = vec![0x28, 0xB5, 0x2F, 0xFD, 0, 0x38];
    let count = size / BLOCK as usize;
    for n in 1..=count {
        // The size, the kind (one byte repeated), whether it is the last.
        let head = BLOCK << 3 | 1 << 1 | u32::from(n == count);
        out.extend_from_slice(&head.to_le_bytes()[..3]);
        out.push(b' ');
    }
    out
}

/// A gzip stream of one byte repeated: a block with fixed codes, then copies of 258 bytes from one byte before.
fn gzip_bomb(size: usize) -> Vec<u8> {
    let mut out = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut held) = (0_u64, 0);
    let mut push = |code: u64, width: u32, out: &mut Vec<u8>| {
        bits |= code << held;
        held += width;
        while held >= 8 {
            out.push((bits & 0xFF) as u8);
            bits >>= 8;
            held -= 8;
        }
    };
    push(0b011, 3, &mut out);
    // The space, 0x20: code 0x50 of eight bits, the highest bit first.
    push(0b0000_1010, 8, &mut out);
    for _ in 0..size / 258 {
        // Length 258 is 11000101, distance one is 00000; both the highest bit first.
        push(0b1010_0011, 8, &mut out);
        push(0, 5, &mut out);
    }
    push(0, 7, &mut out);
    push(0, 8, &mut out);
    out.extend_from_slice(&[0; 8]);
    out
}

/// A query's value: sometimes percent-encoded, sometimes as wild as a request line allows.
fn escaped(bytes: &[u8], numbers: &mut Numbers) -> String {
    let part = &bytes[..bytes.len().min(200)];
    let wild = numbers.below(3) == 0;
    let encode = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(*byte).to_string(),
        33..=126 if wild => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    part.iter().map(encode).collect()
}

#[test]
fn hostile_requests_are_refused_soon_and_without_growth() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    let before = flood(&server, 0..REQUESTS / 4).then(|| server.memory()).unwrap();
    assert!(flood(&server, REQUESTS / 4..REQUESTS));
    let after = server.memory();
    assert!(after < before + GROWTH_MAX_MB, "memory grew from {before} to {after} MB");
    assert_eq!(server.wire().get("/health").unwrap().status, 200);
    server.kill();
    assert_sound(folder.path());
}

/// Sends the requests with these numbers over several connections; panics at the first wrong answer.
fn flood(server: &Server, numbers: std::ops::Range<usize>) -> bool {
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (wire, numbers) = (server.wire(), numbers.clone());
                scope.spawn(move || attack(wire, numbers.skip(client).step_by(CLIENTS)))
            })
            .collect();
        clients.into_iter().all(|client| client.join().is_ok())
    })
}

fn attack(mut wire: Wire, numbers: impl Iterator<Item = usize>) {
    for n in numbers {
        let made = hostile(n);
        let mut headers = vec![("Content-Type", made.kind)];
        headers.extend(made.encoding.map(|encoding| ("Content-Encoding", encoding)));
        let start = Instant::now();
        let what = format!("request {n} ({} {} as {}, {} bytes)", made.method, made.path, made.kind, made.body.len());
        match wire.send(made.method, &made.path, &headers, &made.body) {
            Ok(answer) => {
                let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(500)]).into_owned();
                assert!((200..500).contains(&answer.status), "{what} answered {}: {text}", answer.status);
            }
            // A refusal sent before the whole body was read may be lost with the connection.
            Err(error) if made.body.len() > 60_000 && reset(error.kind()) => {}
            Err(error) => panic!("{what} got no answer after {:?}: {error}", start.elapsed()),
        }
    }
}

fn reset(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof)
}
