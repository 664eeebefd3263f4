//! Home care: the decision, the plan, function, and visits on routes with their measures, past and to come.
//!
//! Promise: every visit has somebody who makes it, a time and a state, and each of its measures is a task.

use super::chance::{Chance, Purpose};
use super::contact::{Contact, Note, Owner, Work};
use super::day::Day;
use super::district::{Unit, Worker};
use super::function::{self, Need};
use super::illness::{Health, amount, product, request_name};
use super::json::{Json, list, object, text};
use super::lists::{Measure, measure_of};
use super::shape::{Chart, SERVICE, Text, concept, identifier, named, period, quantity, to, words};
use super::signs::{Ill, Seen, Signs};

/// A time of day at which home care comes: its letter in ids, the first stop's minute, minutes from stop to stop.
struct Round {
    letter: &'static str,
    from: i32,
    step: i32,
    /// Measures of these hours belong to it.
    hours: (i32, i32),
}

const ROUNDS: [Round; 3] = [
    Round { letter: "m", from: 7 * 60 + 40, step: 20, hours: (6, 12) },
    Round { letter: "d", from: 13 * 60, step: 15, hours: (12, 17) },
    Round { letter: "e", from: 18 * 60, step: 20, hours: (17, 23) },
];

/// Days of which single doses are written.
const DOSE_DAYS: i32 = 7;

/// Where somebody's home care stands.
struct Route {
    number: usize,
    stop: i32,
    id: String,
    zone: String,
    /// Whether somebody comes every day, or every other weekday.
    daily: bool,
}

impl<'p> Chart<'p> {
    /// Everything of home care.
    pub(super) fn at_home(&mut self, health: &Health, (number, stop): (usize, usize)) {
        let mut chance = Chance::new(self.plan.seed, Purpose::Care, self.who.seed);
        let town = self.who.town;
        let route = Route {
            number,
            stop: stop as i32,
            id: self.place.route(town, number),
            zone: self.unit(self.place.zone(town, number)),
            daily: chance.permille(750),
        };
        let since = self.plan.today.plus(-chance.between(60, 1400));
        let measures = measures(health);
        let need = Need { body: 18 + chance.between(0, 12), mind: if health.has("P70") { 32 } else { 13 } };
        self.decided(("15", "Helsetjenester i hjemmet"), since, &route.zone, measures.len() as i32 * 2);
        if chance.permille(550) {
            self.decided(("6", "Trygghetsalarm"), since.plus(20), &route.zone, 1);
        }
        self.planned(since, &route.zone, &measures, health);
        self.assessed(&mut chance, need);
        if chance.permille(350) {
            self.written_to(&mut chance, &route.zone);
        }
        for at in -i32::from(self.plan.weeks_back) * 7..=i32::from(self.plan.weeks_ahead) * 7 {
            let day = self.plan.today.plus(at);
            if route.daily || at == 0 || day.weekday() % 2 == 0 {
                self.day(&mut chance, &route, day, (&measures, health));
            }
        }
        self.followed(&mut chance, &route, health);
    }

    /// A decision on services with its episode of care.
    pub(super) fn decided(&mut self, service: (&'static str, &'static str), since: Day, unit: &str, hours: i32) {
        let by = self.somebody(Unit::Services, "case-worker", self.who.seed);
        let name = format!("decision-{}", service.0);
        let review = since.plus(((self.plan.today.since(since) / 365) + 1) * 365 + 200);
        let number = format!("{}/{:05}", since.year(), self.who.seed % 100_000);
        let decision = self
            .begin("ServiceRequest", &name)
            .with("identifier", list([identifier("urn:akson:decision", number)]))
            .with("status", text("active"))
            .with("intent", text("order"))
            .with("code", concept(SERVICE, service.0, service.1))
            .with("quantityQuantity", quantity(hours, "timer per uke", "h/wk"))
            .with("subject", self.subject())
            .with("occurrencePeriod", period(since.text(), Some(review.text())))
            .with("authoredOn", text(since.plus(-7).text()))
            .with("requester", named("Practitioner", &by.id, by.name()))
            .with("performer", list([to("Organization", unit)]));
        self.put(decision);
        let episode = self
            .begin("EpisodeOfCare", &format!("care-{}", service.0))
            .with("status", text("active"))
            .with("type", list([concept(SERVICE, service.0, service.1)]))
            .with("patient", self.subject())
            .with("managingOrganization", to("Organization", unit))
            .with("period", object([("start", text(since.text()))]))
            .with("referralRequest", list([self.own("ServiceRequest", &name)]));
        self.put(episode);
    }

