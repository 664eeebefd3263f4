//! The synthetic municipality: every resource is valid, every reference leads somewhere, the same seed makes the same bytes,
//! and lives hang together.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use akson::demo::{self, Day, Made, Plan};
use akson_fhir::json::{Tree, Value};
use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;
use akson_fhir::validate::{Options, Profiles, validate};

const TODAY: &str = "2026-11-22";

fn plan(patients: u64) -> Plan {
    Plan::first(Day::read(TODAY).unwrap(), patients)
}

fn all(plan: Plan) -> Vec<Made> {
    demo::pieces(plan).flat_map(|piece| piece.made).collect()
}

/// Three hundred inhabitants, made once for all tests.
static MADE: LazyLock<Vec<Made>> = LazyLock::new(|| all(plan(300)));
static SEEN: LazyLock<Seen> = LazyLock::new(|| {
    let read = |made: &Made| (made.address.clone(), Tree::parse(made.text.as_bytes()).unwrap());
    Seen(MADE.iter().map(read).collect())
});

struct Seen(Vec<(String, Tree)>);

impl Seen {
    fn each<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Value<'a>> {
        let fits = move |address: &str| address.split('/').next() == Some(kind);
        self.0.iter().filter(move |(address, _)| fits(address)).map(|(_, tree)| tree.root())
    }
}

fn text(value: Value<'_>, path: &[&str]) -> String {
    let mut at = Some(value);
    for key in path {
        at = at.and_then(|at| at.get(key)).map(|found| found.items().next().unwrap_or(found));
    }
    at.and_then(Value::as_str).map(|text| text.into_owned()).unwrap_or_default()
}

