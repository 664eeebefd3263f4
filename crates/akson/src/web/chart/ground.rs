//! On which ground somebody is in a record, in words.

use akson_core::{RelationKind, Standpoint};

use crate::http::language::Language;
use crate::web::read::{self, Resource};
use crate::web::when;

/// A relation that lasts longer than this has no end worth telling.
const FAR_US: i64 = 20 * 365 * 86_400_000_000;

/// The best ground in words, and whether it is an opening. What patients know best comes first: a decision, a list.
pub fn words(grounds: &[Standpoint], episodes: &[Resource], language: Language) -> (String, bool) {
    let relations = grounds.iter().filter_map(|ground| match ground {
        Standpoint::Relation { kind, type_name, id, until } => Some((rank(*kind), *kind, *type_name, id, *until)),
        Standpoint::Opening { .. } => None,
    });
    if let Some((_, kind, type_name, id, until)) = relations.min_by_key(|(rank, _, _, _, until)| (*rank, -*until)) {
        let mut text = language.pick(kind_words(kind)).to_string();
        if type_name == "EpisodeOfCare"
            && let Some(episode) = episodes.iter().find(|episode| episode.id == *id)
        {
            let what = read::words(episode.at(&["type"]));
            if !what.is_empty() {
                text = lower(&what);
            }
        }
        if until < FAR_US + 1_700_000_000_000_000 {
            let shown = if kind == RelationKind::Visit { when::date(until - 1) } else { when::date(until) };
            text.push_str(language.pick([", gyldig til ", ", gyldig til ", ", valid until "]));
            text.push_str(&shown);
        }
        return (text, false);
    }
    let opening = grounds.iter().find_map(|ground| match ground {
        Standpoint::Opening { emergency, until, .. } => Some((*emergency, *until)),
        Standpoint::Relation { .. } => None,
    });
    let Some((emergency, until)) = opening else { return (String::new(), false) };
    let what = match emergency {
        true => language.pick(["nødrett, åpnet til kl. ", "naudrett, opna til kl. ", "emergency, open until "]),
        false => language.pick([
            "oppgitt grunnlag, åpnet til kl. ",
            "oppgitt grunnlag, opna til kl. ",
            "declared ground, open until ",
        ]),
    };
    let review = language.pick([
        ". Pasienten er varslet, og åpningen blir gjennomgått",
        ". Pasienten er varsla, og opninga blir gjennomgått",
        ". The patient has been told, and the opening will be reviewed",
    ]);
    (format!("{what}{}{review}", when::clock(until)), true)
}

fn rank(kind: RelationKind) -> u8 {
    match kind {
        RelationKind::Episode | RelationKind::Decision => 0,
        RelationKind::List => 1,
        RelationKind::Stay => 2,
        RelationKind::Team => 3,
        RelationKind::Visit => 4,
        RelationKind::Task => 5,
        RelationKind::Message | RelationKind::Member => 6,
    }
}

fn kind_words(kind: RelationKind) -> [&'static str; 3] {
    match kind {
        RelationKind::List => {
            ["pasienten står på listen din", "pasienten står på lista di", "the patient is on your list"]
        }
        RelationKind::Visit => ["avtale eller besøk", "avtale eller besøk", "an appointment or visit"],
        RelationKind::Stay => {
            ["pågående kontakt eller opphold", "pågåande kontakt eller opphald", "an ongoing contact or stay"]
        }
        RelationKind::Episode => ["pågående tjeneste", "pågåande teneste", "an ongoing service"],
        RelationKind::Team => ["du er i behandlingsteamet", "du er i behandlingsteamet", "you are in the care team"],
        RelationKind::Decision => ["vedtak eller henvisning", "vedtak eller tilvising", "a decision or referral"],
        RelationKind::Task => {
            ["åpen oppgave om pasienten", "open oppgåve om pasienten", "an open task about the patient"]
        }
        RelationKind::Message => ["åpen meldingstråd", "open meldingstråd", "an open message thread"],
        RelationKind::Member => ["registrert gruppe", "registrert gruppe", "a registered group"],
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
