//! What happens in the stories.

use super::cast;
use crate::demo::Plan;
use crate::demo::chance::{Chance, Purpose};
use crate::demo::contact::{Contact, Note, Owner, Work};
use crate::demo::district::{District, Unit};
use crate::demo::illness::{Health, Illness, InUse};
use crate::demo::json::{Json, list, object, text};
use crate::demo::lists::LISTS;
use crate::demo::person::Person;
use crate::demo::shape::{ACT, Chart, Made, basis_resource, coding, concept, finish, named, phone, to};
use crate::demo::signs::{Ill, Seen, Signs};

const HOSPITAL: &str = "fjorden-sykehus";

/// All of it.
pub(super) fn all(plan: &Plan, place: &District, out: &mut Vec<Made>) {
    let cast = cast::all(plan);
    hospital(out);
    for who in &cast {
        let mut chart = Chart { who, plan, place, out };
        match who.id.as_str() {
            "ukjent-mann" => {
                chart.unknown();
                continue;
            }
            _ => chart.patient(),
        }
        match who.id.as_str() {
            "borghild-testesen" => chart.fall(&cast),
            "oddvar-testesen" => chart.dementia(),
            "nyfodt-testesen" => chart.newborn(&cast),
            "iver-proveson" => chart.two_homes(&cast),
            "ragnhild-testesen" => chart.inbox(),
            "torgeir-testesen" => chart.blocked(),
            "sander-testesen" => chart.youth(),
            "lina-testesen" => chart.secret(),
            "ask-testesen" => {
                chart.parent(&cast, "lina-testesen");
                chart.childhood();
            }
            "alf-testesen" => chart.application(),
            _ => {}
        }
    }
}

fn hospital(out: &mut Vec<Made>) {
    let hospital = basis_resource("Organization", HOSPITAL)
        .with("active", crate::demo::json::yes())
        .with("name", text("Fjorden sykehus (oppdiktet)"))
        .with("telecom", list([phone("55500900")]));
    finish(&hospital, out);
}

/// A health of these conditions with the first medicine of each.
fn health(chart: &Chart<'_>, codes: &[&str], years: i32) -> Health {
    let found = LISTS.conditions.iter().filter(|condition| codes.contains(&condition.icpc.0));
    let since = chart.plan.today.plus(-years * 365);
    let illnesses: Vec<Illness> = found.map(|condition| Illness { condition, since }).collect();
    let mut medicines: Vec<InUse> = Vec::new();
    for (cause, illness) in illnesses.iter().enumerate() {
        let first = illness.condition.medicines.first().copied();
        let medicine = first.filter(|first| !medicines.iter().any(|other| other.medicine.atc == first.atc));
        medicines.extend(medicine.map(|medicine| InUse { medicine, cause, since: since.plus(30) }));
    }
    Health { illnesses, medicines }
}

fn of<'a>(cast: &'a [Person], id: &str) -> &'a Person {
    cast.iter().find(|person| person.id == id).unwrap_or(&cast[0])
}