    /// The plan with its goals, and who works together.
    pub(super) fn planned(&mut self, since: Day, unit: &str, measures: &[&'static Measure], health: &Health) {
        let contact = self.primary(unit);
        let goals = [
            ("goal-1", "Klare mest mulig selv og være trygg hjemme", "Følges opp i hvert besøk"),
            ("goal-2", "Ta legemidlene riktig og holde sykdommen stabil", "Målinger innenfor egne grenser"),
        ];
        let causes: Vec<Json> = health
            .illnesses
            .iter()
            .map(|illness| self.own("Condition", &super::illness::condition_name(illness.condition.icpc.0)))
            .collect();
        for (name, what, sign) in goals {
            let goal = self
                .begin("Goal", name)
                .with("lifecycleStatus", text("active"))
                .with("description", words(what))
                .with("subject", self.subject())
                .with("startDate", text(since.text()))
                .with("addresses", list(causes.clone()))
                .with("note", list([object([("text", text(sign))])]));
            self.put(goal);
        }
        let activities = measures.iter().map(|measure| {
            let hours = measure.hours.iter().map(|hour| text(format!("{hour:02}:00:00")));
            let timing = object([("repeat", object([("timeOfDay", list(hours))]))]);
            let detail = object([
                ("code", concept("urn:akson:measure", measure.key, measure.name)),
                ("status", text("in-progress")),
                ("scheduledTiming", timing),
                ("performer", list([to("Organization", unit)])),
                ("description", text(measure.how)),
            ]);
            object([("detail", detail)])
        });
        let activities = list(activities);
        let plan = self
            .begin("CarePlan", "plan")
            .with("status", text("active"))
            .with("intent", text("plan"))
            .with("title", text("Tiltaksplan"))
            .with("subject", self.subject())
            .with("period", period(since.text(), Some(self.plan.today.plus(120).text())))
            .with("created", text(since.text()))
            .with("author", to("Organization", unit))
            .with("careTeam", list([self.own("CareTeam", "team")]))
            .with("addresses", list(causes))
            .with("goal", list([self.own("Goal", "goal-1"), self.own("Goal", "goal-2")]))
            .with("activity", activities);
        self.put(plan);
        let member = |role: &'static str, who: Json| object([("role", list([words(role)])), ("member", who)]);
        let members = [
            member("Primærkontakt", named("Practitioner", &contact.id, contact.name())),
            member("Fastlege", self.doctor()),
        ];
        let team = self
            .begin("CareTeam", "team")
            .with("status", text("active"))
            .with("name", text("Ansvarsgruppe"))
            .with("subject", self.subject())
            .with("period", object([("start", text(since.text()))]))
            .with("participant", list(members));
        self.put(team);
    }

    /// Whose primary patient somebody is.
    fn primary(&self, unit: &str) -> &'p Worker {
        let place = self.place;
        let pool: Vec<&'p Worker> = place
            .workers
            .iter()
            .filter(|worker| worker.duty == "nurse" && place.unit(worker.town, worker.unit) == unit)
            .collect();
        pool.get((self.who.seed / 16) as usize % pool.len().max(1)).copied().unwrap_or(&place.workers[0])
    }

    /// Function now and a year ago.
    pub(super) fn assessed(&mut self, chance: &mut Chance, need: Need) {
        let by = self.somebody(Unit::Services, "case-worker", self.who.seed);
        let now = function::scores(chance, need);
        // It was a little easier a year ago, if anything.
        let before: [u32; 20] =
            std::array::from_fn(|at| if chance.permille(300) { now[at].max(2) - 1 } else { now[at] });
        let today = self.plan.today;
        self.function("function-before", today.plus(-420), by, &before);
        self.function("function", today.plus(-chance.between(20, 90)), by, &now);
    }

