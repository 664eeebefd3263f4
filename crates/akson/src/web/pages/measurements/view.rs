//! Measurements and the form for a new set as HTML.

use akson_core::scores::news2::{self, Band, Consciousness};
use maud::{Markup, html};

use super::form::{FIELDS, Fault, Field, Form};
use super::words as w;
use crate::http::icons::icon;
use crate::web::chart::{Part, board};
use crate::web::pages::Sample;
use crate::web::pages::overview::view::actions;
use crate::web::parts::card::{Card, said};
use crate::web::parts::vitals::{self, Badge, Period};
use crate::web::shell::banner::Banner;
use crate::web::shell::sections::Section;
use crate::web::shell::{InRecord, Shell};

/// What stands for no border in a field's bands.
const FAR: i64 = 1_000_000_000;

/// The page's values.
#[derive(Clone, Debug)]
pub struct View {
    /// The banner.
    pub banner: Banner,
    /// The measurements.
    pub measured: Part<vitals::View>,
    /// That a set was saved.
    pub saved: Option<[&'static str; 3]>,
}

/// The form's values.
#[derive(Clone, Debug)]
pub struct FormView {
    /// The banner.
    pub banner: Banner,
    /// What is written in it.
    pub form: Form,
    /// What is wrong with that.
    pub faults: Vec<Fault>,
    /// Whether the caller may not record measurements.
    pub refused: bool,
}

impl View {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let actions = actions(shell, &self.banner.id);
        let within = InRecord { banner: &self.banner, section: Section::Measurements, actions: &actions };
        let title = shell.say(w::AS_TABLE);
        let sets = Card { id: "sets", icon: "FileText", title, aside: html! {}, class: "" };
        let content = html! {
            div class="ak-col ak-all" {
                @if let Some(saved) = self.saved {
                    p class="ak-saved" role="status" { (icon("CheckmarkCircle")) (shell.say(saved)) }
                }
                (vitals::card(shell, &self.measured, ""))
                @if let Part::There(measured) = &self.measured {
                    @if !measured.sets.is_empty() { (sets.with(&measured.table(shell))) }
                }
            }
        };
        shell.record(&within, &content)
    }
}