#[test]
fn every_resource_is_valid_and_stands_once() {
    let profiles = Profiles::default();
    let options = Options::new(&profiles);
    let mut seen = HashSet::new();
    let mut wrong = BTreeMap::new();
    for made in MADE.iter() {
        assert!(seen.insert(made.address.clone()), "{} stands twice", made.address);
        let resource = Resource::parse_json(made.text.as_bytes()).unwrap();
        let issues = validate(&resource, &options);
        let refused: Vec<String> = issues.iter().filter(|issue| issue.refuses()).map(Issue::to_string).collect();
        if !refused.is_empty() {
            wrong.entry(made.kind).or_insert_with(|| format!("{}: {refused:?}", made.address));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen.len() > 10_000, "{}", seen.len());
}

#[test]
fn every_reference_leads_to_a_resource_of_the_municipality() {
    let known: HashSet<&str> = MADE.iter().map(|made| made.address.as_str()).collect();
    for made in MADE.iter() {
        for piece in made.text.split("\"reference\":\"").skip(1) {
            let target = piece.split('"').next().unwrap();
            assert!(known.contains(target), "{target} of {}", made.address);
        }
    }
}

#[test]
fn the_same_seed_and_day_make_the_same_bytes() {
    let texts = |plan| all(plan).into_iter().map(|made| made.text).collect::<Vec<_>>();
    assert_eq!(texts(plan(60)), texts(plan(60)));
    assert_ne!(texts(plan(60)), texts(Plan { seed: 2, ..plan(60) }));
    // A larger municipality begins with the smaller one.
    let (small, large) = (texts(plan(60)), texts(plan(80)));
    assert_eq!(small[..], large[..small.len()]);
}

#[test]
fn the_score_is_the_sum_of_its_parts() {
    let seen = &*SEEN;
    let mut count = 0;
    for observation in
        seen.each("Observation").filter(|one| one.get("valueInteger").is_some() && one.get("component").is_some())
    {
        let integer = |value: Value<'_>| value.get("valueInteger").unwrap().raw().parse::<u32>().unwrap();
        let parts: u32 = observation.get("component").unwrap().items().map(integer).sum();
        assert_eq!(parts, integer(observation));
        count += 1;
    }
    assert!(count > 100, "{count}");
}

#[test]
fn every_medicine_has_a_cause() {
    let seen = &*SEEN;
    let conditions: HashSet<String> = seen.each("Condition").map(|one| text(one, &["id"])).collect();
    let mut count = 0;
    for kind in ["MedicationRequest", "MedicationStatement"] {
        for medicine in seen.each(kind).filter(|one| one.get("reasonReference").is_some()) {
            let cause = text(medicine, &["reasonReference", "reference"]);
            assert!(conditions.contains(cause.trim_start_matches("Condition/")), "{cause}");
            count += 1;
        }
    }
    // Only those of the sample have no reason.
    let without = seen.each("MedicationRequest").filter(|one| one.get("reasonReference").is_none()).count();
    assert!(count > 300 && without < 40, "{count} {without}");
}

#[test]
fn nothing_happens_before_birth_and_nobody_is_their_own_parent() {
    let seen = &*SEEN;
    let born: HashMap<String, String> = seen
        .each("Patient")
        .map(|one| (format!("Patient/{}", text(one, &["id"])), text(one, &["birthDate"])))
        .collect();
    let number = |one: Value<'_>| text(one, &["identifier", "value"]);
    let numbers: HashMap<String, String> =
        seen.each("Patient").map(|one| (format!("Patient/{}", text(one, &["id"])), number(one))).collect();
    for (kind, when) in
        [("Immunization", "occurrenceDateTime"), ("Observation", "effectiveDateTime"), ("Condition", "onsetDateTime")]
    {
        for one in seen.each(kind) {
            let whom = [text(one, &["patient", "reference"]), text(one, &["subject", "reference"])].concat();
            let day = text(one, &[when]);
            assert!(day[..10] >= born[&whom][..born[&whom].len().min(10)], "{}", one.raw());
        }
    }
    for relative in seen.each("RelatedPerson").filter(|one| !number(*one).is_empty()) {
        assert_ne!(number(relative), numbers[&text(relative, &["patient", "reference"])]);
    }
}

#[test]
fn every_visit_and_task_has_an_owner_a_time_and_a_state() {
    let seen = &*SEEN;
    let (mut coming, mut gone) = (0, 0);
    for visit in seen.each("Appointment") {
        let people = visit.get("participant").unwrap().items().map(|one| text(one, &["actor", "reference"]));
        assert!(people.filter(|who| who.starts_with("Practitioner/")).count() >= 1, "{}", visit.raw());
        assert!(!text(visit, &["start"]).is_empty() && !text(visit, &["status"]).is_empty());
        if text(visit, &["start"])[..10] >= *TODAY { coming += 1 } else { gone += 1 }
    }
    assert!(coming > 200 && gone > 200, "{coming} {gone}");
    for task in seen.each("Task").filter(|one| one.get("restriction").is_some()) {
        assert!(!text(task, &["owner", "reference"]).is_empty(), "{}", task.raw());
        assert!(!text(task, &["restriction", "period", "end"]).is_empty());
        if matches!(text(task, &["status"]).as_str(), "cancelled" | "rejected") {
            assert!(task.get("statusReason").is_some(), "{}", task.raw());
        }
    }
}

#[test]
fn stories_lead_to_people_who_are_there() {
    let seen = &*SEEN;
    let ids = |kind| seen.each(kind).map(|one| text(one, &["id"])).collect::<HashSet<_>>();
    let (workers, patients) = (ids("Practitioner"), ids("Patient"));
    for story in demo::story::stories() {
        assert!(workers.contains(story.person) || patients.contains(story.person), "{}", story.id);
        assert!(story.patient.is_empty() || patients.contains(story.patient), "{}", story.id);
        assert!(story.title.iter().all(|title| !title.is_empty()));
    }
}

#[test]
fn profiles_that_are_claimed_hold() {
    let folder = std::env::var("AKSON_SHARED").unwrap_or_else(|_| "../../../shared".to_owned());
    let Ok(files) = std::fs::read_dir(format!("{folder}/data/norway/fhir-no-basis")) else {
        println!("skipped: no shared data");
        return;
    };
    let mut profiles = Profiles::new();
    let mut known = 0;
    for file in
        files.flatten().filter(|file| file.file_name().to_string_lossy().to_lowercase().contains("structuredefinition"))
    {
        let profile = Resource::parse_json(&std::fs::read(file.path()).unwrap()).unwrap();
        known += usize::from(profiles.add(&profile));
    }
    assert!(known > 15, "{known}");
    let options = Options::new(&profiles);
    let (mut wrong, mut claimed) = (BTreeMap::new(), 0);
    for made in MADE.iter().filter(|made| made.text.contains("StructureDefinition/no-basis-")) {
        let resource = Resource::parse_json(made.text.as_bytes()).unwrap();
        let refused = validate(&resource, &options).into_iter().filter(Issue::refuses).map(|issue| issue.to_string());
        for issue in refused {
            wrong.entry(made.kind).or_insert_with(|| format!("{}: {issue}", made.address));
        }
        claimed += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(claimed > 1000, "{claimed}");
}