    /// The visits of a day.
    fn day(
        &mut self,
        chance: &mut Chance,
        route: &Route,
        day: Day,
        (measures, health): (&[&'static Measure], &Health),
    ) {
        for round in &ROUNDS {
            let due =
                |measure: &&&Measure| measure.hours.iter().any(|hour| (round.hours.0..round.hours.1).contains(hour));
            let of: Vec<&'static Measure> =
                measures.iter().filter(due).copied().filter(|one| falls(one, day)).collect();
            if !of.is_empty() {
                self.visit(chance, (route, round), day, (&of, health));
            }
        }
    }

    fn visit(
        &mut self,
        chance: &mut Chance,
        (route, round): (&Route, &Round),
        day: Day,
        (measures, health): (&[&'static Measure], &Health),
    ) {
        let name = format!("visit-{}{}", day.short(), round.letter);
        let minute = round.from + round.stop(route.stop);
        let lasts = (5 + measures.iter().map(|measure| measure.minutes).sum::<i32>()).min(60);
        let by = self.place.driver(self.who.town, route.number, day, minute);
        let past = day < self.plan.today;
        let missed = past && chance.permille(15);
        let state = match (past, missed) {
            (_, true) => "noshow",
            (true, _) => "fulfilled",
            (false, _) => "booked",
        };
        let names: Vec<&str> = measures.iter().map(|measure| measure.name).collect();
        self.put_visit(&name, (state, (day, minute, lasts)), (by, route), names.join(", "));
        if past && !missed {
            let contact = Contact {
                name: format!("{name}-contact"),
                class: "HH",
                day,
                minute: minute + chance.between(-4, 12),
                lasts: Some(lasts + chance.between(-4, 6)),
                by,
                unit: route.zone.clone(),
                reason: Text::from("Besøk på ruten"),
            };
            let visit = self.own("Appointment", &name);
            self.put(self.encounter(&contact).with("appointment", list([visit])));
            let gives = measures.iter().any(|measure| measure.key == "medicines");
            if gives && self.plan.today.since(day) <= DOSE_DAYS {
                self.doses(health, (day, minute), round.hours, (by, &contact.name));
            }
        }
        for measure in measures {
            let (state, reason) = match (past, missed || past && chance.permille(12)) {
                (true, true) if missed => ("cancelled", Some(Text::from("Ikke hjemme"))),
                (true, true) => ("rejected", Some(Text::from("Bruker ønsket det ikke i dag"))),
                (true, false) => ("completed", None),
                (false, _) => ("accepted", None),
            };
            let plan = self.own("CarePlan", "plan");
            let visit = self.own("Appointment", &name);
            self.work(&Work {
                name: format!("{name}-{}", measure.key),
                state,
                kind: (measure.key, measure.name.into()),
                what: measure.how.into(),
                owner: Owner::Worker(by),
                due: (day, minute, minute + lasts),
                asked: day.plus(-14),
                focus: Some(visit),
                based_on: Some(plan),
                reason,
            });
        }
        if missed {
            self.look_after(&name, day, &route.zone);
        }
    }

    /// Who was not at home is looked after: a task that the zone has until somebody takes it.
    fn look_after(&mut self, name: &str, day: Day, zone: &str) {
        let recent = self.plan.today.since(day) <= 1;
        self.work(&Work {
            name: format!("{name}-follow-up"),
            state: if recent { "requested" } else { "completed" },
            kind: ("follow-up", "Følg opp besøk uten kontakt".into()),
            what: "Ring bruker eller pårørende, avtal nytt besøk".into(),
            owner: Owner::Unit(zone),
            due: (day.plus(1), 8 * 60, 15 * 60),
            asked: day,
            focus: Some(self.own("Appointment", name)),
            based_on: None,
            reason: (!recent).then(|| "Snakket med bruker, var hos familie".into()),
        });
    }

    fn put_visit(
        &mut self,
        name: &str,
        (state, (day, minute, lasts)): (&'static str, (Day, i32, i32)),
        (by, route): (&Worker, &Route),
        what: String,
    ) {
        let part = |actor: Json| object([("actor", actor), ("status", text("accepted"))]);
        let participants = [
            part(self.subject()),
            part(named("Practitioner", &by.id, by.name())),
            part(to("HealthcareService", &route.id)),
        ];
        let visit = self
            .begin("Appointment", name)
            .with("status", text(state))
            .with("serviceType", list([concept(SERVICE, "15", "Helsetjenester i hjemmet")]))
            .with("description", text(what))
            .with("start", text(day.at(minute)))
            .with("end", text(day.at(minute + lasts)))
            .with("minutesDuration", super::json::bare(lasts))
            .with("basedOn", list([self.own("ServiceRequest", "decision-15")]))
            .with("participant", list(participants));
        self.put(visit);
    }

    /// The doses of a round, each given.
    pub(super) fn doses(
        &mut self,
        health: &Health,
        (day, minute): (Day, i32),
        hours: (i32, i32),
        (by, contact): (&Worker, &str),
    ) {
        for used in health.medicines.iter().filter(|used| used.since <= day) {
            let due = used.medicine.hours.iter().find(|hour| (hours.0..hours.1).contains(*hour));
            let Some(hour) = due else { continue };
            let name = format!("dose-{}-{}-{hour}", used.medicine.atc.to_lowercase(), day.short());
            let performer = object([("actor", named("Practitioner", &by.id, by.name()))]);
            let dose = self
                .begin("MedicationAdministration", &name)
                .with("status", text("completed"))
                .with("medicationCodeableConcept", product(used.medicine))
                .with("subject", self.subject())
                .with("context", self.own("Encounter", contact))
                .with("effectiveDateTime", text(day.at(minute + 5)))
                .with("performer", list([performer]))
                .with("request", self.own("MedicationRequest", &request_name(used.medicine)))
                .with("dosage", object([("text", text(used.medicine.dose)), ("dose", amount(used.medicine))]));
            self.put(dose);
        }
    }

    /// Measurements and notes of the last months, and a message to the doctor from some.
    fn followed(&mut self, chance: &mut Chance, route: &Route, health: &Health) {
        let lungs = health.has("R95");
        let weight = chance.between(520, 920);
        for month in 0..4 {
            let day = self.plan.today.plus(-3 - 30 * month);
            let by = self.place.driver(self.who.town, route.number, day, 600);
            let seen = Seen { day, minute: 9 * 60 + 15, by };
            let ill = if month == 0 && chance.permille(120) { Ill::Somewhat } else { Ill::Not };
            let signs = Signs::drawn(chance, ill, lungs);
            self.scored(&signs, seen);
            self.weight(weight + chance.between(-12, 12), seen);
            let (title, words) = note_words(chance, ill, signs.total());
            let note = Note {
                name: format!("note-{}", day.short()),
                title: title.into(),
                day,
                minute: 9 * 60 + 40,
                by,
                unit: route.zone.clone(),
                about: None,
                parts: vec![("Sykepleie", words)],
            };
            self.put(self.note(&note));
            if ill != Ill::Not {
                self.ask_doctor(by, day, signs.total());
            }
        }
    }

    /// What the patient has written to home care, with the answer, if there is one yet.
    fn written_to(&mut self, chance: &mut Chance, zone: &str) {
        const ASKED: [(&str, &str, &str); 3] = [
            (
                "Endre tid",
                "Jeg skal til frisør torsdag kl. 9. Kan dere komme litt tidligere?",
                "Vi kommer kl. 7.45 på torsdag.",
            ),
            (
                "Legemidler",
                "Multidosen er snart tom, kommer det en ny?",
                "Den nye er hentet og kommer med besøket i morgen.",
            ),
            (
                "Besøk",
                "Er det samme person som kommer i helgen?",
                "Ja, det er primærkontakten din som kommer begge dager.",
            ),
        ];
        let (topic, asked, answered) = chance.one(&ASKED).unwrap_or(ASKED[0]);
        let days = chance.between(0, 6);
        let day = self.plan.today.plus(-1 - days);
        let (from, unit) = (self.subject(), to("Organization", zone));
        let state = if days == 0 { "in-progress" } else { "completed" };
        self.message(
            "message-asked",
            state,
            (from.clone(), unit.clone()),
            (day, 18 * 60 + 20),
            (topic, asked.to_owned()),
        );
        if days > 0 {
            let when = (day.plus(1), 8 * 60 + 10);
            self.message("message-answer", "completed", (unit, from), when, (topic, answered.to_owned()));
        } else {
            self.work(&Work {
                name: "message-to-answer".to_owned(),
                state: "requested",
                kind: ("message", "Svar på melding fra bruker".into()),
                what: topic.into(),
                owner: Owner::Unit(zone),
                due: (self.plan.today, 8 * 60, 15 * 60),
                asked: day,
                focus: Some(self.own("Communication", "message-asked")),
                based_on: None,
                reason: None,
            });
        }
    }

    /// A message from home care to the doctor, who has not answered yet.
    pub(super) fn ask_doctor(&mut self, by: &Worker, day: Day, total: u32) {
        let whom = self.doctor();
        let from = named("Practitioner", &by.id, by.name());
        let words = format!(
            "Virker slappere enn vanlig siden i går, spiser lite. NEWS2 er {total}. Ønsker vurdering av legemidler og om det bør tas prøver."
        );
        self.message("message-doctor", "in-progress", (from, whom), (day, 10 * 60), ("Endret tilstand", words));
        let doctor = self.doctor_worker();
        self.work(&Work {
            name: "inbox-message".to_owned(),
            state: "requested",
            kind: ("message", "Svar på melding fra hjemmetjenesten".into()),
            what: "Endret tilstand".into(),
            owner: Owner::Worker(doctor),
            due: (self.plan.today.plus(1), 8 * 60, 16 * 60),
            asked: day,
            focus: Some(self.own("Communication", "message-doctor")),
            based_on: None,
            reason: None,
        });
    }
}

impl Round {
    fn stop(&self, nth: i32) -> i32 {
        nth % 12 * self.step
    }
}

/// What home care does for somebody with this health.
pub(super) fn measures(health: &Health) -> Vec<&'static Measure> {
    let mut found: Vec<&'static Measure> = Vec::new();
    let regular = health.medicines.iter().any(|used| !used.medicine.hours.is_empty());
    let first = if regular { "medicines" } else { "supervision" };
    let of_illness = health.illnesses.iter().flat_map(|illness| illness.condition.measures.iter().copied());
    for measure in measure_of(first).into_iter().chain(of_illness) {
        if !found.iter().any(|other| other.key == measure.key) {
            found.push(measure);
        }
    }
    found
}

/// Whether a measure falls on a day: some are weekly.
fn falls(measure: &Measure, day: Day) -> bool {
    match measure.key {
        "shower" => day.weekday() == 1,
        "weight" => day.weekday() == 0,
        "pressure" => day.weekday() == 3,
        "wound" => day.weekday() % 3 == 0,
        _ => true,
    }
}

fn note_words(chance: &mut Chance, ill: Ill, total: u32) -> (&'static str, String) {
    const CALM: [&str; 5] = [
        "God allmenntilstand. Klarer det meste av stellet selv. Spist frokost, tatt legemidlene.",
        "Sovet godt. Litt stiv om morgenen, går bedre etter hvert. Har hatt besøk av familie.",
        "Fin i humøret. Ingen smerter. Minnet på å drikke nok.",
        "Noe hevelse i leggene om kvelden, vekten er stabil. Hadde beina høyt da vi kom.",
        "Synes dagene er lange. Snakket om dagsenter, vil tenke på det.",
    ];
    match ill {
        Ill::Not => ("Notat fra besøk", chance.one(&CALM).unwrap_or(CALM[0]).to_owned()),
        _ => (
            "Endret tilstand",
            format!(
                "Slappere enn vanlig, spist lite siden i går. NEWS2 {total}. Fastlege er kontaktet, følges opp ved neste besøk."
            ),
        ),
    }
}