impl FormView {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let within = InRecord { banner: &self.banner, section: Section::Measurements, actions: &[] };
        let card = Card { id: "new", icon: "Vitals", title: shell.say(w::NEW), aside: html! {}, class: "" };
        let content = html! {
            div class="ak-col ak-all" {
                @if self.refused {
                    (card.with(&said(shell.say(w::REFUSED), shell.say(w::REFUSED_LEAD), "PadlockLocked")))
                } @else {
                    (card.with(&self.form(shell)))
                }
            }
        };
        shell.record(&within, &content)
    }

    fn form(&self, shell: &Shell) -> Markup {
        let base = format!("/patients/{}/measurements", self.banner.id);
        html! {
            form class="ak-form" method="post" action={ (base) "/new" } data-score data-once {
                (shell.field())
                input type="hidden" name="once" value=(self.form.once);
                @if !self.faults.is_empty() { (self.summary(shell)) }
                p class="ak-mut" { (shell.say(w::LEAD)) }
                (self.number(shell, 0))
                (self.number(shell, 1))
                (self.choice(shell, "scale", w::SCALE, &[("1", w::SCALE_ONE), ("2", w::SCALE_TWO)], &self.form.scale, None))
                (self.choice(shell, "oxygen", w::OXYGEN, &[("no", w::AIR), ("yes", w::GIVEN)], &self.form.oxygen,
                    Some(r#"[["no",0],["yes",2]]"#)))
                @for at in 2..5 { (self.number(shell, at)) }
                (self.choice(shell, "consciousness", w::CONSCIOUSNESS, STATES, &self.form.consciousness,
                    Some(r#"[["A",0],["C",3],["V",3],["P",3],["U",3]]"#)))
                (self.number(shell, 5))
                (self.score(shell))
                div class="ak-row ak-send" {
                    button class="ds-button ak-btn" data-variant="primary" name="do" value="save" {
                        (shell.say(w::SAVE)) " " (self.banner.spoken)
                    }
                    button class="ds-button ak-btn ak-noscript" data-variant="secondary" name="do" value="count" {
                        (shell.say(w::COUNT))
                    }
                    a class="ak-a" href=(base) { (shell.say(w::CANCEL)) }
                }
            }
        }
    }

    fn summary(&self, shell: &Shell) -> Markup {
        html! {
            div class="ak-wrong" role="alert" aria-labelledby="wrong" tabindex="-1" {
                h3 id="wrong" { (shell.say(w::WRONG)) }
                ul { @for fault in &self.faults { li { a href={ "#" (fault.field) } { (fault.text) } } } }
            }
        }
    }

    fn number(&self, shell: &Shell, at: usize) -> Markup {
        let (field, written) = (&FIELDS[at], &self.form.numbers[at]);
        let fault = self.faults.iter().find(|fault| fault.field == field.name);
        let fault_id = format!("{}-wrong", field.name);
        let bands = bands_of(field);
        html! {
            div class={ "ak-field" @if fault.is_some() { " ak-field--wrong" } } {
                label for=(field.name) { (shell.say(field.label)) }
                input class="ds-input" id=(field.name) name=(field.name) value=(written) inputmode="decimal"
                    autocomplete="off" maxlength="6" enterkeyhint="next" data-name=(field.name) data-times=(field.times)
                    data-bands=[bands.first().map(|bands| json(bands))] data-bands2=[bands.get(1).map(|bands| json(bands))]
                    data-bands3=[bands.get(2).map(|bands| json(bands))] aria-invalid=[fault.map(|_| "true")]
                    aria-describedby=[fault.map(|_| fault_id.as_str())];
                @if !bands.is_empty() { (self.points(field.name)) }
                @if let Some(fault) = fault { p class="ak-fault" id=(fault_id) { (fault.text) } }
            }
        }
    }

    fn choice(
        &self,
        shell: &Shell,
        name: &str,
        label: [&'static str; 3],
        choices: &[(&str, [&'static str; 3])],
        chosen: &str,
        bands: Option<&str>,
    ) -> Markup {
        html! {
            fieldset class="ak-field ak-choice" data-name=(name) data-bands=[bands] {
                legend { (shell.say(label)) }
                div {
                    @for (value, words) in choices {
                        @let id = format!("{name}-{value}");
                        span {
                            input class="ds-input" type="radio" id=(id) name=(name) value=(value) checked[*value == chosen];
                            label for=(id) { (shell.say(*words)) }
                        }
                    }
                }
                @if bands.is_some() { (self.points(name)) }
            }
        }
    }

    /// The points of a field, as the server counts them.
    fn points(&self, name: &str) -> Markup {
        let score = news2::score(&self.form.read(|words| words[0]).0.vitals);
        let points = match name {
            "respiration" => score.respiration,
            "saturation" => score.saturation,
            "oxygen" => score.oxygen,
            "systolic" => score.systolic,
            "pulse" => score.pulse,
            "consciousness" => score.consciousness,
            _ => score.temperature,
        };
        let level = points.unwrap_or(0);
        let text = points.map_or("–".to_string(), |points| points.to_string());
        html! { span class={ "ak-pt0 ak-pt" (level) } data-points-of=(name) { (text) } }
    }

    fn score(&self, shell: &Shell) -> Markup {
        let score = news2::score(&self.form.read(|words| words[0]).0.vitals);
        let missing = shell.say(w::MISSING);
        let badge = score.risk().map(|risk| board::badge(risk, score.sum(), shell.language));
        let level = badge.as_ref().map_or(0, |badge: &Badge| badge.level);
        let words = [w::RISK_0, w::RISK_1, w::RISK_2, w::RISK_3].map(|words| shell.say(words));
        let word = match score.missing() {
            0 => words[usize::from(level)].to_string(),
            count => missing.replace("{}", &count.to_string()),
        };
        html! {
            div class="ak-total" role="status" data-total data-level=(level) data-missing=(missing.replace("{}", "%"))
                data-word0=(words[0]) data-word1=(words[1]) data-word2=(words[2]) data-word3=(words[3]) {
                span { (shell.say(w::SCORE)) } b { (score.sum()) } small { (word) }
            }
        }
    }
}

const STATES: &[(&str, [&str; 3])] =
    &[("A", w::STATE_A), ("C", w::STATE_C), ("V", w::STATE_V), ("P", w::STATE_P), ("U", w::STATE_U)];

fn bands_of(field: &Field) -> Vec<&'static [Band]> {
    match field.name {
        "respiration" => vec![news2::RESPIRATION],
        "saturation" => vec![news2::SATURATION_1, news2::SATURATION_2_AIR, news2::SATURATION_2_OXYGEN],
        "systolic" => vec![news2::SYSTOLIC],
        "pulse" => vec![news2::PULSE],
        "temperature" => vec![news2::TEMPERATURE],
        _ => Vec::new(),
    }
}

fn json(bands: &[Band]) -> String {
    let near = |value: i64| value.clamp(-FAR, FAR);
    let all = bands.iter().map(|(low, high, points)| format!("[{},{},{points}]", near(*low), near(*high)));
    format!("[{}]", all.collect::<Vec<_>>().join(","))
}

/// The pages in their states.
pub fn samples(shell: &Shell) -> Vec<Sample> {
    let sets = board::sample(shell.moment);
    let window = board::Window::of(Period::Week, shell.moment);
    let path = "/patients/olaug/measurements";
    let measured = board::view(window, &sets, &sets[12..], path, shell.moment, shell.language);
    let banner = Banner::sample(shell);
    let full = View { banner: banner.clone(), measured: Part::There(measured), saved: Some(w::SAVED) };
    let empty = View {
        measured: Part::There(vitals::View { path: path.to_string(), ..vitals::View::default() }),
        saved: None,
        ..full.clone()
    };
    let refused = View { measured: Part::NoAccess, saved: None, ..full.clone() };
    let failed = View { measured: Part::Failed, saved: None, ..full.clone() };
    let form = Form { scale: "1".to_string(), once: "0".repeat(32), ..Form::default() };
    let new = FormView { banner, form: form.clone(), faults: Vec::new(), refused: false };
    let numbers = ["22", "940", "118", "64", "96", "38,3"].map(str::to_string);
    let wrong =
        Form { numbers, oxygen: "no".to_string(), consciousness: Consciousness::Alert.letter().to_string(), ..form };
    let faults = wrong.read(|words| shell.say(words)).1;
    let wrong = FormView { form: wrong, faults, ..new.clone() };
    let denied = FormView { refused: true, ..new.clone() };
    let lists = [("full", full), ("empty", empty), ("refused", refused), ("failed", failed)];
    let forms = [("new", new), ("wrong", wrong), ("denied", denied)];
    let lists = lists.into_iter().map(|(state, view)| Sample { state, html: view.shown(shell) });
    lists.chain(forms.into_iter().map(|(state, view)| Sample { state, html: view.shown(shell) })).collect()
}
