//! What the rules cost: the same requests by who sees everything, and by staff in care of all patients or of a few.
//!
//! Whoever asks leaves a line in the log before the answer, so what is compared is the rules alone: the conditions that
//! stand at every row, and what is looked up about the caller.

use std::path::Path;
use std::process::Command;

use super::Options;
use super::client::{Base, Client};
use super::measure::measure;
use super::server;
use super::shapes::{Known, Shape, ids};
use super::table::met;
use crate::Outcome;

/// Patients in care of the one who has few.
const FEW: usize = 40;
/// Resources in one transaction.
const AT_ONCE: usize = 200;
/// Connections at which it is measured.
const CONNECTIONS: usize = 32;
/// Each caller has a turn so often, one after the other; the best one counts.
const TURNS: usize = 3;
/// The share of the speed without rules that is to be kept.
const SHARE_MIN: f64 = 0.6;
/// How much slower it may be to have all patients in care instead of few.
const MANY_MAX: f64 = 2.0;
/// What is asked for by staff, and whether the share is a target for it.
const ASKED: &[(&str, bool)] = &[
    ("read by id", true),
    ("patient, code, date", true),
    ("patient, latest 20", true),
    ("patient, code, _include", true),
    ("name=", false),
    ("identifier=", false),
    ("_has", false),
    ("chain, one step", false),
];