impl Chart<'_> {
    fn parent(&mut self, cast: &[Person], id: &str) {
        let parent = of(cast, id);
        let code = if parent.is_female() { ("MTH", "mother") } else { ("FTH", "father") };
        self.relative(&format!("parent-{id}"), parent, code);
    }

    /// A note of the home nurse's.
    fn nursed(&mut self, name: &str, days: i32, minute: i32, title: &'static str, words: &str) {
        let zone = self.unit(Unit::Zone(0));
        let note = Note {
            name: name.to_owned(),
            title: title.into(),
            day: self.plan.today.plus(-days),
            minute,
            by: self.somebody(Unit::Zone(0), "nurse", 0),
            unit: zone,
            about: None,
            parts: vec![("Sykepleie", words.to_owned())],
        };
        self.put(self.note(&note));
    }

    /// Borghild fell nine days ago, was operated on, and came home two days ago.
    fn fall(&mut self, cast: &[Person]) {
        let plan = self.plan;
        self.attorney(of(cast, "anne-testesen"), ("DAU", "natural daughter"), plan.today.plus(-250));
        let health = health(self, &["K86", "K78", "L95", "L91"], 6);
        self.write(&health);
        self.allergy(("J01CE02", "fenoksymetylpenicillin", "Elveblest", true), plan.today.plus(-4000));
        self.risk("129839007", "Fallrisiko", plan.today.plus(-9));
        self.at_home(&health, (0, 11));
        self.nursed(
            "fall-note",
            9,
            8 * 60 + 40,
            "Fall hjemme",
            "Funnet på badegulvet ved morgenbesøket. Våken, smerter i venstre hofte, forkortet og utoverrotert bein. Tar blodfortynnende. Ringt 113, ambulanse kl. 08.35. Datter Anne er varslet.",
        );
        let day = plan.today.plus(-9);
        let by = self.somebody(Unit::Zone(0), "nurse", 0);
        let mut signs = Signs::drawn(&mut Chance::new(plan.seed, Purpose::Care, 1), Ill::Somewhat, false);
        signs.upper = 104;
        signs.lower = 62;
        self.scored(&signs, Seen { day, minute: 8 * 60 + 20, by });
        self.at_hospital(day);
        let zone = to("Organization", &self.unit(Unit::Zone(0)));
        let hospital = named("Organization", HOSPITAL, "Fjorden sykehus (oppdiktet)");
        let messages = [
            ("hospital-in", 9, 11 * 60, "Innlagt pasient", "Innlagt etter fall hjemme. Brudd i venstre lårhals."),
            (
                "hospital-ready",
                3,
                10 * 60,
                "Utskrivningsklar",
                "Operert, mobilisert med rullator. Utskrivningsklar i morgen.",
            ),
            (
                "hospital-out",
                2,
                13 * 60,
                "Utskrivningsrapport",
                "Går med rullator innendørs. Trener to ganger daglig. Sting tas om åtte dager. Ny legemiddelliste er sendt fastlegen.",
            ),
        ];
        for (name, days, minute, topic, words) in messages {
            let when = (plan.today.plus(-days), minute);
            self.message(name, "completed", (hospital.clone(), zone.clone()), when, (topic, words.to_owned()));
        }
        self.nursed(
            "home-note",
            1,
            9 * 60 + 10,
            "Hjemme igjen",
            "Kom hjem i går. Går trygt med rullator inne, trenger støtte ut av stolen. Vond i hoften ved trening, paracetamol fast hjelper. Dørterskelen på badet bør bort. Hjemmetrening morgen og kveld.",
        );
        self.follow_up_fall();
    }

    fn at_hospital(&mut self, day: crate::demo::day::Day) {
        let by = self.doctor_worker();
        let contact = Contact {
            name: "hospital".to_owned(),
            class: "IMP",
            day,
            minute: 10 * 60,
            lasts: Some(7 * 24 * 60 + 120),
            by,
            unit: HOSPITAL.to_owned(),
            reason: "Brudd i lårhals etter fall".into(),
        };
        self.put(self.encounter(&contact));
    }

    /// Work that is left after the fall, for the nurse today and for the doctor.
    fn follow_up_fall(&mut self) {
        let today = self.plan.today;
        let nurse = self.somebody(Unit::Zone(0), "nurse", 0);
        let doctor = self.doctor_worker();
        let zone = self.unit(Unit::Zone(0));
        let works = [
            (
                "fall-home",
                "follow-up",
                "Kartlegg fallrisiko i hjemmet: terskler, tepper, lys",
                Owner::Worker(nurse),
                (today, 480, 900),
            ),
            (
                "fall-medicines",
                "review",
                "Gjennomgå legemidler etter fall: blodtrykk og blodfortynnende",
                Owner::Worker(doctor),
                (today.plus(2), 480, 960),
            ),
            ("fall-stitches", "follow-up", "Ta sting i venstre hofte", Owner::Unit(&zone), (today.plus(6), 480, 900)),
        ];
        for (name, kind, what, owner, due) in works {
            self.work(&Work {
                name: name.to_owned(),
                state: "requested",
                kind: (kind, "Oppfølging etter fall".into()),
                what: what.into(),
                owner,
                due,
                asked: today.plus(-2),
                focus: None,
                based_on: None,
                reason: None,
            });
        }
    }

    fn dementia(&mut self) {
        let health = health(self, &["P70", "K86", "D12", "P06"], 4);
        self.write(&health);
        self.on_ward(&health, (0, 11));
        self.risk("225915006", "Går ut uten å finne tilbake", self.plan.today.plus(-90));
    }

    /// Born five days ago: no number yet, a home visit to come.
    fn newborn(&mut self, cast: &[Person]) {
        self.parent(cast, "sunniva-testesen");
        self.parent(cast, "eirik-proveland");
        self.programme();
        let by = self.somebody(Unit::ChildHealth, "nurse", 0);
        let seen = Seen { day: self.who.born, minute: 11 * 60, by };
        self.measured("weight", ("29463-7", "Body weight"), ("3.41".to_owned(), "kg", "kg"), seen);
        self.measured("height", ("8302-2", "Body height"), ("50.0".to_owned(), "cm", "cm"), seen);
        self.measured(
            "head",
            ("9843-4", "Head Occipital-frontal circumference"),
            ("34.5".to_owned(), "cm", "cm"),
            seen,
        );
        let day = self.plan.today.plus(3);
        let nurse = named("Practitioner", &by.id, by.name());
        self.appointment("home-visit", "booked", (day, 10 * 60, 60), "Hjemmebesøk hos nyfødt", &[nurse]);
        let unit = self.unit(Unit::ChildHealth);
        self.work(&Work {
            name: "number".to_owned(),
            state: "requested",
            kind: ("register", "Fødselsnummer mangler".into()),
            what: "Koble til fødselsnummer når Folkeregisteret har tildelt det".into(),
            owner: Owner::Unit(&unit),
            due: (self.plan.today.plus(5), 480, 960),
            asked: self.plan.today.plus(-4),
            focus: None,
            based_on: None,
            reason: None,
        });
    }

    fn two_homes(&mut self, cast: &[Person]) {
        self.parent(cast, "tone-proveson");
        self.parent(cast, "paal-proveson");
        self.childhood();
        let by = self.somebody(Unit::School, "nurse", 0);
        let contact = Contact {
            name: "school-talk".to_owned(),
            class: "AMB",
            day: self.plan.today.plus(-12).at_work(),
            minute: 10 * 60,
            lasts: Some(25),
            by,
            unit: self.unit(Unit::School),
            reason: "Samtale hos helsesykepleier".into(),
        };
        let parts = vec![
            (
                "Samtale",
                "Bor annenhver uke hos mor og far. Sover dårlig de første nettene etter bytte. Har gode venner."
                    .to_owned(),
            ),
            ("Tiltak", "Ny samtale om to uker. Begge foreldre får samme informasjon.".to_owned()),
        ];
        self.seen(&contact, "Samtale på skolen", parts);
        let nurse = named("Practitioner", &by.id, by.name());
        let day = self.plan.today.plus(4).at_work();
        self.appointment("school-booking", "booked", (day, 10 * 60, 30), "Samtale hos helsesykepleier", &[nurse]);
    }

    fn inbox(&mut self) {
        let health = health(self, &["T90", "K86", "T93"], 8);
        self.write(&health);
        let mut chance = Chance::new(self.plan.seed, Purpose::Care, 2);
        self.at_doctors(&health);
        if !self.out.iter().any(|made| made.address == "DiagnosticReport/ragnhild-testesen-report-new") {
            self.waiting_answer(&mut chance, &health);
        }
        let nurse = self.somebody(Unit::Zone(0), "nurse", 0);
        self.ask_doctor(nurse, self.plan.today.plus(-1), 2);
    }

    fn blocked(&mut self) {
        let health = health(self, &["K86", "P76"], 3);
        self.write(&health);
        self.at_doctors(&health);
        self.block("block-clinic", 60, Some(to("Organization", "provevik-emergency")), &[]);
        self.block("block-camilla", 60, Some(to("Practitioner", "camilla-sykepleier")), &[]);
    }

    /// A note with labels: for psychologists only, and not for parents.
    fn youth(&mut self) {
        let unit = self.unit(Unit::ChildHealth);
        let marit = to("Practitioner", "marit-psykolog").with("display", text("Marit Samtaleprøve"));
        let member = object([("member", marit.clone())]);
        let team = self
            .begin("CareTeam", "team")
            .with("status", text("active"))
            .with("name", text("Samtaler"))
            .with("subject", self.subject())
            .with("participant", list([member]));
        self.put(team);
        for (nth, days) in [40, 19, 5].into_iter().enumerate() {
            let day = self.plan.today.plus(-days).at_work();
            let labels =
                ["PSY", "ADOL"].map(|code| coding(ACT, code, if code == "PSY" { "psychiatry" } else { "adolescent" }));
            let words = [
                "Første samtale. Tristhet siden i vår, lite matlyst. Ingen planer om å skade seg.",
                "Har fortalt en venn hvordan han har det. Sover bedre.",
                "Tilbake på trening. Ønsker at foreldrene ikke ser notatene ennå; det er han enig i å snakke om.",
            ][nth];
            let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{words}</p></div>");
            let narrative = object([("status", text("additional")), ("div", text(div))]);
            let note = self
                .begin("Composition", &format!("talk-{}", nth + 1))
                .with("meta", object([("security", list(labels))]))
                .with("language", text("nb"))
                .with("status", text("final"))
                .with("type", concept("urn:oid:2.16.578.1.12.4.1.1.9602", "B02-2", "Journalnotat"))
                .with("subject", self.subject())
                .with("date", text(day.at(14 * 60)))
                .with("author", list([marit.clone()]))
                .with("title", text("Samtale"))
                .with("custodian", to("Organization", &unit))
                .with("section", list([object([("title", text("Samtale")), ("text", narrative)])]));
            self.put(note);
        }
    }

    fn secret(&mut self) {
        self.block("block-doctors", 100, Some(to("Organization", &self.unit(Unit::Emergency))), &["Composition"]);
        let by = self.somebody(Unit::ChildHealth, "nurse", 0);
        let nurse = named("Practitioner", &by.id, by.name());
        let day = self.plan.today.plus(2).at_work();
        self.appointment("booking", "booked", (day, 12 * 60, 30), "Samtale på helsestasjonen", &[nurse]);
        let unit = self.unit(Unit::ChildHealth);
        let episode = self
            .begin("EpisodeOfCare", "care")
            .with("status", text("active"))
            .with("patient", self.subject())
            .with("managingOrganization", to("Organization", &unit))
            .with("period", object([("start", text(self.plan.today.plus(-60).text()))]));
        self.put(episode);
    }

    fn application(&mut self) {
        let health = health(self, &["N87", "K86"], 2);
        self.write(&health);
        self.at_doctors(&health);
        let ivar = self.somebody(Unit::Services, "case-worker", 0);
        let asked = self.plan.today.plus(-6);
        self.work(&Work {
            name: "application".to_owned(),
            state: "in-progress",
            kind: ("application", "Søknad om tjenester".into()),
            what: "Søker om helsetjenester i hjemmet og trygghetsalarm. Bor alene, har falt to ganger i høst.".into(),
            owner: Owner::Worker(ivar),
            due: (self.plan.today.plus(8), 480, 960),
            asked,
            focus: None,
            based_on: None,
            reason: None,
        });
    }

    /// Somebody at the emergency clinic whose name nobody knows: a help number, no date of birth.
    fn unknown(&mut self) {
        let patient = basis_resource("Patient", self.who.id.clone())
            .maybe("identifier", self.who.identifier().map(|number| list([number])))
            .with("active", crate::demo::json::yes())
            .with("name", list([object([("use", text("temp")), ("text", text("Ukjent mann, anslått 40 år"))])]))
            .with("gender", text("male"))
            .with("managingOrganization", to("Organization", "provevik"));
        self.put(patient);
        let by = self.somebody(Unit::Emergency, "emergency", 0);
        let today = self.plan.today;
        let contact = Contact {
            name: "arrival".to_owned(),
            class: "EMER",
            day: today,
            minute: 6 * 60 + 10,
            lasts: None,
            by,
            unit: "provevik-emergency".to_owned(),
            reason: "Funnet bevisstløs ved kaia".into(),
        };
        let priority = object([("coding", list([coding("urn:akson:urgency", "rød", "Rød")]))]);
        let arrival: Json = self.encounter(&contact).with("priority", priority);
        self.put(arrival);
        let signs = Signs {
            breaths: 24,
            saturation: 92,
            oxygen: true,
            temperature: 351,
            upper: 98,
            lower: 58,
            pulse: 112,
            awake: false,
        };
        self.scored(&signs, Seen { day: today, minute: 6 * 60 + 14, by });
        let parts = vec![
            ("Årsak", "Funnet ved kaia av forbipasserende. Ingen papirer, ingen telefon.".to_owned()),
            ("Funn", "Reagerer på smerte. Kald, våte klær. Ingen ytre skader.".to_owned()),
            (
                "Tiltak",
                "Oksygen, oppvarming, blodsukker normalt. Politiet hjelper med å finne ut hvem han er.".to_owned(),
            ),
        ];
        self.note_of(&contact, "Mottak", parts);
    }
}