/// Employs two nurses and gives them patients: `bench-many` all there are, `bench-few` the first ones. Answers how many there
/// are.
pub(super) fn employ(base: &Base) -> Outcome<usize> {
    let mut client = Client::new(base);
    let mut entries = Vec::new();
    let mut put = |address: &str, resource: &str| {
        let head = format!(r#"{{"resource":{resource},"request":{{"method":"PUT","url":"{address}"}}}}"#);
        entries.push(head);
    };
    put("Organization/bench-town", r#"{"resourceType":"Organization","id":"bench-town","name":"Town"}"#);
    for name in ["many", "few"] {
        put(
            &format!("Organization/bench-{name}"),
            &format!(
                r#"{{"resourceType":"Organization","id":"bench-{name}","name":"{name}","partOf":{{"reference":"Organization/bench-town"}}}}"#
            ),
        );
        put(
            &format!("Practitioner/bench-{name}"),
            &format!(
                r#"{{"resourceType":"Practitioner","id":"bench-{name}","name":[{{"family":"Bench","given":["{name}"]}}]}}"#
            ),
        );
        put(
            &format!("PractitionerRole/bench-{name}"),
            &format!(
                r#"{{"resourceType":"PractitionerRole","id":"bench-{name}","practitioner":{{"reference":"Practitioner/bench-{name}"}},"organization":{{"reference":"Organization/bench-{name}"}},"code":[{{"coding":[{{"system":"urn:akson:duty","code":"nurse"}}]}}]}}"#
            ),
        );
    }
    let patients = everybody(&mut client)?;
    for (n, patient) in patients.iter().enumerate() {
        let few = if n < FEW { r#",{"reference":"Organization/bench-few"}"# } else { "" };
        put(
            &format!("CareTeam/bench-{n}"),
            &format!(
                r#"{{"resourceType":"CareTeam","id":"bench-{n}","status":"active","subject":{{"reference":"Patient/{patient}"}},"managingOrganization":[{{"reference":"Organization/bench-many"}}{few}]}}"#
            ),
        );
    }
    for some in entries.chunks(AT_ONCE) {
        let bundle = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, some.join(","));
        let (status, text) = client.ask("POST", "", bundle.as_bytes())?;
        if status != 200 {
            return Err(format!("bench: the staff was answered {status}: {text}").into());
        }
    }
    Ok(patients.len())
}

/// The ids of all patients, page by page, in the order in which a search finds them.
fn everybody(client: &mut Client) -> Outcome<Vec<String>> {
    let (mut found, mut page) = (Vec::new(), "Patient?_count=400&_elements=id".to_owned());
    loop {
        let (status, text) = client.ask("GET", &page, &[])?;
        if status != 200 {
            return Err(format!("bench: {page} answered {status}").into());
        }
        let entries = text.split_once("\"entry\"").map_or("", |(_, entries)| entries);
        found.extend(ids(entries));
        let Some((before, _)) = text.split_once("\"relation\":\"next\"") else { return Ok(found) };
        let link = text[before.len()..]
            .split_once("\"url\":\"")
            .map_or("", |(_, url)| url.split('"').next().unwrap_or_default());
        page = link.rsplit_once('/').map_or(String::new(), |(_, page)| page.replace("\\u0026", "&"));
    }
}

/// The base as staff of a sandbox asks at it.
fn shown(base: &Base, folder: &Path, person: &str) -> Outcome<Base> {
    let asked =
        Command::new(server::program("akson")).args(["sandbox", "token", person, "--data"]).arg(folder).output()?;
    if !asked.status.success() {
        return Err(format!("bench: no token for {person}: {}", String::from_utf8_lossy(&asked.stderr)).into());
    }
    let mut base = base.clone();
    base.show(String::from_utf8_lossy(&asked.stdout).trim());
    Ok(base)
}

/// Answers per second and processor time per answer.
#[derive(Clone, Copy)]
struct Turn {
    rate: f64,
    cpu: f64,
}

/// Measures and prints the table.
pub(super) fn rules(base: &Base, folder: &Path, options: &Options, patients: usize) -> Outcome<()> {
    let known = Known::ask(base)?.of_first(FEW);
    let callers = [base.clone(), shown(base, folder, "bench-many")?, shown(base, folder, "bench-few")?];
    println!(
        "\nWhat the rules cost: {CONNECTIONS} connections, about the same {FEW} patients, the best of {TURNS} turns each.\n"
    );
    println!(
        "| request | sees everything: answers/s | CPU µs | in care of all {patients}: answers/s | CPU µs | share | in care of {FEW}: answers/s | CPU µs | share | all beside {FEW} | target |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|");
    for (name, judged) in ASKED.iter().filter(|(name, _)| name.contains(&options.only)) {
        let mut best = [Turn { rate: 0.0, cpu: f64::MAX }; 3];
        for _ in 0..TURNS {
            for (caller, best) in callers.iter().zip(&mut best) {
                let shapes = known.shapes(caller);
                let Some(shape) = shapes.iter().find(|shape| shape.name == *name) else { continue };
                let turn = turn(caller, shape, options)?;
                *best = Turn { rate: best.rate.max(turn.rate), cpu: best.cpu.min(turn.cpu) };
            }
        }
        let [all, many, few] = best;
        let (kept, kept_few, slower) = (many.rate / all.rate, few.rate / all.rate, few.rate / many.rate);
        let share =
            if *judged { format!("share 0.6: {}; ", met(kept.min(kept_few) >= SHARE_MIN)) } else { String::new() };
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} | {:.0} | {kept:.2} | {:.0} | {:.0} | {kept_few:.2} | {slower:.2} times slower | {share}2 times: {} |",
            all.rate,
            all.cpu,
            many.rate,
            many.cpu,
            few.rate,
            few.cpu,
            met(slower <= MANY_MAX)
        );
    }
    Ok(())
}

fn turn(base: &Base, shape: &Shape, options: &Options) -> Outcome<Turn> {
    let before = options.process.map(server::cpu_us);
    let figures = measure(base, CONNECTIONS, options.seconds, &shape.next)?;
    if !figures.refused.is_empty() {
        return Err(format!("bench: {} was refused: {:?}", shape.name, figures.refused).into());
    }
    let used = options.process.map(server::cpu_us).zip(before).map_or(0.0, |(now, before)| now - before);
    Ok(Turn { rate: figures.rate, cpu: used / figures.count.max(1) as f64 })
}
